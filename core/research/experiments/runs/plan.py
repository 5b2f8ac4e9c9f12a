"""The parts of an experiment: corpora, sizes, and runs with every setting resolved."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, astuple, dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

from ....config import FINE_TUNING, ModelConfig, TrainingConfig
from ....types import SamplerSettings
from .settings import (
    Setting,
    split_overrides,
    without_candidate_settings,
    without_fitted,
)

MIN_STEPS = 1500
Kind = Literal["ours", "tagger", "biaffine"]


@dataclass(frozen=True)
class Corpus:
    """An annotated corpus: files to train on, to select by and to test on."""

    name: str
    train: tuple[Path, ...]
    dev: tuple[Path, ...]
    test: tuple[Path, ...]

    @classmethod
    def at(cls, folder: Path) -> Corpus:
        """`folder` holds train.jsonl, dev.jsonl and test.jsonl."""
        train, dev, test = (folder / f"{split}.jsonl" for split in ("train", "dev", "test"))
        return cls(folder.name, (train,), (dev,), (test,))

    @property
    def files(self) -> tuple[Path, ...]:
        return (*self.train, *self.dev, *self.test)


@dataclass(frozen=True)
class Size:
    """The number of sentences a run uses; None is all. Sampled by the seed, kept in order."""

    train: int | None = None
    dev: int | None = None
    test: int | None = None

    def within(self, most: Size) -> Size:
        """This size, with no part above that of `most`."""
        pairs = zip(astuple(self), astuple(most), strict=True)
        return Size(*(min((n for n in pair if n is not None), default=None) for pair in pairs))

    def __str__(self) -> str:
        counts = {"train": self.train, "dev": self.dev, "test": self.test}
        parts = [f"{count} {split}" for split, count in counts.items() if count is not None]
        return " / ".join(parts) + " sentences" if parts else "all sentences"


@dataclass(frozen=True)
class Run:
    """One training (or one model to measure), and its place in the table."""

    name: str
    cells: tuple[tuple[str, Setting], ...]
    """The columns that identify the row; rows that agree in all are averaged over seeds."""
    corpora: tuple[Corpus, ...]
    """Trained on together, measured one by one."""
    kind: Kind = "ours"
    encoder: str | None = None
    start: Path | None = None
    """The model folder that training starts from; without training, the model to measure."""
    trains: bool = True
    """False measures `start` as it is."""
    overrides: Mapping[str, Setting] = field(default_factory=dict)
    """Fields of ModelConfig and TrainingConfig that differ from their defaults."""
    min_steps: int = MIN_STEPS
    """For small corpora: epochs are added until there are this many steps, and all are run. A
    fine-tuned model has the epochs of `core.training.fine_tuning` instead."""
    seed: int = 0
    size: Size = Size()
    samplers: tuple[SamplerSettings, ...] = (SamplerSettings(),)
    """The samplers to measure with; `flat` is set by each corpus."""
    measure: str = "scores"
    """A name in core.research.experiments.runs.measures."""
    replay: float | None = None
    """If set, only the first of `corpora` is new: `size` applies to it and the version is selected
    by it, as if it annotated every label; of the others this many sentences are replayed for each
    new one."""
    points: int = 0
    """Development scores between two epochs' ends, in addition to those at the ends."""

    def __post_init__(self) -> None:
        if self.start is not None and self.model:
            raise ValueError(
                f"{self.name!r} starts from {self.start}, whose architecture is settled; "
                f"{', '.join(self.model)} can be set for a model made anew alone"
            )
        split_overrides(self.overrides)

    @property
    def model(self) -> dict[str, Any]:
        """The fields of ModelConfig that this run changes."""
        return split_overrides(self.overrides)[0]

    @property
    def training(self) -> TrainingConfig:
        """The training settings; `core.config.FINE_TUNING` are the defaults if the run starts from
        a model."""
        defaults = TrainingConfig() if self.start is None else FINE_TUNING
        return replace(defaults, **{"seed": self.seed, **split_overrides(self.overrides)[1]})

    def missing(self) -> Path | None:
        """The first file or folder that this run needs and that does not exist."""
        needed = [file for corpus in self.corpora for file in corpus.files]
        if self.start is not None:
            needed.append(self.start)
        return next((path for path in needed if not path.exists()), None)

    def settings(self) -> dict[str, Any]:
        """Everything that determines the result except the files' contents, defaults included."""
        model = None if self.start else without_fitted(ModelConfig((), **self.model).to_json())
        training = self.training.to_json() if self.trains else None
        samplers: list[Any] = [asdict(sampler) for sampler in self.samplers]
        if self.kind != "ours":
            model, training, samplers = (
                without_candidate_settings(model),
                without_candidate_settings(training),
                [],
            )
        return {
            "kind": self.kind,
            "model": model,
            "training": training,
            "min_steps": self.min_steps,
            "seed": self.seed,
            "size": asdict(self.size),
            "samplers": samplers,
            "measure": self.measure,
            "points": self.points,
            **({} if self.replay is None else {"replay": self.replay}),
        }
