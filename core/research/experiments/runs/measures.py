"""Measures of a trained model, by name; each returns rows of plain numbers."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from ....diffusion.constraints import Constraints
from ....evaluation.calibration import JudgedCandidate, confidence_table, judge
from ....evaluation.evaluate import select_spans
from ....evaluation.measure import final_spans, measure
from ....evaluation.metrics import Scores, score
from ....inference.candidates import propose
from ....types import Example, SamplerSettings, Span
from .candidate import BaselineModel, CandidateModel
from .error_finders import Rows, label_errors, label_errors_learnt

_SCORE_NAMES = ("precision", "recall", "f1", "nested_recall", "nested_gold", "gold", "sentences")
_CANDIDATE_SCORE_NAMES = (
    *("threshold", "distinct_spans", "sentences_per_second"),
    *("missed", "false"),
)
GIVEN = (0, 1, 2)


@dataclass(frozen=True)
class MeasureInput:
    """The input of a measure; examples fit the model and know their annotated labels."""

    test: Sequence[Example]
    dev: Sequence[Example]
    samplers: Sequence[SamplerSettings]


def scores(trained: CandidateModel | BaselineModel, data: MeasureInput) -> Rows:
    """P, R, F1, nested recall, sentences per second and errors by kind: the candidate with each
    sampler, a baseline once."""
    if isinstance(trained, BaselineModel):
        baseline_scores, speed = trained.baseline.measure(data.test)
        errors = asdict(trained.baseline.analyse_errors(data.test))
        return [{**_select_scores(baseline_scores), "sentences_per_second": speed, **errors}]
    rows = []
    for sampler in data.samplers:
        measured_scores = measure(trained.model, data.test, sampler)
        rows.append(
            {
                **asdict(sampler),
                **{
                    name: measured_scores[name] for name in (*_SCORE_NAMES, *_CANDIDATE_SCORE_NAMES)
                },
            }
        )
    return rows


def scores_and_final_spans(trained: CandidateModel | BaselineModel, data: MeasureInput) -> Rows:
    """The scores with each sampler, and in how many distinct spans the noisy ones end."""
    model = _require_candidate(trained).model
    return [
        {**row, "final_spans": final_spans(model, data.test, sampler)}
        for row, sampler in zip(scores(trained, data), data.samplers, strict=True)
    ]


def constrained(trained: CandidateModel | BaselineModel, data: MeasureInput) -> Rows:
    """Score the remaining entities when 0, 1 and 2 gold entities of a sentence are fixed.

    Only sentences with three or more entities take part. The same two, drawn at random, are
    excluded from the scores each time, with all predictions of their boundaries, so that the gain
    is that of the rest.
    """
    model, (sampler,) = _require_candidate(trained).model, data.samplers
    rng = random.Random(0)
    examples = [example for example in data.test if len(example.entities) > max(GIVEN)]
    given_spans = [tuple(rng.sample(example.entities, max(GIVEN))) for example in examples]
    rest = [
        replace(
            example,
            entities=tuple(
                span for span in example.entities if not _has_boundaries_in(span, given)
            ),
        )
        for example, given in zip(examples, given_spans, strict=True)
    ]
    rows = []
    for count in GIVEN:
        rules = [Constraints(fixed=given[:count]) for given in given_spans]
        words = [example.words for example in examples]
        proposals = propose(model, words, sampler, constraints=rules)
        predictions = [
            [
                s
                for s in select_spans(candidates, model.config.phi(sampler.flat), sampler.flat)
                if not _has_boundaries_in(s, given)
            ]
            for candidates, given in zip(proposals, given_spans, strict=True)
        ]
        rows.append({"given": count, **_select_scores(score(zip(rest, predictions, strict=True)))})
    return rows


def confidence(trained: CandidateModel | BaselineModel, data: MeasureInput) -> Rows:
    """AUROC of each signal for "this suggestion is correct", and of all combined as fitted on the
    development sentences."""
    model, (sampler,) = _require_candidate(trained).model, data.samplers

    def judged(examples: Sequence[Example]) -> list[JudgedCandidate]:
        proposals = propose(model, [example.words for example in examples], sampler)
        return judge(examples, proposals, model.config.phi(sampler.flat), sampler.flat)

    dev, test = judged(data.dev), judged(data.test)
    counts = {"suggestions": len(test), "right": sum(suggestion.correct for suggestion in test)}
    return [{**row, **counts} for row in confidence_table(dev, test)]


def measured(
    trained: CandidateModel | BaselineModel, name: str, data: MeasureInput, flat: bool
) -> Rows:
    """The rows of the measure `name`, with flat decoding for a flat corpus."""
    samplers = [replace(sampler, flat=flat) for sampler in data.samplers]
    return MEASURES[name](trained, replace(data, samplers=samplers))


def _require_candidate(trained: CandidateModel | BaselineModel) -> CandidateModel:
    if isinstance(trained, BaselineModel):
        raise ValueError(f"a {trained.baseline.kind} has no noisy spans to measure this by")
    return trained


def _has_boundaries_in(span: Span, places: Sequence[Span]) -> bool:
    return any((span.start, span.end) == (other.start, other.end) for other in places)


def _select_scores(scores: Scores) -> dict[str, Any]:
    values = scores.to_json()
    return {name: values[name] for name in _SCORE_NAMES}


MEASURES: dict[str, Callable[[CandidateModel | BaselineModel, MeasureInput], Rows]] = {
    "scores": scores,
    "final_spans": scores_and_final_spans,
    "constrained": constrained,
    "confidence": confidence,
    "label_errors": lambda trained, data: label_errors(
        _require_candidate(trained).model, data.test, data.samplers
    ),
    "label_errors_learnt": lambda trained, data: label_errors_learnt(
        _require_candidate(trained).model, data.test, data.samplers
    ),
}
