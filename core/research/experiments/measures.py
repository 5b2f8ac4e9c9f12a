"""What is measured of a trained model, by name: each gives rows of plain numbers."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from ...evaluation.calibration import Judged, auroc, confidence_table, judge
from ...evaluation.evaluate import keep, propose
from ...evaluation.measure import measure
from ...evaluation.metrics import Scores, score
from ...inference.constraints import Constraints
from ...inference.label_errors import doubts_of
from ...types import Example, SamplerSettings, Span
from .seeding import with_errors
from .students import Ours, Theirs

Rows = list[dict[str, Any]]
_TOLD = ("precision", "recall", "f1", "nested_recall", "nested_gold", "gold", "sentences")
_TOLD_OF_OURS = ("threshold", "distinct_spans", "sentences_per_second")
GIVEN = (0, 1, 2)
ERRORS = 0.05
"""The share of entities that `label_errors` spoils."""
FIRST = (10, 25, 50)
"""After how many of the ranking its precision is told."""


@dataclass(frozen=True)
class Asked:
    """What a measure works on; examples are fitted and know which labels are looked for."""

    test: Sequence[Example]
    dev: Sequence[Example]
    samplers: Sequence[SamplerSettings]


def scores(student: Ours | Theirs, asked: Asked) -> Rows:
    """P, R, F1, nested recall and sentences a second: ours with each sampler, a baseline once."""
    if isinstance(student, Theirs):
        found, pace = student.baseline.measure(asked.test)
        return [{**_told(found), "sentences_per_second": pace}]
    rows = []
    for sampler in asked.samplers:
        told = measure(student.model, asked.test, sampler)
        rows.append({**asdict(sampler), **{name: told[name] for name in (*_TOLD, *_TOLD_OF_OURS)}})
    return rows


def constrained(student: Ours | Theirs, asked: Asked) -> Rows:
    """The scores of the other entities when 0, 1 and 2 gold entities of a sentence are given.

    Sentences with three and more take part. The same two, drawn by chance, are left out of the
    count each time, with all that is said of their boundaries: the gain is that of the rest.
    """
    model, (sampler,) = _ours(student).model, asked.samplers
    drawn = random.Random(0)
    examples = [each for each in asked.test if len(each.entities) > max(GIVEN)]
    shown = [tuple(drawn.sample(each.entities, max(GIVEN))) for each in examples]
    rest = [
        replace(each, entities=tuple(span for span in each.entities if not _at(span, two)))
        for each, two in zip(examples, shown, strict=True)
    ]
    rows = []
    for count in GIVEN:
        rules = [Constraints(fixed=two[:count]) for two in shown]
        words = [each.words for each in examples]
        found = propose(model, words, sampler, constraints=rules)
        said = [
            [s for s in keep(each, model.config.phi(sampler.flat), sampler.flat) if not _at(s, two)]
            for each, two in zip(found, shown, strict=True)
        ]
        rows.append({"given": count, **_told(score(zip(rest, said, strict=True)))})
    return rows


def confidence(student: Ours | Theirs, asked: Asked) -> Rows:
    """AUROC for "this suggestion is right" of each signal, and of all together as fitted on
    the development sentences."""
    model, (sampler,) = _ours(student).model, asked.samplers

    def judged(examples: Sequence[Example]) -> list[Judged]:
        found = propose(model, [each.words for each in examples], sampler)
        return judge(examples, found, model.config.phi(sampler.flat), sampler.flat)

    dev, test = judged(asked.dev), judged(asked.test)
    counts = {"suggestions": len(test), "right": sum(each.right for each in test)}
    return [{**row, **counts} for row in confidence_table(dev, test)]


def label_errors(student: Ours | Theirs, asked: Asked) -> Rows:
    """How early the finder ranks the errors that each sampler's seed puts into gold, and how
    often it says instead what gold has."""
    model = _ours(student).model
    words = [each.words for each in asked.test]
    rows = []
    for sampler in asked.samplers:
        seeded = with_errors(asked.test, model.config.labels, ERRORS, sampler.seed)
        doubts = doubts_of(model, words, [[each.span for each in own] for own in seeded])
        pairs = [
            pair
            for own, said in zip(seeded, doubts, strict=True)
            for pair in zip(own, said, strict=True)
        ]
        ranked = sorted(pairs, key=lambda pair: -pair[1].score)
        wrong = [pair for pair in pairs if pair[0].kind]
        told = {
            f"at {count}": sum(one.kind is not None for one, _ in ranked[:count]) / count
            for count in FIRST
        }
        rows.append(
            {
                "seed": sampler.seed,
                "spans": len(pairs),
                "errors": len(wrong),
                **told,
                "auroc": auroc(
                    [each.score for _, each in pairs], [bool(one.kind) for one, _ in pairs]
                ),
                "mended": sum(one.truth == each.instead for one, each in wrong) / len(wrong),
            }
        )
    return rows


def measured(student: Ours | Theirs, name: str, asked: Asked, flat: bool) -> Rows:
    """The rows of the measure `name`, with flat decoding where the corpus is flat."""
    samplers = [replace(each, flat=flat) for each in asked.samplers]
    return MEASURES[name](student, replace(asked, samplers=samplers))


def _ours(student: Ours | Theirs) -> Ours:
    if isinstance(student, Theirs):
        raise ValueError(f"a {student.baseline.kind} has no noisy spans to measure this by")
    return student


def _at(span: Span, places: Sequence[Span]) -> bool:
    return any((span.start, span.end) == (each.start, each.end) for each in places)


def _told(found: Scores) -> dict[str, Any]:
    whole = found.to_json()
    return {name: whole[name] for name in _TOLD}


MEASURES: dict[str, Callable[[Ours | Theirs, Asked], Rows]] = {
    "scores": scores,
    "constrained": constrained,
    "confidence": confidence,
    "label_errors": label_errors,
}
