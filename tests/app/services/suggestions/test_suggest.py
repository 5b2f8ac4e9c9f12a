"""What an opened document shows: suggestions, drafts, and what people decided."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from app.services.annotation.annotation import AnnotationService
from core.types import Entity, Prediction, SamplerSettings, Token
from storage.engine import writing
from storage.models import AnnotationSet
from storage.records import SpanRecord
from storage.repository import annotation_sets
from tests.app.fake_model import TEXT, FakeModel, seed


@pytest.fixture
def document_id(sessions: sessionmaker[Session]) -> int:
    return seed(sessions)


def test_opening_an_untouched_document_asks_the_model_once(
    sessions: sessionmaker[Session], document_id: int
) -> None:
    model = FakeModel()
    service = AnnotationService(sessions, model)
    view = service.open(document_id, "Ann")
    again = service.open(document_id, "Ann")

    assert model.asked == [TEXT]
    assert again == view
    assert [(s.id, s.start, s.end, s.label, s.status, s.score) for s in view.spans] == [
        ("m1.1", 0, 4, "PER", "suggested", pytest.approx(0.9)),
        ("m1.2", 9, 12, "ORG", "suggested", pytest.approx(0.5)),
    ]
    assert (view.predicted, view.model_version_id, view.status) == ("found", 1, "new")


def test_the_draft_is_a_child_of_the_prediction_with_its_settings(
    sessions: sessionmaker[Session], document_id: int
) -> None:
    AnnotationService(sessions, FakeModel(), SamplerSettings(seed=7)).open(document_id, "Ann")
    with sessions() as session:
        prediction = annotation_sets.latest_prediction(session, document_id)
        draft = annotation_sets.draft_of(session, document_id)

    assert prediction is not None
    assert draft is not None
    assert draft.parent_id == prediction.id
    assert prediction.provenance["sampler"]["seed"] == 7


def test_predicted_nothing_is_not_never_predicted(
    sessions: sessionmaker[Session], document_id: int
) -> None:
    never = AnnotationService(sessions).open(document_id, "Ann")
    nothing = AnnotationService(sessions, FakeModel(entities=())).open(document_id, "Ann")

    assert (never.predicted, never.model_version_id) == ("never", None)
    assert (nothing.predicted, nothing.model_version_id) == ("nothing", 1)


def test_a_model_of_other_labels_is_not_one_that_found_nothing(
    sessions: sessionmaker[Session], document_id: int
) -> None:
    model = FakeModel(entities=(Entity(9, 12, "BAND", 1.0),))
    view = AnnotationService(sessions, model).open(document_id, "Ann")

    assert (view.predicted, view.spans) == ("other_labels", ())


def test_what_the_model_could_not_look_at_is_told(
    sessions: sessionmaker[Session], document_id: int
) -> None:
    service = AnnotationService(sessions, FakeModel(uncovered=(Token(9, 12),)))

    assert service.open(document_id, "Ann").uncovered == ((9, 12),)


def test_a_broken_model_does_not_keep_a_person_from_annotating(
    sessions: sessionmaker[Session], document_id: int
) -> None:
    model = FakeModel(broken=True)
    service = AnnotationService(sessions, model)
    view = service.open(document_id, "Ann")
    assert view.prediction_error == "the model could not predict this document: out of memory"
    assert view.predicted == "never"

    model.broken = False
    assert service.open(document_id, "Ann").predicted == "found"


def test_an_entity_twice_or_of_a_foreign_label_is_no_suggestion(
    sessions: sessionmaker[Session], document_id: int
) -> None:
    entities = (
        Entity(0, 4, "PER", 0.4),
        Entity(0, 4, "PER", 0.8),
        Entity(9, 12, "BAND", 1.0),
    )
    view = AnnotationService(sessions, FakeModel(entities=entities)).open(document_id, "Ann")

    assert [(span.label, span.score) for span in view.spans] == [("PER", pytest.approx(0.8))]


def test_a_new_model_suggests_anew_only_where_nobody_has_worked(
    sessions: sessionmaker[Session], document_id: int
) -> None:
    first = AnnotationService(sessions, FakeModel())
    second = AnnotationService(
        sessions, FakeModel(model_version_id=2, entities=(Entity(16, 20, "LOC", 1.0),))
    )
    first.open(document_id, "Ann")
    assert [span.id for span in second.open(document_id, "Ann").spans] == ["m2.1"]

    worked_on = document_id + 1
    first.open(worked_on, "Ann")
    first.apply(worked_on, "c", [{"seq": 1, "op": "reject", "id": "m1.1"}], "Ann")
    view = second.open(worked_on, "Ann")
    assert [(span.id, span.status) for span in view.spans] == [
        ("m1.1", "rejected"),
        ("m1.2", "suggested"),
    ]


def test_two_who_open_a_document_at_once_get_one_prediction_and_one_draft(
    sessions: sessionmaker[Session], document_id: int
) -> None:
    meeting = Barrier(2, timeout=60)

    class SlowModel(FakeModel):
        def predict(self, text: str, *rest: Any) -> Prediction:
            meeting.wait()
            return super().predict(text, *rest)

    service = AnnotationService(sessions, SlowModel())
    with ThreadPoolExecutor(2) as pool:
        ann, bob = pool.map(service.open, [document_id] * 2, ["Ann", "Bob"])

    assert replace(ann, holder=None) == replace(bob, holder=None)
    assert {ann.holder, bob.holder} < {None, "Ann", "Bob"}, "one of them has it"
    with sessions() as session:
        assert session.scalar(select(func.count()).select_from(AnnotationSet)) == 2


def test_a_page_with_an_older_models_suggestions_cannot_hit_another_span(
    sessions: sessionmaker[Session], document_id: int
) -> None:
    AnnotationService(sessions, FakeModel()).open(document_id, "Ann")
    newer = AnnotationService(sessions, FakeModel(model_version_id=2))
    newer.open(document_id, "Bob")
    applied = newer.apply(document_id, "c", [{"seq": 1, "op": "accept", "id": "m1.1"}], "Ann")

    assert applied.error is not None
    assert [span.status for span in applied.spans] == ["suggested", "suggested"]


def test_human_labels_stand_whatever_a_new_model_says(
    sessions: sessionmaker[Session], document_id: int
) -> None:
    service = AnnotationService(sessions, FakeModel())
    service.open(document_id, "Ann")
    service.apply(document_id, "c", [{"seq": 1, "op": "accept_all"}], "Ann")
    before = service.submit(document_id, "Ann")
    model = FakeModel(model_version_id=2)
    view = AnnotationService(sessions, model).open(document_id, "Ann")

    assert model.asked == []
    assert view == before
    assert view.read_only


def test_imported_suggestions_are_what_is_shown(
    sessions: sessionmaker[Session], document_id: int
) -> None:
    span = SpanRecord(16, 20, "LOC", "suggested", None, "model", "e1")
    with writing(sessions) as session:
        annotation_sets.add_prediction(
            session, document_id, [span], model_version_id=None, provenance={"imported": "f"}
        )
    model = FakeModel()
    view = AnnotationService(sessions, model).open(document_id, "Ann")

    assert model.asked == []
    assert [span.id for span in view.spans] == ["e1"]
    assert (view.predicted, view.model_version_id) == ("found", None)


def test_a_newer_models_suggestions_never_take_the_place_of_those_on_a_page(
    sessions: sessionmaker[Session], document_id: int
) -> None:
    AnnotationService(sessions, FakeModel()).open(document_id, "Ann")
    newer = AnnotationService(
        sessions, FakeModel(model_version_id=2, entities=(Entity(16, 20, "LOC", 1.0),))
    )
    assert newer.prefetch(document_id)

    applied = newer.apply(document_id, "c", [{"seq": 1, "op": "accept", "id": "m1.1"}], "Ann")

    assert applied.error is None
    assert [span.id for span in applied.spans] == ["m1.1", "m1.2"]
