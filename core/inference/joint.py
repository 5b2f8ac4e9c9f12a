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
    readings = [pipeline.read(text) for text in texts]
    found = iter(
        propose(
            pipeline.model,
            [sentence for reading in readings for sentence in reading.sentences],
            settings,
            threshold_of(pipeline.model, settings),
            [rules for reading in readings for rules in reading.constraints],
        )
    )
    predictions = []
    for reading in readings:
        own = list(islice(found, len(reading.windows)))
        entities = tuple(entity for entity, _ in pipeline._merged(reading, own, settings))
        one = Prediction(reading.text, entities, reading.uncovered)
        predictions.append(joined(reading.text, [one]))
    return predictions
