"""Find label errors: accepted spans that the model would move, relabel or drop.

Each span is noised lightly, as training noises gold, and denoised in one step. The score is 1 - P^l
P^r P^c at the span's own boundaries. All spans of a sentence are noised together and fill the K
slots in turn, as in the paper's expansion by repetition, so that they see one another as in
training.

B sentences, S spans of each (padded), K noisy copies, M words, P candidates near a span.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from ..devices import send
from ..diffusion import boundaries as codec
from ..diffusion.sampler import generator_for, predict
from ..modeling.model import DiffusionNER
from ..modeling.network import EncodedBatch
from ..types import Entity, Span, Token
from .pipeline import Pipeline

NOISE_SHARE = 0.1
"""The noise level, as a share of T. A hundredth finds errors as well as a half
(docs/results/annotation.md)."""
NUM_COPIES = 60
"""K: the number of noisy copies that the spans of a sentence share, in turn."""
_MAX_SHIFT = 2
"""The maximum correction of a boundary, in words."""
_HEAD_FLOOR = 0.02
"""ε: below it, one answer of a linear head is as good as another."""


@dataclass(frozen=True, slots=True)
class SpanReview:
    """The model's review of a span that a person accepted, in words of its sentence."""

    score: float
    """1 - P^l P^r P^c at the span: 0 is full agreement, 1 none."""
    suggestion: Span | None
    """What the model would annotate: the span itself, another one near it, or nothing."""


@dataclass(frozen=True, slots=True)
class EntityReview:
    """The same in code points of a document, or an entity that nobody annotated."""

    entity: Entity | None
    """None: the suggestion is missing."""
    score: float
    suggestion: Entity | None

    @property
    def agrees(self) -> bool:
        """Whether the model would leave the entity as it is."""
        return self.suggestion == self.entity


def combine(
    by_model: Sequence[EntityReview], by_head: Sequence[EntityReview]
) -> list[EntityReview]:
    """Join what a model and a head (`core.inference.instant.leave_out`) say of a document.

    An entity that both review has the score 1 - (m · max(h, ε)²)^⅓ of what they leave it, m and h:
    the head ranks more surely over all, the model at the top (docs/results/annotation.md). The
    suggestion is the model's, or the head's where the model agrees with the annotation. Where an
    entity lies in two windows, the window counts that doubts it less.
    """
    model, head = _least_doubt(by_model), _least_doubt(by_head)
    combined = []
    for entity in sorted(model.keys() | head.keys()):
        first, second = model.get(entity), head.get(entity)
        if first is None or second is None:
            combined.append(first or second)
            continue
        suggestion = second.suggestion if first.agrees else first.suggestion
        combined.append(EntityReview(entity, joint_score(first.score, second.score), suggestion))
    missing = {
        review.suggestion: review
        for review in sorted(by_head, key=lambda review: review.score)
        if review.entity is None
    }
    return [review for review in combined if review is not None] + list(missing.values())


def joint_score(by_model: float, by_head: float) -> float:
    """The score of an entity that both review."""
    left = (1.0 - by_model) * max(1.0 - by_head, _HEAD_FLOOR) ** 2
    return 1.0 - max(0.0, left) ** (1 / 3)


def _least_doubt(reviews: Sequence[EntityReview]) -> dict[Entity, EntityReview]:
    ranked = sorted(reviews, key=lambda review: -review.score)
    return {review.entity: review for review in ranked if review.entity is not None}


def review_entities(
    pipeline: Pipeline, text: str, entities: Sequence[Entity]
) -> Iterator[list[EntityReview]]:
    """Review a document's accepted entities, batch by batch.

    Entities that the model cannot judge are left out: with an unknown label, not made of whole
    words, or not within one sentence. An entity inside two windows of a long sentence is reviewed
    twice.
    """
    known_entities = {entity.key: entity for entity in entities if entity.label in pipeline.labels}
    windowed = pipeline.read(text, fixed=list(known_entities.values()))
    judged = [row for row, rule in enumerate(windowed.constraints) if rule.fixed]
    sentences = [windowed.sentences[row] for row in judged]
    for batch in pipeline.model.inference_batches(sentences):
        rows = [judged[place] for place in batch]
        spans = [windowed.constraints[row].fixed for row in rows]
        reviews = review_spans(pipeline.model, [sentences[place] for place in batch], spans)
        yield [
            _to_code_points(windowed.tokens_of(windowed.windows[row]), span, review)
            for row, sentence_spans, sentence_reviews in zip(rows, spans, reviews, strict=True)
            for span, review in zip(sentence_spans, sentence_reviews, strict=True)
        ]


def _to_code_points(tokens: Sequence[Token], span: Span, review: SpanReview) -> EntityReview:
    def entity(span: Span) -> Entity:
        return Entity(tokens[span.start].start, tokens[span.end - 1].end, span.label)

    suggestion = None if review.suggestion is None else entity(review.suggestion)
    return EntityReview(entity(span), review.score, suggestion)


def review_spans(
    model: DiffusionNER,
    sentences: Sequence[Sequence[str]],
    spans: Sequence[Sequence[Span]],
    seed: int = 0,
) -> list[list[SpanReview]]:
    """Review each sentence's spans, whose labels the model must know."""
    reviews: list[list[SpanReview]] = [[] for _ in sentences]
    judged = [row for row, sentence_spans in enumerate(spans) if sentence_spans]
    for batch in model.inference_batches([sentences[row] for row in judged]):
        rows = [judged[place] for place in batch]
        batch_reviews = _review_batch(
            model, [sentences[row] for row in rows], [spans[row] for row in rows], seed
        )
        for row, sentence_reviews in zip(rows, batch_reviews, strict=True):
            reviews[row] = sentence_reviews
    return reviews


@torch.inference_mode()
def _review_batch(
    model: DiffusionNER,
    sentences: Sequence[Sequence[str]],
    spans: Sequence[Sequence[Span]],
    seed: int,
) -> list[list[SpanReview]]:
    encoded = model.encode(model.batch(sentences))
    max_spans = max(len(sentence_spans) for sentence_spans in spans)
    padded = [
        [sentence_spans[column % len(sentence_spans)] for column in range(max_spans)]
        for sentence_spans in spans
    ]
    inclusive = [codec.to_inclusive(sentence_spans) for sentence_spans in padded]
    boundaries = send(torch.tensor(inclusive), model.device)  # (B, S, 2)
    counts = send(torch.tensor([len(sentence_spans) for sentence_spans in spans]), model.device)
    left, right = _boundary_probs(model, encoded, boundaries, counts, sentences, seed)
    candidates, free = _neighbours(boundaries, encoded.lengths)  # (B, S, P, 2), (B, S, P)
    flat = candidates.flatten(1, 2)
    types = model.denoiser.type_logits(flat, encoded).softmax(-1)
    types = types.view(*candidates.shape[:3], -1)  # (B, S, P, C + 1)
    left, right = left.gather(2, candidates[..., 0]), right.gather(2, candidates[..., 1])
    boundary_probs = left * right * free  # (B, S, P)
    best = (boundary_probs * types[..., :-1].max(-1).values).argmax(-1)  # (B, S)
    labels = model.config.labels
    reviews = []
    for row, sentence_spans in enumerate(spans):
        sentence_reviews = []
        for column, span in enumerate(sentence_spans):
            prob = boundary_probs[row, column, 0] * types[row, column, 0, labels.index(span.label)]
            choice = int(best[row, column])
            type_id = int(types[row, column, choice].argmax())
            start, end = codec.to_half_open(candidates[row, column, choice]).tolist()
            suggestion = Span(start, end, labels[type_id]) if type_id < len(labels) else None
            sentence_reviews.append(SpanReview(1 - float(prob), suggestion))
        reviews.append(sentence_reviews)
    return reviews


def _boundary_probs(
    model: DiffusionNER,
    encoded: EncodedBatch,
    boundaries: Tensor,
    counts: Tensor,
    sentences: Sequence[Sequence[str]],
    seed: int,
) -> tuple[Tensor, Tensor]:
    """P^l and P^r over the words (B, S, M) for spans (B, S, 2), averaged over their noisy
    copies."""
    t = max(1, round(NOISE_SHARE * model.schedule.timesteps))
    slots = (
        torch.arange(max(NUM_COPIES, boundaries.shape[1]), device=model.device) % counts[:, None]
    )
    index = slots[..., None].expand(-1, -1, 2)  # (B, K, 2): which span each slot copies
    x_0 = codec.to_signal(boundaries.gather(1, index), encoded.lengths, model.config.scale)
    noise = [torch.randn(slots.shape[1], 2, generator=generator_for(seed, s)) for s in sentences]
    times = torch.full((len(boundaries),), t, device=model.device)
    x_t = model.schedule.q_sample(x_0, times, send(torch.stack(noise), model.device))
    output = predict(model, x_t, t, encoded)
    left, right = output.left_log_probs, output.right_log_probs
    return _mean(left, slots, boundaries), _mean(right, slots, boundaries)


def _mean(log_probs: Tensor, slots: Tensor, boundaries: Tensor) -> Tensor:
    """Average the probabilities of the copies (B, K, M) of each span: (B, S, M)."""
    index = slots[..., None].expand_as(log_probs)
    mean = log_probs.new_zeros(*boundaries.shape[:2], log_probs.shape[2], dtype=torch.float32)
    return mean.scatter_reduce(1, index, log_probs.float().exp(), "mean", include_self=False)


def _neighbours(boundaries: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
    """Each span (B, S, 2) and the spans with boundaries near it: (B, S, P, 2), the span itself
    first, and the mask (B, S, P) of those that could replace it: inside the sentence, overlapping
    the span, and not another accepted span."""
    steps = range(-_MAX_SHIFT, _MAX_SHIFT + 1)
    moves = sorted(((first, last) for first in steps for last in steps), key=any)
    candidates = boundaries[:, :, None] + torch.tensor(moves, device=boundaries.device)
    left, right = candidates.unbind(-1)
    own_left, own_right = boundaries[:, :, None].unbind(-1)
    free = (left >= 0) & (left <= right) & (right < lengths[:, None, None])
    free &= (left <= own_right) & (own_left <= right)
    taken = (candidates[:, :, :, None] == boundaries[:, None, None]).all(-1).any(-1)
    taken[..., 0] = False
    return torch.where(free[..., None], candidates, boundaries[:, :, None]), free & ~taken
