"""Training the pair classifier on a trained model's proposals; the model stays as it is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from torch.nn import functional as F

from ..data.batching import epoch_batches
from ..evaluation.evaluate import keep, propose
from ..modeling.model import DiffusionNER
from ..modeling.subwords import subword_lengths
from ..types import SamplerSettings, Span
from .classifier import PairBatch
from .cliques import pairs_of
from .combiner import Combiner
from .records import FragmentedExample
from .scores import FragmentScores, score_fragmented

_BATCH = 16
_RATE = 1e-3
_MAX_NORM = 1.0


@dataclass(frozen=True, slots=True)
class FragmentEpoch:
    """The development scores after an epoch."""

    epoch: int
    loss: float
    scores: FragmentScores
    best: bool
    """Whether this is the best so far, and so the version that was saved."""


def train_combiner(
    model: DiffusionNER,
    examples: Sequence[FragmentedExample],
    dev: Sequence[FragmentedExample],
    folder: Path,
    epochs: int = 10,
    seed: int = 0,
) -> Iterator[FragmentEpoch]:
    """Train, yielding a record after each epoch; `folder`, the model's, keeps the best.

    The classifier learns from the spans that the model proposes and from the gold fragments.
    Sentences longer than a window are left out. Raises ValueError where none is left.
    """
    examples, dev = fitting(model, examples), fitting(model, dev)
    if not examples or not dev:
        raise ValueError(
            f"joining fragments needs sentences to learn and to choose by, got {len(examples)} to "
            f"learn and {len(dev)} for development that fit the model's window"
        )
    torch.manual_seed(seed)
    combiner = Combiner(model)
    gold = [set(example.spans.entities) for example in examples]
    said = proposals(model, [example.words for example in examples])
    spans = [sorted(known | set(found)) for known, found in zip(gold, said, strict=True)]
    found = proposals(model, [example.words for example in dev])
    optimizer = torch.optim.AdamW(combiner.classifier.parameters(), lr=_RATE)
    lengths = [len(example.words) for example in examples]
    generator = torch.Generator().manual_seed(seed)
    best_f1 = -1.0
    for epoch in range(1, epochs + 1):
        losses = [
            _step(combiner, optimizer, [examples[i] for i in rows], [spans[i] for i in rows])
            for rows in epoch_batches(lengths, _BATCH, generator)
        ]
        scores = measure_combiner(combiner, dev, found)
        best = scores.overall.f1 > best_f1
        if best:
            best_f1 = scores.overall.f1
            combiner.save(folder)
        yield FragmentEpoch(epoch, sum(losses) / len(losses), scores, best)


def measure_combiner(
    combiner: Combiner, examples: Sequence[FragmentedExample], spans: Sequence[Sequence[Span]]
) -> FragmentScores:
    """Scores of the entities that the spans proposed for `examples` are joined to."""
    joined = combiner.combine([example.words for example in examples], spans)
    return score_fragmented(zip(examples, joined, strict=True))


def proposals(model: DiffusionNER, sentences: Sequence[Sequence[str]]) -> list[list[Span]]:
    """The model's entities by its own φ: the fragments to join."""
    found = propose(model, sentences, SamplerSettings())
    return [keep(each, model.config.phi(flat=False), flat=False) for each in found]


def fitting(model: DiffusionNER, examples: Sequence[FragmentedExample]) -> list[FragmentedExample]:
    """Those that one window of the model holds."""
    return [
        each
        for each in examples
        if len(each.words) <= model.config.max_words
        and sum(subword_lengths(model.tokenizer, each.words)) <= model.word_room
    ]


def answers(example: FragmentedExample, spans: Sequence[Span]) -> list[float]:
    """The right answer, 0 or 1, to each of the `pairs_of` spans."""
    parts = [frozenset(entity.parts) for entity in example.entities]
    wholes = {each for each in parts if len(each) == 1}
    return [
        float(
            frozenset({spans[first]}) in wholes
            if first == second
            else any({spans[first], spans[second]} <= each for each in parts)
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
    right = [answer for pair in zip(examples, spans, strict=True) for answer in answers(*pair)]
    if not right:
        return 0.0
    classifier = combiner.classifier.train()
    states = combiner.word_states([example.words for example in examples])
    logits = classifier(states, PairBatch.of(spans, device))
    loss = F.binary_cross_entropy_with_logits(logits, torch.tensor(right, device=device))
    optimizer.zero_grad(set_to_none=True)
    loss.backward()
    torch.nn.utils.clip_grad_norm_(classifier.parameters(), _MAX_NORM)
    optimizer.step()
    classifier.eval()
    return loss.item()
