"""Train the pair classifier on a trained model's proposals; the model stays frozen."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from torch.nn import functional as F

from ..data.batching import epoch_batches
from ..evaluation.evaluate import select_spans
from ..inference.candidates import propose
from ..modeling.model import DiffusionNER
from ..types import SamplerSettings, Span
from .classifier import PairBatch
from .cliques import pairs_of
from .combiner import Combiner
from .records import FragmentedExample
from .scores import FragmentScores, score_fragmented

_BATCH_SIZE = 16
_LEARNING_RATE = 1e-3
_MAX_GRADIENT_NORM = 1.0


@dataclass(frozen=True, slots=True)
class FragmentEpoch:
    """The development scores after an epoch."""

    epoch: int
    loss: float
    scores: FragmentScores
    best: bool
    """Whether this is the best score so far, so that this version was saved."""


def train_combiner(
    model: DiffusionNER,
    examples: Sequence[FragmentedExample],
    dev: Sequence[FragmentedExample],
    folder: Path,
    epochs: int = 10,
    seed: int = 0,
) -> Iterator[FragmentEpoch]:
    """Train, yielding a record after each epoch; `folder`, the model's, receives the best version.

    The classifier is trained on the spans that the model proposes and on the gold fragments.
    Sentences longer than a window are left out. Raises ValueError if none is left.
    """
    examples, dev = within_window(model, examples), within_window(model, dev)
    if not examples or not dev:
        raise ValueError(
            f"joining fragments needs sentences to learn and to choose by, got {len(examples)} to "
            f"learn and {len(dev)} for development that fit the model's window"
        )
    torch.manual_seed(seed)
    combiner = Combiner(model)
    gold = [set(example.spans.entities) for example in examples]
    proposed = propose_fragments(model, [example.words for example in examples])
    spans = [
        sorted(gold_spans | set(proposed_spans))
        for gold_spans, proposed_spans in zip(gold, proposed, strict=True)
    ]
    dev_spans = propose_fragments(model, [example.words for example in dev])
    optimizer = torch.optim.AdamW(combiner.classifier.parameters(), lr=_LEARNING_RATE)
    lengths = [len(example.words) for example in examples]
    generator = torch.Generator().manual_seed(seed)
    best_f1 = -1.0
    for epoch in range(1, epochs + 1):
        losses = [
            _step(combiner, optimizer, [examples[i] for i in rows], [spans[i] for i in rows])
            for rows in epoch_batches(lengths, _BATCH_SIZE, generator)
        ]
        scores = measure_combiner(combiner, dev, dev_spans)
        f1 = scores.overall.f1 or 0.0  # undefined, without entities: no version is better
        best = f1 > best_f1
        if best:
            best_f1 = f1
            combiner.save(folder)
        yield FragmentEpoch(epoch, sum(losses) / len(losses), scores, best)


def measure_combiner(
    combiner: Combiner, examples: Sequence[FragmentedExample], spans: Sequence[Sequence[Span]]
) -> FragmentScores:
    """Scores of the entities that `spans`, proposed for `examples`, are joined to."""
    joined = combiner.combine([example.words for example in examples], spans)
    return score_fragmented(zip(examples, joined, strict=True))


def propose_fragments(model: DiffusionNER, sentences: Sequence[Sequence[str]]) -> list[list[Span]]:
    """The model's entities at its own φ: the fragments to join."""
    proposals = propose(model, sentences, SamplerSettings())
    return [
        select_spans(candidates, model.config.phi(flat=False), flat=False)
        for candidates in proposals
    ]


def within_window(
    model: DiffusionNER, examples: Sequence[FragmentedExample]
) -> list[FragmentedExample]:
    """The examples that fit one window of the model."""
    return [
        example
        for example in examples
        if len(example.words) <= model.config.max_words
        and sum(model.subwords.lengths(example.words)) <= model.subword_budget
    ]


def pair_targets(example: FragmentedExample, spans: Sequence[Span]) -> list[float]:
    """The target, 0 or 1, of each pair in `pairs_of(spans)`."""
    parts = [frozenset(entity.parts) for entity in example.entities]
    wholes = {fragments for fragments in parts if len(fragments) == 1}
    return [
        float(
            frozenset({spans[first]}) in wholes
            if first == second
            else any({spans[first], spans[second]} <= fragments for fragments in parts)
        )
        for first, second in pairs_of(spans)
    ]


def _step(
    combiner: Combiner,
    optimizer: torch.optim.Optimizer,
    examples: Sequence[FragmentedExample],
    spans: Sequence[Sequence[Span]],
) -> float:
    device = combiner.model.device
    targets = [
        answer for pair in zip(examples, spans, strict=True) for answer in pair_targets(*pair)
    ]
    if not targets:
        return 0.0
    classifier = combiner.classifier.train()
    states = combiner.word_states([example.words for example in examples])
    logits = classifier(states, PairBatch.of(spans, device))
    loss = F.binary_cross_entropy_with_logits(logits, torch.tensor(targets, device=device))
    optimizer.zero_grad(set_to_none=True)
    loss.backward()
    torch.nn.utils.clip_grad_norm_(classifier.parameters(), _MAX_GRADIENT_NORM)
    optimizer.step()
    classifier.eval()
    return loss.item()
