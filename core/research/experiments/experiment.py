"""What the command line asks of an experiment, and what an experiment is."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from .plan import Corpus, Kind, Run, Size
from .report import Report
from .runner import Done
from .settings import Setting

_QUICK_SIZE = Size(train=1200, dev=300, test=400)
_QUICK_STEPS = 300
_QUICK_SETTINGS: dict[str, Setting] = {"epochs": 3}


@dataclass(frozen=True)
class ExperimentConfig:
    """The options; empty ones mean the experiment's own choice."""

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
        """The corpora; `a+b` is learnt together and measured one by one."""
        names = self.corpora or (quick if self.quick else default)
        return [tuple(Corpus.at(self.data / part) for part in name.split("+")) for name in names]

    def each(
        self, default: Sequence[str], quick: Sequence[str], seeds: Sequence[int] = (0,)
    ) -> Iterator[tuple[tuple[Corpus, ...], str, int]]:
        """Corpora that are learnt together, what they are called, and a seed."""
        for corpora in self.read(default, quick):
            for seed in self.seeds_or(seeds):
                yield corpora, "+".join(corpus.name for corpus in corpora), seed

    def training(self, corpora: tuple[Corpus, ...], corpus_name: str, kind: Kind, seed: int) -> Run:
        """The plain training of one kind of model from the encoder; experiments share it."""
        return Run(
            name=f"{corpus_name} {kind} seed {seed}",
            cells=(("model", kind),),
            corpora=corpora,
            kind=kind,
            encoder=self.encoder,
            seed=seed,
        )

    def seeds_or(self, default: Sequence[int]) -> tuple[int, ...]:
        """--seeds; else the experiment's own, and one alone where it is quick."""
        return self.seeds or ((0,) if self.quick else tuple(default))

    @property
    def settings(self) -> dict[str, Setting]:
        """What holds for every run that does not say otherwise."""
        return {**(_QUICK_SETTINGS if self.quick else {}), **self.overrides}

    def sized(self, runs: Sequence[Run]) -> list[Run]:
        """The runs with what --set says, at the size of --quick where that is asked."""
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
        """What the figures were got with, for below the table."""
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
        notes += [f"Not there, so without a row: {path}." for path in missing if path is not None]
        return tuple(notes)


def short(encoder: str) -> str:
    """A hub name as it is; of a path the part that tells it from others."""
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
