"""`recipe`: the effect of each setting, one row for each change of the defaults."""

from __future__ import annotations

from ..experiment import Experiment, ExperimentConfig
from ..runs.plan import Run
from ..runs.runner import Done
from ..runs.settings import Setting
from ..tables.averages import average
from ..tables.report import Chart, Record, Report

CHANGES: dict[str, dict[str, Setting]] = {
    "default": {},
    "expansion random": {"expansion": "random"},
    "expansion repetition": {"expansion": "repetition"},
    "3 copies of gold": {"gold_copies": 3},
    "10 copies of gold": {"gold_copies": 10},
    "no distance in matching": {"distance_weight": 0.0},
    "distance weight 8": {"distance_weight": 8.0},
    "no sentences of pure noise": {"pure_noise": 0.0},
    "pure noise 0.6": {"pure_noise": 0.6},
    "∅ weight 0.1": {"no_entity_weight": 0.1},
    "∅ weight 0.5": {"no_entity_weight": 0.5},
    "∅ weight 1": {"no_entity_weight": 1.0},
    "loss over all spans": {"all_spans_weight": 1.0},
    "BiLSTM": {"lstm_layers": 1},
    "λ 0.5": {"scale": 0.5},
    "λ 2": {"scale": 2.0},
    "linear schedule": {"schedule": "linear"},
    "K 15 in training": {"num_spans": 15},
    "K 60 in training": {"num_spans": 60},
    "encoder rate 5e-5": {"encoder_lr": 5e-5},
    "encoder rate 2e-4": {"encoder_lr": 2e-4},
    "decoder rate 2e-4": {"decoder_lr": 2e-4},
    "decoder rate 1e-3": {"decoder_lr": 1e-3},
    "batches of 8": {"batch_size": 8},
    "no dropout": {"dropout": 0.0},
    "hidden size 128": {"hidden_size": 128},
    "hidden size 384": {"hidden_size": 384},
}
"""One row each: its name, and the fields of ModelConfig or TrainingConfig that it changes."""

_COLUMNS = ("setting", "corpus", "dev F1", "Δ dev", "P", "R", "F1", "Δ F1", "seeds", "minutes")


def _plan(config: ExperimentConfig) -> list[Run]:
    runs = [
        Run(
            name=f"recipe {corpus_name} {setting} seed {seed}",
            cells=(("setting", setting),),
            corpora=corpora,
            encoder=config.encoder,
            overrides=overrides,
            seed=seed,
        )
        for corpora, corpus_name, seed in config.corpora_and_seeds(
            ["gum_named+wikigold"], ["gum_named"]
        )
        for setting, overrides in CHANGES.items()
    ]
    return config.sized(runs)


def _report(config: ExperimentConfig, done: Done) -> Report:
    records = average(done)
    for record in records:
        base = next(
            row
            for row in records
            if row["setting"] == "default" and row["corpus"] == record["corpus"]
        )
        record["Δ F1"] = _difference(record, base, "F1")
        record["Δ dev"] = _difference(record, base, "dev F1")
    notes = ("Each row changes the default recipe in what its name says and in nothing else.",)
    return Report(
        "What each setting gives",
        _COLUMNS,
        tuple(records),
        notes + config.notes([run for run, _ in done]),
        Chart("setting", "dev F1", ("corpus",)),
    )


def _difference(record: Record, base: Record, name: str) -> float | None:
    value, base_value = record.get(name), base.get(name)
    return None if value is None or base_value is None else value - base_value


RECIPE = Experiment("recipe", "what does each setting of the recipe give?", _plan, _report)
