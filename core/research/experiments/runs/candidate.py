"""The model that a run trains and measures: DiffusionNER (the candidate) or a baseline."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ....baselines.base import Baseline, BaselineLearner
from ....baselines.biaffine import Biaffine
from ....baselines.tagger import Tagger
from ....config import ModelConfig, TrainingConfig
from ....data.fitting import fit_to_window
from ....devices import best_device
from ....modeling.model import DiffusionNER
from ....training.fine_tuning import fine_tuning_learner
from ....training.learner import DiffusionLearner
from ....types import Example
from .plan import Run

BASELINES: dict[str, type[Baseline]] = {baseline.kind: baseline for baseline in (Tagger, Biaffine)}


@dataclass
class CandidateModel:
    """DiffusionNER with its learner."""

    learner: DiffusionLearner

    @property
    def model(self) -> DiffusionNER:
        return self.learner.model

    def fit_to_window(self, examples: Sequence[Example]) -> list[Example]:
        return fit_to_window(self.model, examples)

    def restore(self, folder: Path) -> None:
        """Load the best version that training left in `folder`."""
        self.learner.model = DiffusionNER.load(folder, self.model.device)


@dataclass
class BaselineModel:
    """A baseline with its learner."""

    baseline: Baseline

    def __post_init__(self) -> None:
        self.learner = BaselineLearner(self.baseline)

    def fit_to_window(self, examples: Sequence[Example]) -> list[Example]:
        return self.baseline.fit_to_window(examples)

    def restore(self, folder: Path) -> None:
        self.baseline.restore(folder)


def build_model(
    run: Run,
    labels: Sequence[str],
    config: TrainingConfig,
    flat: bool,
    dev: Sequence[Example],
) -> CandidateModel | BaselineModel:
    """Build the run's model from its encoder, or from its start model with the corpora's labels.

    A model that is only measured keeps its own labels. Raises ValueError if the run has neither
    encoder nor start model.
    """
    if run.start is None and run.encoder is None:
        raise ValueError(
            f"the run {run.name!r} needs a pretrained encoder: name its folder by --encoder"
        )
    architecture = ModelConfig(tuple(labels), **run.model)
    if run.kind != "ours":
        return BaselineModel(_baseline(run, architecture).to(best_device()))
    sampler = replace(run.samplers[0], flat=flat, threshold=None)
    if run.start is None:
        model = DiffusionNER.from_encoder(architecture, str(run.encoder), run.seed)
        return CandidateModel(DiffusionLearner(model.to(best_device()), config, sampler))
    model = DiffusionNER.load(run.start, best_device())
    model = model.with_labels(labels) if run.trains else model
    return CandidateModel(fine_tuning_learner(model, config, dev, sampler))


def _baseline(run: Run, architecture: ModelConfig) -> Baseline:
    kind = BASELINES[run.kind]
    if run.start is None:
        host = DiffusionNER.from_encoder(architecture, str(run.encoder), run.seed)
        return kind(host)
    parent = kind.load(run.start)
    return parent.with_labels(architecture.labels) if run.trains else parent
