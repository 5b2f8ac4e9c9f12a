"""The figures' numbers: what counts, and how."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from app.services.annotation.annotation import AnnotationService
from app.services.labels import changes
from app.services.operations.figures import Acceptance, figures
from core.types import Entity, SamplerSettings
from storage.engine import Sessions, writing
from storage.models import AnnotationSet, Operation, Visit
from storage.repository import projects, visits
from tests.app.fake_model import FakeModel, seed
from tests.app.material import submit

pytestmark = pytest.mark.both_databases

START = datetime(2026, 3, 1, 9, tzinfo=UTC)
FOUND = (
    Entity(0, 4, "PER", 0.9),
    Entity(9, 12, "ORG", 0.83),
    Entity(16, 20, "PER", 0.8),
    Entity(5, 8, "LOC", 0.53),
)
Times = Sequence[float]


def took_place(sessions: Sessions, document: int, visited: Times, done: Times) -> None:
    """Dates the document's visits and operations, in order, in seconds from the start."""
    with writing(sessions) as session:
        on_table = "" if session.get_bind().dialect.name == "sqlite" else " ON operations"
        for trigger in ("operations_no_update", "operations_stand"):
            session.execute(text(f"DROP TRIGGER IF EXISTS {trigger}{on_table}"))
        opened = session.query(Visit).filter_by(document_id=document).order_by(Visit.id)
        acts = session.query(Operation).filter_by(document_id=document).order_by(Operation.seq)
        for visit, seconds in zip(opened, visited, strict=True):
            visit.opened_at = START + timedelta(seconds=seconds)
        for act, seconds in zip(acts, done, strict=True):
            act.at = START + timedelta(seconds=seconds)


@pytest.fixture
def desk(sessions: Sessions) -> tuple[AnnotationService, int]:
    """A document with four suggestions, opened."""
    document_id = seed(sessions)
    service = AnnotationService(sessions, FakeModel(entities=FOUND), SamplerSettings())
    service.open(document_id, "Ada")
    return service, document_id


def send(service: AnnotationService, document: int, seq: int, **op: object) -> None:
    applied = service.apply(document, "page", [{"seq": seq, **op}], "Ada")
    assert applied.error is None


def test_what_became_of_each_suggestion(
    sessions: Sessions, desk: tuple[AnnotationService, int]
) -> None:
    service, document = desk
    send(service, document, 1, op="accept", id="m1.1")
    send(service, document, 2, op="move", id="m1.2", start=9, end=15)
    send(service, document, 3, op="relabel", id="m1.3", label="LOC")
    send(service, document, 4, op="reject", id="m1.4")
    send(service, document, 5, op="add", id="own", start=5, end=8, label="PER")
    assert figures(sessions, 1).acceptance == []  # nothing is submitted yet
    send(service, document, 6, op="submit")
    result = figures(sessions, 1)
    assert result.acceptance == [Acceptance(1, 1, 1, 1, 1)]
    counts = {item.label: (item.suggested, item.drawn) for item in result.labels}
    assert counts == {"PER": (1, 1), "ORG": (1, 0), "LOC": (1, 0)}


def test_only_the_newest_submitted_set_counts(
    sessions: Sessions, desk: tuple[AnnotationService, int]
) -> None:
    service, document = desk
    send(service, document, 1, op="accept_all")
    send(service, document, 2, op="submit")
    service.reopen(document, "Ada")
    send(service, document, 3, op="reject", id="m1.4")
    assert figures(sessions, 1).acceptance == [Acceptance(1, 4, 0, 0, 0)]
    send(service, document, 4, op="submit")
    assert figures(sessions, 1).acceptance == [Acceptance(1, 3, 0, 0, 1)]


def test_a_suggestion_of_the_models_second_look_is_followed_too(
    sessions: Sessions, desk: tuple[AnnotationService, int]
) -> None:
    service, document = desk
    send(service, document, 1, op="accept", id="m1.1")
    second = FakeModel(entities=(Entity(9, 15, "ORG", 0.97),))
    again = AnnotationService(sessions, second, SamplerSettings())
    again.resuggest(document, "Ada")
    (key,) = [s.id for s in service.open(document, "Ada").spans if s.end == 15]
    send(service, document, 2, op="move", id=key, start=9, end=14)
    send(service, document, 3, op="reject_all")
    send(service, document, 4, op="submit")
    (result,) = figures(sessions, 1).acceptance
    assert (result.as_it_was, result.moved, result.relabelled) == (1, 1, 0)


def test_a_label_that_got_another_name_relabels_no_suggestion(
    sessions: Sessions, desk: tuple[AnnotationService, int]
) -> None:
    service, document = desk
    send(service, document, 1, op="reject_all")
    second = FakeModel(entities=(Entity(9, 15, "ORG", 0.97),))
    AnnotationService(sessions, second, SamplerSettings()).resuggest(document, "Ada")
    send(service, document, 2, op="accept_all")
    send(service, document, 3, op="accept", id="m1.1")
    send(service, document, 4, op="submit")
    with sessions() as session:
        ids = {label.name: label.id for label in projects.labels(session, 1)}

    changes.rename(sessions, 1, ids["ORG"], "FIRM", "Ada")
    changes.merge(sessions, 1, ids["PER"], ids["LOC"], "Ada")

    assert figures(sessions, 1).acceptance == [Acceptance(1, 2, 0, 0, 3)]


def test_a_long_pause_counts_as_two_minutes_and_refused_gestures_do_not_count(
    sessions: Sessions, desk: tuple[AnnotationService, int]
) -> None:
    service, document = desk
    service.visit(document, "Ada")
    send(service, document, 1, op="accept_all")
    assert service.apply(document, "page", [{"seq": 2, "op": "accept", "id": "?"}], "Ada").error
    send(service, document, 3, op="reject", id="m1.4")
    send(service, document, 4, op="submit")
    service.visit(document, "Ada")  # looking at it later is not work
    took_place(sessions, document, [0, 9000], [10, 3600, 3610, 3615])
    (effort,) = figures(sessions, 1).efforts
    assert (effort.aided, effort.documents, effort.entities) == (True, 1, 3)
    assert effort.seconds == 10 + 120 + 5
    assert effort.gestures_an_entity == 1


def test_with_and_without_suggestions_are_told_apart_and_imports_are_left_out(
    sessions: Sessions, desk: tuple[AnnotationService, int]
) -> None:
    service, document = desk
    service.visit(document, "Ada")
    send(service, document, 1, op="accept_all")
    send(service, document, 2, op="submit")
    other = document + 1
    unaided = AnnotationService(sessions, None, SamplerSettings())
    unaided.open(other, "Ada")
    unaided.visit(other, "Ada")
    send(unaided, other, 3, op="submit")
    took_place(sessions, other, [0], [30])
    submit(sessions, 1, "Imported, and never opened.", [("Imported", "PER")])
    efforts = {effort.aided: effort for effort in figures(sessions, 1).efforts}
    assert [efforts[aided].documents for aided in (True, False)] == [1, 1]
    assert efforts[False].seconds == 30
    assert efforts[False].gestures_an_entity is None


def test_days_are_counted_up(sessions: Sessions) -> None:
    seed(sessions)
    for number in range(3):
        submit(sessions, 1, f"Text {number}.")
    with writing(sessions) as session:
        for number, row in enumerate(session.query(AnnotationSet)):
            row.submitted_at = START + timedelta(days=(0, 0, 2)[number])
    days = figures(sessions, 1).days
    assert [(day.documents, day.until_then) for day in days] == [(2, 2), (1, 3)]


def test_another_projects_work_is_not_in_the_figures(
    sessions: Sessions, desk: tuple[AnnotationService, int]
) -> None:
    service, document = desk
    service.visit(document, "Ada")
    send(service, document, 1, op="accept_all")
    send(service, document, 2, op="submit")
    with sessions() as session:
        assert visits.of_project(session, 2) == []
    result = figures(sessions, 1)
    assert result.statuses["submitted"] == 1
    with writing(sessions) as session:
        other = projects.create(session, "Other").id
    empty = figures(sessions, other)
    assert not empty.days
    assert not empty.acceptance
    assert not empty.efforts
    assert not empty.labels
