"""Auxiliary corpora: annotated under labels of their own, they teach the features more types.

Each auxiliary label is trained under the name of its file, is unknown in every other corpus, and is
dropped whenever the model is scored or saved, so that the model ships with its main labels alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ..data.examples import label_set
from ..evaluation.metrics import Scores
from ..types import Example, Span
from .learner import DiffusionLearner


def auxiliary_examples(corpora: Sequence[tuple[Path, Sequence[Example]]]) -> list[Example]:
    """The sentences of auxiliary files, labelled `folder/file:label` and annotated for those labels
    alone.

    Raises ValueError for a file without any entity, and for two files of one name: the same file,
    or two whose labels would be taken for the same.
    """
    files: dict[str, Path] = {}
    examples: list[Example] = []
    for path, corpus in corpora:
        resolved = path.resolve()
        name = f"{resolved.parent.name}/{resolved.stem}"
        if name in files:
            raise ValueError(
                f"the auxiliary files {files[name]} and {path} both name their labels {name}:…; "
                "give a file only once, and files of several corpora in folders of several names"
            )
        files[name] = path
        examples += _prefixed(path, name, corpus)
    return examples


def _prefixed(path: Path, prefix: str, corpus: Sequence[Example]) -> list[Example]:
    names = {label: f"{prefix}:{label}" for label in label_set(corpus)}
    if not names:
        raise ValueError(
            f"the auxiliary file {path} teaches no label: it has {len(corpus)} sentences and no "
            "entity; expected annotated sentences, so leave the file out or annotate it"
        )
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
            calibration=main.model.config.calibration,
            flat_calibration=main.model.config.flat_calibration,
        )
        return scores

    def save(self, folder: Path) -> None:
        self._main().save(folder)

    def _main(self) -> DiffusionLearner:
        return DiffusionLearner(self.model.with_labels(self.main_labels), self.config, self.sampler)
