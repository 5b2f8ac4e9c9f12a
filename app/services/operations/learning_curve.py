"""The learning curve that costs nothing: every submitted document is suggested, compared with what
people made of it, and then learnt (prequential, or test-then-train, evaluation)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, count, pairwise

from app.services.suggestions import instant_plan
from app.services.suggestions.instant import labels_of
from app.services.team.permissions import require
from core.evaluation.metrics import Count, ratio
from core.inference.instant.outcomes import LabelOutcome, LessonOutcomes
from storage.engine import Sessions
from storage.repository import lesson_outcomes, model_versions, projects

WINDOW = 20
"""Documents that a point of the curve is about, the last ones."""
ByLabel = Mapping[str, LabelOutcome]


@dataclass(frozen=True, slots=True)
class CurvePoint:
    """The suggestions on the last `WINDOW` documents. A measure is None where it is undefined."""

    documents: int
    """Documents until then, this one included."""
    document_id: int
    model_version_id: int
    gestures: float | None
    """What correcting the suggestions costs, over marking all entities by hand (two gestures for
    an entity); undefined without entities."""
    f1: float | None
    model_f1: float | None
    """That of the model without what was learnt."""


@dataclass(frozen=True, slots=True)
class Takeover:
    """Another model version was learnt on top of from here on."""

    documents: int
    """Documents until then, the version's first included."""
    model_version_id: int


@dataclass(frozen=True, slots=True)
class DocumentTest:
    """How right the suggestions on a document were, by the ids of labels."""

    document_id: int
    model_version_id: int
    instant: ByLabel
    """Of the model and what was learnt together."""
    model: ByLabel


@dataclass(frozen=True, slots=True)
class LearningCurve:
    """What a project's documents tell, in the order of learning."""

    on: bool
    """Whether the project learns."""
    tests: Sequence[DocumentTest]
    label_ids: Mapping[str, int]
    """The project's labels. Entities of labels that are gone count for all together only."""
    unmeasured: int
    """Documents that were learnt without a test: in bulk, without asking the model first, or on top
    of a version that may have been trained on them."""
    failed: int = 0
    """Documents that cannot be learnt on top of the active version."""
    active_version: int | None = None
    """None where no model is active."""
    first_labels: frozenset[str] = frozenset()
    """The ids of those labels that the active version's model knew before any retraining."""

    def points(self, label: str | None = None) -> list[CurvePoint]:
        """A point for each document, of one label or of all together (None)."""
        label_id = None if label is None else str(self.label_ids[label])
        suggested = _recent([_total(test.instant, label_id) for test in self.tests])
        without = _recent([_total(test.model, label_id) for test in self.tests])
        return [
            CurvePoint(
                number,
                test.document_id,
                test.model_version_id,
                ratio(instant.gestures, 2 * instant.entities),
                _f1(instant),
                _f1(model),
            )
            for number, test, instant, model in zip(
                count(1), self.tests, suggested, without, strict=False
            )
        ]

    def takeovers(self) -> list[Takeover]:
        """Where another model version took over."""
        return [
            Takeover(number, after.model_version_id)
            for number, (before, after) in enumerate(pairwise(self.tests), 2)
            if before.model_version_id != after.model_version_id
        ]


def learning_curve(sessions: Sessions, project_id: int) -> LearningCurve:
    """The curve of the documents that are submitted and learnt now. A document is tested before
    the model, or what is learnt on top of it, knows it.

    Raises LookupError where there is no such project.
    """
    with sessions() as session:
        project = projects.get(session, project_id)
        require(session, project_id, "annotate")
        lessons = lesson_outcomes.tested(session, project_id)
        labels = labels_of(session, project_id)
        active = model_versions.active(session)
        first_labels = model_versions.first_of(session, active).labels if active else []
        failed = active and instant_plan.difference(session, project_id, active.id).failed
    tests = []
    for lesson in lessons:
        outcomes = LessonOutcomes.from_json(lesson.outcomes) if lesson.outcomes else None
        if outcomes is not None and outcomes.model is not None:
            version_id = lesson.model_version_id
            tests.append(
                DocumentTest(lesson.document_id, version_id, outcomes.instant, outcomes.model)
            )
    unmeasured = len(lessons) - len(tests)
    return LearningCurve(
        project.instant,
        tests,
        labels.ids,
        unmeasured,
        len(failed or ()),
        active.id if active else None,
        labels.ids_of(first_labels),
    )


def _total(outcomes: ByLabel, label_id: str | None) -> LabelOutcome:
    if label_id is None:
        return sum(outcomes.values(), LabelOutcome())
    return outcomes.get(label_id, LabelOutcome())


def _recent(outcomes: Sequence[LabelOutcome]) -> list[LabelOutcome]:
    """The sum over the last `WINDOW` documents, for each document."""
    totals = list(accumulate(outcomes, initial=LabelOutcome()))
    before = [LabelOutcome()] * WINDOW + totals
    return [
        LabelOutcome(*(now - then for now, then in zip(total, earlier, strict=True)))
        for total, earlier in zip(totals[1:], before[1:], strict=False)
    ]


def _f1(outcome: LabelOutcome) -> float | None:
    return Count(outcome.entities, outcome.suggested, outcome.right).f1
