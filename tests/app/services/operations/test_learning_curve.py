"""The curve of tests before learning: its numbers, its order, and what has no part in it."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from app.services.operations.learning_curve import (
    WINDOW,
    CurvePoint,
    LearningCurve,
    Takeover,
    learning_curve,
)
from core.inference.instant.outcomes import LabelOutcome
from storage.engine import Sessions, writing
from storage.models import Document, ModelVersion
from storage.repository import label_names, model_versions, projects
from tests.app.lessons_kit import NOON, Outcomes, learn, submitted, take_back

pytestmark = pytest.mark.both_databases
RIGHT, WRONG, MISSED = LabelOutcome(right=1), LabelOutcome(wrong=1), LabelOutcome(missed=1)


class Learner:
    """A project with the labels DRUG and DOSE, and a model version."""

    def __init__(self, sessions: Sessions) -> None:
        self.sessions = sessions
        with writing(sessions) as session:
            self.project_id = projects.create(session, "P").id
            projects.ensure_labels(session, self.project_id, ["DRUG", "DOSE"])
            self.version_id = model_versions.ensure_active(session, "one", ["PER"]).id

    def retrain(self, at: datetime) -> int:
        with writing(self.sessions) as session:
            settings = {"snapshot": {"project": "P"}}
            version = model_versions.register(session, "two", ["PER"], settings=settings)
            session.get_one(ModelVersion, version.id).created_at = at
            return version.id

    def document(
        self, suggested: Outcomes, model: Outcomes | None, *, at: datetime = NOON, version: int = 0
    ) -> int:
        document_id = submitted(self.sessions, self.project_id, at)
        self.learn(document_id, suggested, model, version)
        return document_id

    def learn(
        self, document_id: int, suggested: Outcomes, model: Outcomes | None, version: int = 0
    ) -> None:
        version_id = version or self.version_id
        learn(self.sessions, self.project_id, version_id, document_id, suggested, model)

    def curve(self) -> LearningCurve:
        return learning_curve(self.sessions, self.project_id)


@pytest.fixture
def learner(sessions: Sessions) -> Learner:
    return Learner(sessions)


def documents_of(curve: LearningCurve) -> list[int]:
    return [test.document_id for test in curve.tests]


def test_the_numbers_are_those_of_the_documents_until_then(learner: Learner) -> None:
    first = learner.document({"DRUG": MISSED, "DOSE": LabelOutcome(missed=2)}, {"DRUG": WRONG})
    second = learner.document(
        {"DRUG": LabelOutcome(right=1, misnamed=1), "DOSE": LabelOutcome(relabelled=1, wrong=1)},
        {"DRUG": MISSED, "DOSE": MISSED},
    )
    curve, version = learner.curve(), learner.version_id
    assert (curve.on, curve.unmeasured, curve.takeovers()) == (True, 0, [])
    assert list(curve.label_ids) == ["DRUG", "DOSE"]
    # 5 entities: 1 right, 1 with a wrong label, 3 missed, and 1 wrong: 1 + 3 * 2 + 1 of 10 gestures
    assert curve.points() == [
        CurvePoint(1, first, version, 1.0, 0.0, 0.0),
        CurvePoint(2, second, version, 8 / 10, 2 * 1 / (5 + 3), 0.0),
    ]
    # DRUG: 2 entities, 1 of 2 suggestions right; DOSE: 3 entities, its only suggestion wrong
    assert curve.points("DRUG")[1] == CurvePoint(2, second, version, 2 / 4, 2 * 1 / (2 + 2), 0.0)
    assert curve.points("DOSE")[1] == CurvePoint(2, second, version, 6 / 6, 0.0, 0.0)


def test_what_there_is_nothing_to_measure_by_is_undefined(learner: Learner) -> None:
    only = learner.document({"DRUG": RIGHT}, {})
    curve = learner.curve()
    assert curve.points("DOSE") == [CurvePoint(1, only, learner.version_id, None, None, None)]
    assert curve.points("DRUG") == [CurvePoint(1, only, learner.version_id, 0.0, 1.0, None)]


def test_suggestions_without_an_entity_have_an_f1_and_no_ratio(learner: Learner) -> None:
    learner.document({"DRUG": WRONG}, {})
    point = learner.curve().points()[0]
    assert (point.gestures, point.f1, point.model_f1) == (None, 0.0, None)


def test_a_point_is_about_the_last_documents_alone(learner: Learner) -> None:
    for _ in range(2):
        learner.document({"DRUG": MISSED}, {"DRUG": MISSED})
    for _ in range(WINDOW):
        learner.document({"DRUG": RIGHT}, {"DRUG": MISSED})
    points = learner.curve().points()
    assert [point.gestures for point in points[WINDOW - 1 :]] == [2 / WINDOW, 1 / WINDOW, 0.0]
    assert points[-1].f1 == 1.0
    assert points[-1].model_f1 == 0.0


def test_documents_that_were_taken_back_or_are_not_submitted_have_no_part(
    learner: Learner,
) -> None:
    back, reopened, rest = (learner.document({"DRUG": RIGHT}, {}) for _ in range(3))
    take_back(learner.sessions, learner.project_id, learner.version_id, back)
    with writing(learner.sessions) as session:
        session.get_one(Document, reopened).status = "in_progress"
    assert documents_of(learner.curve()) == [rest]
    learner.learn(back, {"DRUG": RIGHT}, {})
    assert documents_of(learner.curve()) == [rest, back]


def test_a_document_counts_as_it_was_when_the_oldest_version_met_it(learner: Learner) -> None:
    old = learner.document({"DRUG": MISSED}, {"DRUG": MISSED})
    trained_at = NOON + timedelta(hours=1)
    version = learner.retrain(trained_at)
    learner.learn(old, {"DRUG": RIGHT}, {"DRUG": RIGHT}, version)
    later = trained_at + timedelta(hours=1)
    new = learner.document({"DRUG": RIGHT}, {"DRUG": RIGHT}, at=later, version=version)
    curve = learner.curve()
    assert documents_of(curve) == [old, new]
    assert [point.gestures for point in curve.points()] == [1.0, 0.5]
    assert curve.takeovers() == [Takeover(2, version)]
    assert curve.unmeasured == 0


def test_what_was_learnt_without_a_test_is_counted(learner: Learner) -> None:
    learner.document({"DRUG": MISSED}, None)
    learner.document({"DRUG": RIGHT}, {"DRUG": RIGHT}, version=learner.retrain(NOON))
    curve = learner.curve()
    assert (curve.points(), curve.unmeasured) == ([], 2)


def test_entities_of_a_label_that_is_gone_count_for_all_together(learner: Learner) -> None:
    learner.document({"DRUG": MISSED, "DOSE": RIGHT}, {})
    with writing(learner.sessions) as session:
        dose = projects.labels(session, learner.project_id)[1]
        session.delete(dose)
    curve = learner.curve()
    assert list(curve.label_ids) == ["DRUG"]
    assert curve.points()[0].gestures == 2 / 4


def test_labels_that_the_first_version_knew_are_named_by_what_they_are_called_today(
    learner: Learner,
) -> None:
    with writing(learner.sessions) as session:
        projects.ensure_labels(session, learner.project_id, ["LOC", "PER"])
        known = projects.labels(session, learner.project_id)[-1]
        label_names.rename(session, known, "PERSON", "Ada")
        parent = learner.version_id
        for path in ("two", "three"):
            labels = ["PERSON", "DRUG", "DOSE", "LOC"]
            parent = model_versions.register(session, path, labels, parent_id=parent).id
        model_versions.promote(session, parent)
        known_id = str(known.id)
    assert learner.curve().first_labels == {known_id}


def test_a_project_that_does_not_learn_says_so(learner: Learner) -> None:
    with writing(learner.sessions) as session:
        projects.get(session, learner.project_id).instant = False
    assert not learner.curve().on
