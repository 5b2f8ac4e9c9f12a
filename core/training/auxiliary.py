"""Auxiliary corpora: annotated under labels of their own, they teach the features more types.

Each auxiliary label is trained under the name of its file, is unknown in every other corpus, and is
dropped whenever the model is scored or saved, so that the model ships with its main labels alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ..data.examples import label_set
from ..evaluation.metrics import Scores
from ..types import Example, Span
from .learner import DiffusionLearner


def auxiliary_examples(corpora: Mapping[Path, Sequence[Example]]) -> list[Example]:
    """The sentences of auxiliary files, labelled `folder/file:label` and annotated for those labels
    alone."""
    return [example for path, corpus in corpora.items() for example in _prefixed(path, corpus)]


def _prefixed(path: Path, corpus: Sequence[Example]) -> list[Example]:
    names = {label: f"{path.parent.name}/{path.stem}:{label}" for label in label_set(corpus)}
    known = frozenset(names.values())
    return [
        replace(
            example,
            entities=tuple(
                Span(entity.start, entity.end, names[entity.label]) for entity in example.entities
            ),
            labels=known,
        )
        for example in corpus
    ]


def known_labels(examples: Sequence[Example], labels: Sequence[str]) -> list[Example]:
    """`examples` with `labels` for those that say nothing of which labels they annotate."""
    known = frozenset(labels)
    return [e if e.labels is not None else replace(e, labels=known) for e in examples]


@dataclass
class AuxiliaryLearner(DiffusionLearner):
    """Train a model with auxiliary labels; score and save it with `main_labels` alone."""

    main_labels: tuple[str, ...] = ()

    def evaluate(self, examples: Sequence[Example]) -> Scores:
        main = self._main()
        scores = main.evaluate(examples)
        self.model.config = replace(
            self.model.config,
            threshold=main.model.config.threshold,
            flat_threshold=main.model.config.flat_threshold,
        )
        return scores

    def save(self, folder: Path) -> None:
        self._main().save(folder)

    def _main(self) -> DiffusionLearner:
        return DiffusionLearner(self.model.with_labels(self.main_labels), self.config, self.sampler)
