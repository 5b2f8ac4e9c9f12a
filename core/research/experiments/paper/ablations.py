"""Tables 4, 5 and 6 of the paper: encoders and parts, schedules, expansions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ..experiment import Experiment, ExperimentConfig, short
from ..runs.plan import Run
from ..runs.runner import Done
from ..runs.settings import Setting
from ..tables.averages import SCORES, average
from ..tables.report import Chart, Record, Report
from . import reported

_CORPORA, _QUICK = ("litbank", "wikigold"), ("gum_named",)
_PAPER = ("paper: ACE04", "paper: CoNLL03")
_DIFFERS = (
    "The paper's columns are BERT-large on ACE04 (nested) and CoNLL03 (flat), which need licences; "
    "ours are a smaller encoder on open corpora, so compare the differences between rows, not "
    "the rows with the paper's."
)
PARTS: dict[str, dict[str, Setting]] = {
    "default": {},
    "w/o self-attention": {"self_attention": False},
    "w/o cross-attention": {"cross_attention": False},
    "w/o span encoder": {"self_attention": False, "cross_attention": False},
}


def _run(
    config: ExperimentConfig, name: str, cells: Mapping[str, Setting], **settings: Any
) -> Iterator[Run]:
    """Yield one run for each corpus and seed."""
    for corpora, corpus_name, seed in config.corpora_and_seeds(_CORPORA, _QUICK):
        yield Run(
            name=f"{name} {corpus_name} seed {seed}",
            cells=tuple(cells.items()),
            corpora=corpora,
            seed=seed,
            **{"encoder": config.encoder, **settings},
        )


def _table4(config: ExperimentConfig) -> list[Run]:
    runs = [
        run
        for encoder in config.encoders
        for run in _run(
            config,
            f"encoder {short(encoder)}",
            {"part": "encoder", "setting": short(encoder)},
            encoder=encoder,
        )
    ]
    for setting, overrides in PARTS.items():
        cells: dict[str, Setting] = {"part": "module", "setting": setting}
        runs += _run(config, setting, cells, overrides=overrides)
    return config.sized(runs)


def _table5(config: ExperimentConfig) -> list[Run]:
    runs: list[Run] = []
    for schedule, timesteps in reported.TABLE5:
        settings: dict[str, Setting] = {"schedule": schedule, "timesteps": timesteps}
        cells: dict[str, Setting] = {"schedule": schedule, "T": timesteps}
        runs += _run(config, f"{schedule} T {timesteps}", cells, overrides=settings)
    return config.sized(runs)


def _table6(config: ExperimentConfig) -> list[Run]:
    counts = (60, 120) if config.quick else (60, 120, 150)
    runs: list[Run] = []
    for expansion in ("repetition", "random", "mixed"):
        for count in counts:
            settings: dict[str, Setting] = {"expansion": expansion, "num_spans": count}
            cells: dict[str, Setting] = {"strategy": expansion, "K in training": count}
            runs += _run(config, f"{expansion} K {count}", cells, overrides=settings)
    return config.sized(runs)


def _report4(config: ExperimentConfig, done: Done) -> Report:
    known: dict[Any, reported.Pair] = dict(reported.TABLE4)
    records = _beside(average(done), known, lambda record: record["setting"])
    records += [
        {"part": "encoder", "setting": f"the paper's {name}", **_pair(known[name])}
        for name in ("RoBERTa-Large", "BERT-Large", "BERT-Base")
    ]
    notes = (
        _DIFFERS,
        "Without the span encoder means without both attentions, as in section 6.3; the "
        "feed-forward layers stay.",
    )
    return _report(
        config, done, "Table 4: encoders and parts", ("part", "setting"), records, notes, "setting"
    )


def _report5(config: ExperimentConfig, done: Done) -> Report:
    known: dict[Any, reported.Pair] = dict(reported.TABLE5)
    records = _beside(average(done), known, lambda record: (record["schedule"], record["T"]))
    return _report(config, done, "Table 5: schedules", ("schedule", "T"), records, (_DIFFERS,), "T")


def _report6(config: ExperimentConfig, done: Done) -> Report:
    known: dict[Any, reported.Pair] = dict(reported.TABLE6)
    records = _beside(
        average(done), known, lambda record: (record["strategy"], record["K in training"])
    )
    notes = (
        _DIFFERS,
        "Measured with K = 60 in every row. `mixed` is our default: some copies of each gold "
        "entity among random spans.",
    )
    return _report(
        config,
        done,
        "Table 6: expansion",
        ("strategy", "K in training"),
        records,
        notes,
        "K in training",
    )


def _beside(records: list[Record], known: Mapping[Any, reported.Pair], key: Any) -> list[Record]:
    """Add the paper's numbers to the records that have any."""
    for record in records:
        if key(record) in known:
            record |= _pair(known[key(record)])
    return records


def _pair(pair: reported.Pair) -> Record:
    return dict(zip(_PAPER, pair, strict=True))


def _report(
    config: ExperimentConfig,
    done: Done,
    title: str,
    cells: tuple[str, ...],
    records: list[Record],
    notes: tuple[str, ...],
    x: str,
) -> Report:
    return Report(
        title,
        (*cells, "corpus", *SCORES, *_PAPER),
        tuple(records),
        notes + config.notes([run for run, _ in done]),
        Chart(x, "F1", tuple(column for column in (*cells, "corpus") if column not in (x, "part"))),
    )


TABLE4 = Experiment(
    "table4", "what do the encoder and the parts of the span encoder give?", _table4, _report4
)
TABLE5 = Experiment("table5", "which noise schedule, and how many timesteps T?", _table5, _report5)
TABLE6 = Experiment("table6", "how is the entity set expanded to K spans?", _table6, _report6)
