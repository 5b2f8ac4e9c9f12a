"""Measure a model's scores and speed on annotated files."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from ..data.examples import label_set
from ..diffusion.sampler import denoise
from ..inference.candidates import propose, threshold_of
from ..modeling.model import DiffusionNER
from ..types import Example, SamplerSettings
from .calibration import judge
from .error_analysis import analyse_errors
from .evaluate import score_proposals
from .metrics import as_table, ratio
from .tuning import calibration_error


def with_annotated_labels(examples: Sequence[Example]) -> list[Example]:
    """Mark labels that the corpus never uses as unknown, so that predicting one is no error."""
    labels = frozenset(label_set(examples))
    return [replace(example, labels=example.labels or labels) for example in examples]


def measure(
    model: DiffusionNER, examples: Sequence[Example], sampler: SamplerSettings
) -> dict[str, Any]:
    """Scores and speed of one setting, on sentences that fit the model.

    `distinct_spans` is the mean number of distinct typed spans that a sentence's noisy spans
    propose over all steps, before φ is applied; None without sentences. `missed` and `false` count
    errors by kind (`core.evaluation.error_analysis`). `calibration_error` is that of the scores of
    what reaches φ, `uncalibrated_error` the same without the model's calibration.
    """
    threshold = threshold_of(model, sampler)
    start = time.perf_counter()
    proposals = propose(model, [example.words for example in examples], sampler)
    seconds = time.perf_counter() - start
    errors = analyse_errors(examples, proposals, threshold, sampler.flat)
    scores = score_proposals(examples, proposals, threshold, sampler.flat)
    judged = judge(examples, proposals, threshold, sampler.flat)
    return {
        **scores.to_json(),
        "steps": sampler.steps,
        "num_spans": sampler.num_spans,
        "threshold": threshold,
        "sentences_per_second": len(examples) / seconds,
        "distinct_spans": ratio(sum(map(len, proposals)), len(proposals)),
        "calibration_error": calibration_error(judged),
        "uncalibrated_error": calibration_error(judged, model.config.calibration_of(sampler.flat)),
        "missed": errors.missed,
        "false": errors.false,
        "table": as_table(scores),
        "error_table": errors.as_table(),
    }


def final_spans(
    model: DiffusionNER, examples: Sequence[Example], sampler: SamplerSettings
) -> float:
    """The mean number of distinct boundaries in which a sentence's K noisy spans end: 1 if all of
    them collapse, K if no two meet. NaN without examples."""
    sentences = [example.words for example in examples]
    counts: list[int] = []
    for rows in model.inference_batches(sentences):
        *_, last = denoise(model, [sentences[row] for row in rows], sampler)
        counts += [len(set(map(tuple, spans))) for spans in last.boundaries.tolist()]
    return sum(counts) / len(counts) if counts else math.nan
