"""`forgetting`: what a model trained on a new corpus still knows, with and without replay."""

from __future__ import annotations

from ....installation import BUNDLED
from ..experiment import Experiment, ExperimentConfig
from ..runs.plan import Corpus, Run, Size
from ..runs.runner import Done
from ..tables.averages import SCORES, average
from ..tables.report import Chart, Report

REPLAYS = (0.0, 0.5, 1.0)
_LEARNT = 100
_DEV = 100


def _plan(config: ExperimentConfig) -> list[Run]:
    """The first corpus is new; the model was trained on the others."""
    runs = []
    for corpora, corpus_name, seed in config.corpora_and_seeds(
        ["ncbi_disease+gum_named+wikigold"], ["ncbi_disease+wikigold"]
    ):
        before = _run(config, corpora[1:], f"before {corpus_name}", "before", seed)
        runs.append(before)
        for share in REPLAYS:
            name = f"forgetting {corpus_name} {share} seed {seed}"
            runs.append(_run(config, corpora, name, share, seed))
    return config.sized(runs)


def _run(
    config: ExperimentConfig, corpora: tuple[Corpus, ...], name: str, replay: float | str, seed: int
) -> Run:
    trains = isinstance(replay, float)
    return Run(
        name=name,
        cells=(("replay", replay),),
        corpora=corpora,
        start=config.model or BUNDLED,
        trains=trains,
        seed=seed,
        size=Size(train=_LEARNT, dev=_DEV) if trains else Size(),
        replay=replay if isinstance(replay, float) else None,
    )


def _report(config: ExperimentConfig, done: Done) -> Report:
    notes = (
        f"{_LEARNT} sentences of the first corpus are learnt, chosen by the seed, as sentences in "
        "which its annotators looked for every label; `replay`: old sentences for each of them. "
        "The settings are those of retraining on the page, which replays half.",
    )
    return Report(
        "What is forgotten",
        ("corpus", "replay", *SCORES),
        tuple(average(done)),
        notes + config.notes([run for run, _ in done]),
        Chart("replay", "F1", ("corpus",)),
    )


FORGETTING = Experiment(
    "forgetting", "does a model that learns a new corpus forget the old ones?", _plan, _report
)
