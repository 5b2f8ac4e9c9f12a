"""Several short texts in one call of the model, for requests that come at once."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice

from ..evaluation.evaluate import propose, threshold_of
from ..types import Prediction, SamplerSettings
from .pipeline import Pipeline, joined


def predict_together(
    pipeline: Pipeline, texts: Sequence[str], settings: SamplerSettings
) -> list[Prediction]:
    """What `Pipeline.predict` says of each text. All of them are in memory at once."""
    windowed_texts = [pipeline.read(text) for text in texts]
    proposals = iter(
        propose(
            pipeline.model,
            [sentence for windowed in windowed_texts for sentence in windowed.sentences],
            settings,
            threshold_of(pipeline.model, settings),
            [rules for windowed in windowed_texts for rules in windowed.constraints],
        )
    )
    predictions = []
    for windowed in windowed_texts:
        candidates = list(islice(proposals, len(windowed.windows)))
        entities = tuple(entity for entity, _ in pipeline._merged(windowed, candidates, settings))
        prediction = Prediction(windowed.text, entities, windowed.uncovered)
        predictions.append(joined(windowed.text, [prediction]))
    return predictions
