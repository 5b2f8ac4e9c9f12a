"""Tables 1 and 2 of the paper, with its corpora (which need licences) and its settings."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path

from ...presets.paper import DEPARTURES, PRESETS
from ...presets.preset import Preset
from ..experiment import Experiment, ExperimentConfig
from ..runs.plan import Corpus, Run
from ..runs.runner import Done
from ..runs.settings import Setting, without_fitted
from ..tables.averages import average
from ..tables.report import Chart, Record, Report
from . import reported

_NAME = "Spanneal, paper"
_Known = Mapping[str, tuple[reported.Reported, ...]]


def _plan(known: _Known) -> Callable[[ExperimentConfig], list[Run]]:
    def plan(config: ExperimentConfig) -> list[Run]:
        runs = [
            Run(
                name=f"{name} seed {seed}",
                cells=(("model", _NAME),),
                corpora=(_corpus(PRESETS[name], config.data / name),),
                encoder=config.encoder or PRESETS[name].encoder,
                overrides={**_settings(PRESETS[name], config.quick), **config.settings},
                min_steps=0,
                seed=seed,
                samplers=(PRESETS[name].sampler(),),
            )
            for name in _names(known, config)
            for seed in config.seeds_or([0])
        ]
        return config.sized(runs)

    return plan


def _names(known: _Known, config: ExperimentConfig) -> tuple[str, ...]:
    strange = set(config.corpora) - set(known)
    if strange:
        raise ValueError(
            f"this table has {', '.join(known)}, got --corpora {', '.join(sorted(strange))}"
        )
    return config.corpora or tuple(known)


def _corpus(preset: Preset, folder: Path) -> Corpus:
    """The preset's files; a missing folder stands for all of them."""
    if not folder.exists():
        return Corpus(preset.name, (folder,), (folder,), (folder,))
    return Corpus(preset.name, *preset.files(folder))


def _settings(preset: Preset, quick: bool) -> dict[str, Setting]:
    settings = {**without_fitted(asdict(preset.model())), **asdict(preset.training())}
    if quick:  # of three epochs
        settings["frozen_epochs"] = 1
    return {name: value for name, value in settings.items() if name not in ("labels", "seed")}


def _report(known: _Known, title: str) -> Callable[[ExperimentConfig, Done], Report]:
    def report(config: ExperimentConfig, done: Done) -> Report:
        candidate_rows = {record["corpus"]: record for record in average(done)}
        missing = {run.corpora[0].name: run.missing() for run, _ in done}
        records: list[Record] = []
        for name in candidate_rows:
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
            missing_file = missing[name]
            note = None if missing_file is None else f"{missing_file} is not there"
            records.append({"source": "ours", **candidate_rows[name], "note": note})
        departures = [
            *DEPARTURES,
            *(departure for name in candidate_rows for departure in PRESETS[name].departures),
        ]
        differs = "What differs from the paper: " + " ".join(dict.fromkeys(departures))
        return Report(
            title,
            ("source", "corpus", "model", "P", "R", "F1", "± seeds", "seeds", "minutes", "note"),
            tuple(records),
            (differs, *config.notes([run for run, _ in done])),
            Chart("model", "F1", ("corpus",)),
        )

    return report


TABLE1 = Experiment(
    "table1",
    "the paper's nested corpora with its settings: ACE04, ACE05, GENIA",
    _plan(reported.TABLE1),
    _report(reported.TABLE1, "Table 1: nested corpora"),
)
TABLE2 = Experiment(
    "table2",
    "the paper's flat corpora with its settings: CoNLL03, OntoNotes, MSRA",
    _plan(reported.TABLE2),
    _report(reported.TABLE2, "Table 2: flat corpora"),
)
