"""Going on from a trained model with few annotated sentences: how often each is seen, and what
is left as it is. The page's retraining and the experiments share this."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ..config import WARM, TrainingConfig
from ..evaluation.evaluate import propose, score_proposals
from ..evaluation.metrics import Scores
from ..modeling.model import DiffusionNER
from ..types import Example, SamplerSettings
from .learner import DiffusionLearner

STEPS = 240
"""To aim at: two to four minutes on 2 cores, by batches of 8 sentences."""
FEWEST_EPOCHS, MOST_EPOCHS = 3, 30
_SCORES = 4
TUNE_FROM = 300
"""Development entities from which on φ is tuned anew. Tuned on 40 (34 documents of wikigold) it
rose from 1.5 to 2.5, and F1 on the held-out documents fell from 55.6 to 47.8."""


def warm_config(sentences: int, settings: TrainingConfig = WARM) -> TrainingConfig:
    """`settings` with many epochs over few sentences, few over many."""
    per_epoch = max(1, -(-sentences // settings.batch_size))  # none: `train` says what is amiss
    epochs = min(max(round(STEPS / per_epoch), FEWEST_EPOCHS), MOST_EPOCHS)
    return with_epochs(settings, epochs)


def with_epochs(settings: TrainingConfig, epochs: int) -> TrainingConfig:
    """`settings` with so many epochs and a few development scores: where an epoch is a handful
    of sentences, scoring takes longer than learning."""
    return replace(settings, epochs=epochs, evaluate_every=max(1, epochs // _SCORES))


def warm_learner(
    model: DiffusionNER,
    config: TrainingConfig,
    dev: Sequence[Example],
    sampler: SamplerSettings = SamplerSettings(),
) -> DiffusionLearner:
    """A learner that tunes φ only where `dev` has entities enough to tell."""
    enough = sum(len(each.entities) for each in dev) >= TUNE_FROM
    return (DiffusionLearner if enough else KeepsThreshold)(model, config, sampler)


class KeepsThreshold(DiffusionLearner):
    """φ stays the parent's: too few entities, or ones known by heart, would mislead it."""

    def evaluate(self, examples: Sequence[Example]) -> Scores:
        return scores_of(self.model, examples, self.sampler)


def scores_of(model: DiffusionNER, examples: Sequence[Example], sampler: SamplerSettings) -> Scores:
    """Scores with the model's own φ."""
    found = propose(model, [example.words for example in examples], sampler)
    return score_proposals(examples, found, model.config.phi(sampler.flat), sampler.flat)
