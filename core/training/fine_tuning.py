"""Fine-tuning a trained model on few sentences: how many epochs, and when φ is tuned. Used by the
app's retraining and by the experiments."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ..config import FINE_TUNING, TrainingConfig
from ..evaluation.evaluate import score_proposals
from ..evaluation.metrics import Scores
from ..inference.candidates import propose
from ..modeling.model import DiffusionNER
from ..types import Example, SamplerSettings
from .learner import DiffusionLearner

TARGET_STEPS = 240
"""The number of steps to aim for: two to four minutes on 2 cores, in batches of 8 sentences."""
MIN_EPOCHS, MAX_EPOCHS = 3, 30
_EVALUATIONS = 4
MIN_ENTITIES_TO_TUNE = 300
"""The minimum number of development entities for tuning φ. Tuned on 40 (34 documents of wikigold),
it rose from 1.5 to 2.5, and F1 on held-out documents fell from 55.6 to 47.8."""


def fine_tuning_config(sentences: int, settings: TrainingConfig = FINE_TUNING) -> TrainingConfig:
    """`settings` with many epochs for few sentences and few epochs for many."""
    per_epoch = max(1, -(-sentences // settings.batch_size))  # none: `train` says what is amiss
    epochs = min(max(round(TARGET_STEPS / per_epoch), MIN_EPOCHS), MAX_EPOCHS)
    return with_epochs(settings, epochs)


def with_epochs(settings: TrainingConfig, epochs: int) -> TrainingConfig:
    """`settings` with `epochs` epochs and a handful of development scores: with tiny epochs,
    evaluation would take longer than training."""
    return replace(settings, epochs=epochs, evaluate_every=max(1, epochs // _EVALUATIONS))


def fine_tuning_learner(
    model: DiffusionNER,
    config: TrainingConfig,
    dev: Sequence[Example],
    sampler: SamplerSettings = SamplerSettings(),
) -> DiffusionLearner:
    """A learner that tunes φ only if `dev` has at least `MIN_ENTITIES_TO_TUNE` entities."""
    enough = sum(len(example.entities) for example in dev) >= MIN_ENTITIES_TO_TUNE
    return (DiffusionLearner if enough else FixedThresholdLearner)(model, config, sampler)


class FixedThresholdLearner(DiffusionLearner):
    """Keep the parent's φ: too few entities, or memorised ones, would bias it."""

    def evaluate(self, examples: Sequence[Example]) -> Scores:
        return score_with_own_threshold(self.model, examples, self.sampler)


def score_with_own_threshold(
    model: DiffusionNER, examples: Sequence[Example], sampler: SamplerSettings
) -> Scores:
    """Score `examples` with the φ that the model already has."""
    proposals = propose(model, [example.words for example in examples], sampler)
    return score_proposals(examples, proposals, model.config.phi(sampler.flat), sampler.flat)
