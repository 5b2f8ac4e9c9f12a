"""The finder of label errors: which accepted spans the model would move, rename or drop.

Each span is noised lightly, as training noised the gold, and denoised in one step. What the model
then says of its very place is P^l, P^r and P^c there, and 1 - P^l P^r P^c is how much it doubts.
All spans of a sentence are noised together and fill the K slots in turn, as the paper's expansion
by repetition does, so that they see one another as in training.

B sentences, S spans of each (padded), K noisy copies, M words, P places near a span.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from ..data.batching import inference_batches
from ..devices import send
from ..diffusion import boundaries as codec
from ..diffusion.sampler import generator_for, predict
from ..modeling.denoiser import Sentence
from ..modeling.model import DiffusionNER
from ..types import Entity, Span, Token
from .pipeline import Pipeline

LIGHT = 0.1
"""The noise, as a share of T. A hundredth finds errors as well as a half does
(docs/results/annotation.md)."""
SLOTS = 60
"""K: how many noisy copies the spans of a sentence share, in turn."""
_REACH = 2
"""Words to either side that a boundary may have been missed by."""


@dataclass(frozen=True, slots=True)
class Doubt:
    """What the model says of a span that a person accepted, in words of its sentence."""

    score: float
    """1 - P^l P^r P^c at the span: 0 is full agreement, 1 none."""
    instead: Span | None
    """What it would say: this very span, one near it, or nothing."""


@dataclass(frozen=True, slots=True)
class Finding:
    """The same in code points of a document."""

    entity: Entity
    score: float
    instead: Entity | None

    @property
    def agrees(self) -> bool:
        """Whether the model would leave the entity as it is."""
        return self.instead == self.entity


def reviews(pipeline: Pipeline, text: str, entities: Sequence[Entity]) -> Iterator[list[Finding]]:
    """What the model says of a document's accepted entities, batch by batch.

    Left out are those that the model cannot judge: of a label that it does not know, not made
    of whole words, or not within one sentence. One that two windows of a long sentence hold is
    judged twice.
    """
    known = {_place(each): each for each in entities if each.label in pipeline.labels}
    reading = pipeline.read(text, fixed=list(known.values()))
    judged = [row for row, rule in enumerate(reading.constraints) if rule.fixed]
    sentences = [reading.sentences[row] for row in judged]
    for places in inference_batches([len(each) for each in sentences], pipeline.model.device):
        rows = [judged[place] for place in places]
        spans = [reading.constraints[row].fixed for row in rows]
        doubts = doubts_of(pipeline.model, [sentences[place] for place in places], spans)
        yield [
            _finding(reading.tokens_of(reading.windows[row]), span, doubt)
            for row, own, said in zip(rows, spans, doubts, strict=True)
            for span, doubt in zip(own, said, strict=True)
        ]


def _finding(words: Sequence[Token], span: Span, doubt: Doubt) -> Finding:
    def entity(each: Span) -> Entity:
        return Entity(words[each.start].start, words[each.end - 1].end, each.label)

    instead = None if doubt.instead is None else entity(doubt.instead)
    return Finding(entity(span), doubt.score, instead)


def doubts_of(
    model: DiffusionNER,
    sentences: Sequence[Sequence[str]],
    spans: Sequence[Sequence[Span]],
    seed: int = 0,
) -> list[list[Doubt]]:
    """What the model says of each sentence's spans, whose labels it must know."""
    found: list[list[Doubt]] = [[] for _ in sentences]
    judged = [row for row, own in enumerate(spans) if own]
    for places in inference_batches([len(sentences[row]) for row in judged], model.device):
        rows = [judged[place] for place in places]
        answers = _doubts(
            model, [sentences[row] for row in rows], [spans[row] for row in rows], seed
        )
        for row, each in zip(rows, answers, strict=True):
            found[row] = each
    return found


@torch.inference_mode()
def _doubts(
    model: DiffusionNER,
    sentences: Sequence[Sequence[str]],
    spans: Sequence[Sequence[Span]],
    seed: int,
) -> list[list[Doubt]]:
    sentence = model.read(model.batch(sentences))
    most = max(len(own) for own in spans)
    padded = [[own[place % len(own)] for place in range(most)] for own in spans]
    inclusive = [[(span.start, span.end - 1) for span in own] for own in padded]
    words = send(torch.tensor(inclusive), model.device)  # (B, S, 2)
    counts = send(torch.tensor([len(own) for own in spans]), model.device)
    left, right = _pointed(model, sentence, words, counts, sentences, seed)
    near, free = _neighbours(words, sentence.lengths)  # (B, S, P, 2), (B, S, P)
    flat = near.flatten(1, 2)
    types = model.denoiser.type_logits(flat, sentence).softmax(-1)
    types = types.view(*near.shape[:3], -1)  # (B, S, P, C + 1)
    there = left.gather(2, near[..., 0]) * right.gather(2, near[..., 1]) * free  # (B, S, P)
    best = (there * types[..., :-1].max(-1).values).argmax(-1)  # (B, S)
    labels = model.config.labels
    answers = []
    for row, own in enumerate(spans):
        doubts = []
        for place, span in enumerate(own):
            sure = there[row, place, 0] * types[row, place, 0, labels.index(span.label)]
            at = int(best[row, place])
            kind = int(types[row, place, at].argmax())
            start, last = near[row, place, at].tolist()
            instead = Span(start, last + 1, labels[kind]) if kind < len(labels) else None
            doubts.append(Doubt(1 - float(sure), instead))
        answers.append(doubts)
    return answers


def _pointed(
    model: DiffusionNER,
    sentence: Sentence,
    words: Tensor,
    counts: Tensor,
    sentences: Sequence[Sequence[str]],
    seed: int,
) -> tuple[Tensor, Tensor]:
    """P^l and P^r over the words (B, S, M) for spans (B, S, 2), the mean of the noisy copies."""
    t = max(1, round(LIGHT * model.schedule.timesteps))
    slots = torch.arange(max(SLOTS, words.shape[1]), device=model.device) % counts[:, None]
    index = slots[..., None].expand(-1, -1, 2)  # (B, K, 2): which span each slot copies
    x_0 = codec.to_signal(words.gather(1, index), sentence.lengths, model.config.scale)
    drawn = [torch.randn(slots.shape[1], 2, generator=generator_for(seed, s)) for s in sentences]
    times = torch.full((len(words),), t, device=model.device)
    x_t = model.schedule.q_sample(x_0, times, send(torch.stack(drawn), model.device))
    said = predict(model, x_t, t, sentence)
    return _mean(said.left_log_probs, slots, words), _mean(said.right_log_probs, slots, words)


def _mean(log_probs: Tensor, slots: Tensor, words: Tensor) -> Tensor:
    """The mean probabilities (B, S, M) of the slots (B, K, M) that copy each span."""
    index = slots[..., None].expand_as(log_probs)
    mean = log_probs.new_zeros(*words.shape[:2], log_probs.shape[2], dtype=torch.float32)
    return mean.scatter_reduce(1, index, log_probs.float().exp(), "mean", include_self=False)


def _neighbours(words: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
    """Each span (B, S, 2) itself, first, and those with boundaries near its own (B, S, P, 2), and
    which of them could stand in its place (B, S, P): they lie in the sentence, overlap the span,
    and are no other span that was accepted."""
    steps = range(-_REACH, _REACH + 1)
    moves = sorted(((first, last) for first in steps for last in steps), key=any)
    near = words[:, :, None] + torch.tensor(moves, device=words.device)
    left, right = near.unbind(-1)
    own_left, own_right = words[:, :, None].unbind(-1)
    free = (left >= 0) & (left <= right) & (right < lengths[:, None, None])
    free &= (left <= own_right) & (own_left <= right)
    taken = (near[:, :, :, None] == words[:, None, None]).all(-1).any(-1)
    taken[..., 0] = False
    return torch.where(free[..., None], near, words[:, :, None]), free & ~taken


def _place(entity: Entity) -> tuple[int, int, str]:
    return entity.start, entity.end, entity.label
