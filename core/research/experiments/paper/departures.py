"""`departures`: from the paper's architecture to ours, one departure at a time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ....config import TRAINING, Departure
from ....types import SamplerSettings
from ..experiment import Experiment, ExperimentConfig
from ..runs.plan import Run
from ..runs.runner import Done
from ..runs.settings import Setting
from ..tables.averages import average
from ..tables.report import Chart, Record, Report

_POINTS = 4
_SAMPLERS = tuple(SamplerSettings(steps=steps) for steps in (5, 1, 10))
"""The first one tunes φ."""
_OBJECTIVE = ("num_spans", "expansion", "pure_noise", "no_entity_weight")
PAPER: Mapping[str, Setting] = {
    "architecture": "paper",
    "lstm_layers": 2,
    "frozen_epochs": 1,  # the paper's 5 of 50 to 100, of the 5 to 20 that small corpora get
    "distance_weight": 0.0,
    **{name: getattr(TRAINING["paper"], name) for name in _OBJECTIVE},
}
OURS: Mapping[str, Setting] = {
    name: getattr(TRAINING["spanneal"], name) for name in (*_OBJECTIVE, "frozen_epochs")
} | {"lstm_layers": 0}
CHAIN: tuple[tuple[str, Departure | None, Mapping[str, Setting]], ...] = (
    ("+ all layers mixed, word shapes", "words", {}),
    ("+ first and last word, width", "features", {}),
    ("+ explicit positions", "positions", {}),
    ("+ product pointers with a softmax", "pointer", {}),
    ("+ every noisy span matched", "matching", {"distance_weight": 2.0}),
    ("+ entities from all steps", "all_steps", {}),
    ("+ P^c weighs more", "score", {}),
    ("+ crowded spans restart", "restarts", {}),
    ("+ our training settings, no BiLSTM", None, OURS),
)
"""Each row adds its departure and its settings to the row above it."""


def rows() -> Iterator[tuple[str, dict[str, Setting]]]:
    """The rows of the table: a name, and the settings of its run."""
    yield "paper, line 9 as printed", {**PAPER, "boundary_loss": "gold_word"}
    yield "paper", dict(PAPER)
    settings, departures = dict(PAPER), tuple[str, ...]()
    for name, departure, changes in CHAIN:
        departures += () if departure is None else (departure,)
        settings = {**settings, **changes, "departures": departures}
        yield name, settings
    yield "ours: + types and runner-ups of predicted spans", {}


def _plan(config: ExperimentConfig) -> list[Run]:
    runs = [
        Run(
            name=f"departures {corpus_name} {name} seed {seed}",
            cells=(("architecture", name),),
            corpora=corpora,
            encoder=config.encoder,
            overrides=overrides,
            seed=seed,
            samplers=_SAMPLERS,
            measure="final_spans",
            points=_POINTS,
        )
        for corpora, corpus_name, seed in config.corpora_and_seeds(
            ["wikigold", "gum_named", "litbank"], ["gum_named"]
        )
        for name, overrides in rows()
    ]
    return config.sized(runs)


def _report(config: ExperimentConfig, done: Done) -> Report:
    curve: list[Record] = [
        {**dict(run.cells), "corpus": run.corpora[0].name, "seed": run.seed, "step": step}
        | {"dev F1": 100 * f1}
        for run, row in done
        if row is not None
        for step, f1 in row["points"]
    ]
    notes = (
        "Same encoder, data, steps, rates and batches. Each row adds to the one above; the first "
        "takes the boundary loss as Algorithm 1 prints it. `final spans`: the distinct boundaries "
        "in which the K = 60 noisy spans of a sentence end. φ is tuned at γ = 5. The curve is the "
        "development F1 by training step.",
    )
    return Report(
        "From the paper's architecture to ours",
        (
            "corpus",
            "architecture",
            "γ",
            "final spans",
            "P",
            "R",
            "F1",
            "± seeds",
            "dev F1",
            "minutes",
        ),
        tuple(average(done, samplers=True)),
        notes + config.notes([run for run, _ in done]),
        Chart("architecture", "F1", ("corpus", "γ")),
        tuple(curve),
    )


DEPARTURES = Experiment(
    "departures", "what does each departure from the paper's architecture give?", _plan, _report
)
