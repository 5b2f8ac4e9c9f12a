"""The sentences of a run: read once, merged over its corpora, sampled to its size."""

from __future__ import annotations

import random
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

from ....data.examples import label_set, merge_corpora, read_examples
from ....evaluation.measure import with_annotated_labels
from ....evaluation.metrics import nested_entities
from ....types import Example
from .plan import Corpus, Run


def training_examples(run: Run) -> tuple[list[Example], list[Example]]:
    """The training and development sentences, marked with the labels their corpora annotate."""
    if run.replay is not None:
        return _replayed(run, run.replay)
    return _merged(run, "train", run.size.train), _merged(run, "dev", run.size.dev)


def labels_of(run: Run) -> tuple[str, ...]:
    """All labels of the corpora, also those missing from a small sample."""
    return label_set(_merged(run, "train", None))


def test_examples(corpus: Corpus, run: Run) -> list[Example]:
    """The test sentences: the same for every seed."""
    return with_annotated_labels(_sample(_read_all(corpus.test), run.size.test, seed=0))


def is_flat(corpus: Corpus) -> bool:
    """Whether no two entities of the training data overlap."""
    return not any(nested_entities(example.entities) for example in _read_all(corpus.train))


def _replayed(run: Run, share: float) -> tuple[list[Example], list[Example]]:
    first, *others = run.corpora
    new = _sample(_read_all(first.train), run.size.train, run.seed)
    dev = _sample(_read_all(first.dev), run.size.dev, run.seed)
    merged = merge_corpora([_read_all(corpus.train) for corpus in (first, *others)])
    old = merged[len(_read_all(first.train)) :]
    return [*new, *_sample(old, round(share * len(new)), run.seed)], dev


def _merged(run: Run, split: str, count: int | None) -> list[Example]:
    corpora = [_read_all(getattr(corpus, split)) for corpus in run.corpora]
    return _sample(merge_corpora(corpora), count, run.seed)


def _sample(examples: Sequence[Example], count: int | None, seed: int) -> list[Example]:
    if count is None or count >= len(examples):
        return list(examples)
    chosen = random.Random(seed).sample(range(len(examples)), count)
    return [examples[index] for index in sorted(chosen)]


@lru_cache(maxsize=6)
def _read_all(files: tuple[Path, ...]) -> tuple[Example, ...]:
    return tuple(example for file in files for example in read_examples(file))
