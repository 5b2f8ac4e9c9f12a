"""Tables 1 and 2 of the paper, for whoever has the licences: its corpora and its settings."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path

from ..presets.paper import DEPARTURES, PRESETS
from ..presets.preset import Preset
from . import paper
from .ask import Ask, Experiment
from .plan import Corpus, Run
from .report import Chart, Record, Report
from .runner import Done
from .settings import Setting
from .tables import average

_OURS = "Spanneal"
_Known = Mapping[str, tuple[paper.Reported, ...]]


def _plan(known: _Known) -> Callable[[Ask], list[Run]]:
    def plan(ask: Ask) -> list[Run]:
        runs = [
            Run(
                name=f"{name} seed {seed}",
                cells=(("model", _OURS),),
                corpora=(_corpus(PRESETS[name], ask.data / name),),
                encoder=ask.encoder or PRESETS[name].encoder,
                overrides={**_settings(PRESETS[name]), **ask.settings},
                min_steps=0,
                seed=seed,
                samplers=(PRESETS[name].sampler(),),
            )
            for name in _names(known, ask)
            for seed in ask.seeds_or([0])
        ]
        return ask.sized(runs)

    return plan


def _names(known: _Known, ask: Ask) -> tuple[str, ...]:
    strange = set(ask.corpora) - set(known)
    if strange:
        raise ValueError(
            f"this table has {', '.join(known)}, got --corpora {', '.join(sorted(strange))}"
        )
    return ask.corpora or tuple(known)


def _corpus(preset: Preset, folder: Path) -> Corpus:
    """The preset's files; a folder that is not there stands for all of them."""
    if not folder.exists():
        return Corpus(preset.name, (folder,), (folder,), (folder,))
    return Corpus(preset.name, *preset.files(folder))


def _settings(preset: Preset) -> dict[str, Setting]:
    settings = {**asdict(preset.model()), **asdict(preset.training())}
    return {name: value for name, value in settings.items() if name not in ("labels", "seed")}


def _report(known: _Known, title: str) -> Callable[[Ask, Done], Report]:
    def report(ask: Ask, done: Done) -> Report:
        ours = {record["corpus"]: record for record in average(done)}
        missing = {run.corpora[0].name: run.missing() for run, _ in done}
        records: list[Record] = []
        for name in ours:
            records += [
                {
                    "source": "paper",
                    "corpus": name,
                    "model": line.model,
                    "P": line.precision,
                    "R": line.recall,
                    "F1": line.f1,
                }
                for line in known[name]
            ]
            lacking = missing[name]
            note = None if lacking is None else f"{lacking} is not there"
            records.append({"source": "ours", **ours[name], "note": note})
        departures = [*DEPARTURES, *(each for name in ours for each in PRESETS[name].departures)]
        differs = "What differs from the paper: " + " ".join(dict.fromkeys(departures))
        return Report(
            title,
            ("source", "corpus", "model", "P", "R", "F1", "± seeds", "seeds", "minutes", "note"),
            tuple(records),
            (differs, *ask.notes([run for run, _ in done])),
            Chart("model", "F1", ("corpus",)),
        )

    return report


TABLE1 = Experiment(
    "table1",
    "the paper's nested corpora with its settings: ACE04, ACE05, GENIA",
    _plan(paper.TABLE1),
    _report(paper.TABLE1, "Table 1: nested corpora"),
)
TABLE2 = Experiment(
    "table2",
    "the paper's flat corpora with its settings: CoNLL03, OntoNotes, MSRA",
    _plan(paper.TABLE2),
    _report(paper.TABLE2, "Table 2: flat corpora"),
)
