"""An experiment, and the command line's configuration of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from .runs.plan import Corpus, Kind, Run, Size
from .runs.runner import Done
from .runs.settings import Setting
from .tables.report import Report

_QUICK_SIZE = Size(train=1200, dev=300, test=400)
_QUICK_STEPS = 300
_QUICK_SETTINGS: dict[str, Setting] = {"epochs": 3}


@dataclass(frozen=True)
class ExperimentConfig:
    """The command line's options; empty ones take the experiment's defaults."""

    data: Path
    quick: bool = False
    encoders: tuple[str, ...] = ()
    model: Path | None = None
    tagger: Path | None = None
    seeds: tuple[int, ...] = ()
    corpora: tuple[str, ...] = ()
    overrides: Mapping[str, Setting] = field(default_factory=dict)
    min_steps: int | None = None

    @property
    def encoder(self) -> str | None:
        return self.encoders[0] if self.encoders else None

    def read(self, default: Sequence[str], quick: Sequence[str]) -> list[tuple[Corpus, ...]]:
        """The corpora; `a+b` is trained on together and scored one by one."""
        names = self.corpora or (quick if self.quick else default)
        return [tuple(Corpus.at(self.data / part) for part in name.split("+")) for name in names]

    def corpora_and_seeds(
        self, default: Sequence[str], quick: Sequence[str], seeds: Sequence[int] = (0,)
    ) -> Iterator[tuple[tuple[Corpus, ...], str, int]]:
        """Yield the corpora to train on together, their joint name, and a seed."""
        for corpora in self.read(default, quick):
            for seed in self.seeds_or(seeds):
                yield corpora, "+".join(corpus.name for corpus in corpora), seed

    def training(self, corpora: tuple[Corpus, ...], corpus_name: str, kind: Kind, seed: int) -> Run:
        """The standard training of one kind of model from the encoder; experiments share its
        result."""
        return Run(
            name=f"{corpus_name} {kind} seed {seed}",
            cells=(("model", kind),),
            corpora=corpora,
            kind=kind,
            encoder=self.encoder,
            seed=seed,
        )

    def seeds_or(self, default: Sequence[int]) -> tuple[int, ...]:
        """The seeds of --seeds, else the experiment's own; only seed 0 with --quick."""
        return self.seeds or ((0,) if self.quick else tuple(default))

    @property
    def settings(self) -> dict[str, Setting]:
        """The settings of every run that does not override them."""
        return {**(_QUICK_SETTINGS if self.quick else {}), **self.overrides}

    def sized(self, runs: Sequence[Run]) -> list[Run]:
        """Apply --set, --min-steps and --quick to the runs."""
        sized = []
        for run in runs:
            settings = self.settings if run.start is None else self.overrides
            run = replace(run, overrides={**settings, **run.overrides})
            if self.quick:
                steps = min(run.min_steps, _QUICK_STEPS)
                run = replace(run, size=run.size.within(_QUICK_SIZE), min_steps=steps)
            if self.min_steps is not None:
                run = replace(run, min_steps=self.min_steps)
            sized.append(run)
        return sized

    def notes(self, runs: Sequence[Run]) -> tuple[str, ...]:
        """The notes below a table: data, encoder and settings."""
        encoders = ", ".join(dict.fromkeys(short(run.encoder) for run in runs if run.encoder))
        corpora = ", ".join(dict.fromkeys(corpus.name for run in runs for corpus in run.corpora))
        notes = [f"Data: {corpora}. F1 in per cent, exact boundaries and type, on the test files."]
        if encoders:
            notes.append(f"Encoder: {encoders}.")
        if self.overrides:
            settings = ", ".join(f"{name} = {value}" for name, value in self.overrides.items())
            notes.append(f"Set for every run: {settings}.")
        if self.min_steps is not None:
            notes.append(f"At least {self.min_steps} steps a training that starts anew.")
        if self.quick:
            notes.append(
                f"--quick: at most {_QUICK_SIZE}, {_QUICK_SETTINGS['epochs']} epochs or "
                f"{_QUICK_STEPS} steps, one seed where none is asked and a part of the table "
                "where it is large: a look, not a result."
            )
        missing = dict.fromkeys(run.missing() for run in runs)
        notes += [f"Not there, so not measured: {path}." for path in missing if path is not None]
        return tuple(notes)


def short(encoder: str) -> str:
    """A hub name unchanged; of a path the part that identifies it."""
    path = Path(encoder)
    if not path.exists():
        return encoder
    return path.parent.name if path.name == "model" else path.name


@dataclass(frozen=True)
class Experiment:
    """A question, the runs that answer it, and the table of the answer."""

    name: str
    question: str
    plan: Callable[[ExperimentConfig], list[Run]]
    report: Callable[[ExperimentConfig, Done], Report]
