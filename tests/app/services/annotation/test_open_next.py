"""The document after a submission: opened as any other way opens it, but without waiting."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session, sessionmaker

from app.services.annotation.annotation import AnnotationService
from app.services.annotation.open_next import NextDocument
from app.services.annotation.page_edits import receive, with_next
from app.services.suggestions import instant_wake, queue
from app.services.suggestions.suggest import Predictor
from core.types import Entity
from storage.engine import writing
from storage.enums import Split
from storage.repository import documents, visits
from tests.app.fake_model import FakeModel, seed
from tests.app.sent_spans import named
from tests.app.teamwork import team

SUBMIT = {"seq": 1, "op": "submit"}
SKIP = {"seq": 1, "op": "skip", "reason": ""}
Sessions = sessionmaker[Session]


@pytest.fixture
def first(sessions: Sessions) -> int:
    return seed(sessions)


def after(
    sessions: Sessions,
    document: int,
    model: Predictor | None = None,
    person: str = "Ann",
    **message: Any,
) -> NextDocument | None:
    """What the answer to a message has as the next document."""
    sent = {"doc_id": document, "client": person, "ops": [SUBMIT], "go_on": True, **message}
    answer = receive(AnnotationService(sessions), sent, person)
    return with_next(answer, sent, lambda: AnnotationService(sessions, model), person).next


def predicted(sessions: Sessions, document: int) -> FakeModel:
    model = FakeModel(entities=(Entity(0, 7, "PER", 0.9), Entity(8, 12, "ORG", 0.2)))
    assert AnnotationService(sessions, model).prefetch(document)
    return model


def test_it_comes_with_its_suggestions_and_without_another_look_of_the_model(
    sessions: Sessions, first: int
) -> None:
    model = predicted(sessions, first + 1)

    following = after(sessions, first, model)

    assert following is not None
    assert following.ready
    data = following.data
    assert (data["doc_id"], data["text"], data["tokens"]) == (
        first + 1,
        "Another text.",
        "0 7 1 4 0 1",
    )
    assert [(span["start"], span["status"]) for span in named(data["spans"])] == [(0, "suggested")]
    assert (data["title"], data["read_only"], data["can_ask"]) == ("e · P", False, True)
    assert (data["version"], data["reading"]) == (0, None)
    assert [label["name"] for label in data["labels"]] == ["PER", "ORG", "LOC"]
    assert model.asked == ["Another text."]


def test_it_is_what_opening_it_would_have_shown(sessions: Sessions, first: int) -> None:
    model = predicted(sessions, first + 1)

    following = after(sessions, first, model)

    shown = AnnotationService(sessions, model).glance(first + 1, "Ann").view
    assert shown is not None, "it is open, and the person's"
    assert following is not None
    assert [span["id"] for span in named(following.data["spans"])] == [
        span.id for span in shown.spans
    ]
    with sessions() as session:
        assert documents.get(session, first + 1).claimed_by == "Ann"
        (visit,) = visits.of_project(session, documents.get(session, first).project_id)
        assert (visit.document_id, visit.person, visit.aided) == (first + 1, "Ann", True)


def test_where_its_suggestions_are_still_to_be_made_its_text_comes_at_once_and_no_draft_begins(
    sessions: Sessions, first: int
) -> None:
    model = FakeModel()

    following = after(sessions, first, model)

    assert following is not None
    assert not following.ready
    assert (following.data["text"], following.data["spans"], following.data["hints"]) == (
        "Another text.",
        [],
        [],
    )
    assert following.data["empty"].startswith("No suggestions yet")
    assert following.data["reading"] == {"read": 0, "sentences": 0, "unread": [], "stopped": False}
    assert model.asked == []
    assert AnnotationService(sessions, model).glance(first + 1, "Ann").view is None
    with sessions() as session:
        assert not visits.of_project(session, documents.get(session, first).project_id)


class Learner:
    """Is learning what was just submitted."""

    def request(self, project_ids: object) -> None: ...

    def wait(self, project_id: int, seconds: float) -> bool:
        assert not seconds, "nobody waits"
        return False


def test_what_was_just_submitted_is_learnt_before_the_next_document_has_suggestions(
    sessions: Sessions, first: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = predicted(sessions, first + 1)
    monkeypatch.setattr(instant_wake, "_learners", {})
    instant_wake.register(sessions, Learner())

    following = after(sessions, first, model)

    assert following is not None
    assert not following.ready


@pytest.mark.parametrize("split", ["holdout", "train"])
def test_no_suggestions_are_waited_for_that_nobody_makes(
    sessions: Sessions, first: int, split: Split, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(instant_wake, "_learners", {})
    instant_wake.register(sessions, Learner())
    with writing(sessions) as session:
        documents.get(session, first + 1).split = split

    following = after(sessions, first, FakeModel() if split == "holdout" else None)

    assert following is not None
    assert following.ready
    assert following.data["held_out"] == (split == "holdout")
    assert following.data["spans"] == []


def test_a_message_that_is_sent_again_brings_the_same_document_again(
    sessions: Sessions, first: int
) -> None:
    assert after(sessions, first) == after(sessions, first)


def test_so_does_a_document_that_is_skipped(sessions: Sessions, first: int) -> None:
    following = after(sessions, first, ops=[SKIP])
    assert following is not None
    assert following.data["doc_id"] == first + 1


@pytest.mark.parametrize(
    "message",
    [
        {"go_on": False},
        {"go_on": "yes"},
        {"ops": []},
        {"ops": [{"seq": 1, "op": "comment", "text": "odd"}]},
        {"ops": [{"seq": 1, "op": "accept", "id": "gone"}, {"seq": 2, "op": "submit"}]},
    ],
)
def test_nobody_goes_on_who_did_not_ask_or_is_not_done(
    sessions: Sessions, first: int, message: dict[str, Any]
) -> None:
    assert after(sessions, first, **message) is None


def test_after_the_last_document_there_is_none(sessions: Sessions, first: int) -> None:
    after(sessions, first)
    assert after(sessions, first + 1) is None


def test_each_of_two_people_goes_on_to_a_document_of_their_own(sessions: Sessions) -> None:
    people = team(sessions, annotators=1, texts=["one.", "two.", "three.", "four."])
    for number, person in enumerate(("Anna", "Bo")):
        people.open(number, person)
    following = [
        after(sessions, people.ids[number], person=person)
        for number, person in enumerate(("Anna", "Bo"))
    ]
    assert [item and item.data["doc_id"] for item in following] == [people.ids[2], people.ids[3]]


@pytest.mark.parametrize("annotators", [1, 2])
@pytest.mark.parametrize("deed", ["opened", "submitted"])
def test_where_somebody_is_faster_the_document_after_that_is_next(
    sessions: Sessions, monkeypatch: pytest.MonkeyPatch, annotators: int, deed: str
) -> None:
    others = ("Bo", "Cleo")[:annotators]
    people = team(sessions, annotators=annotators, texts=["one.", "two.", "three."])

    def overtaken(*chosen: Any) -> Any:
        project_id, target = queue.following(*chosen)
        if target == people.ids[1]:
            for other in others:
                people.open(1, other) if deed == "opened" else people.submit(1, other)
        return project_id, target

    monkeypatch.setattr("app.services.annotation.open_next.following", overtaken)
    people.open(0, "Anna")
    following = after(sessions, people.ids[0], person="Anna")

    assert following is not None
    assert following.data["doc_id"] == people.ids[2]
    with sessions() as session:
        visited = visits.of_project(session, people.project_id)
        assert [visit.document_id for visit in visited] == [people.ids[2]]


def test_where_somebody_is_faster_with_the_last_document_none_is_left(
    sessions: Sessions, first: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def overtaken(*chosen: Any) -> Any:
        project_id, target = queue.following(*chosen)
        if target is not None:
            AnnotationService(sessions).open(target, "Bo")
        return project_id, target

    monkeypatch.setattr("app.services.annotation.open_next.following", overtaken)
    assert after(sessions, first) is None


def test_whoever_annotates_unseen_goes_on_to_their_own_draft(sessions: Sessions) -> None:
    people = team(sessions, annotators=2)
    people.add(1, "Anna", ("Anna", "PER"))
    people.open(0, "Bo")

    following = after(sessions, people.ids[0], person="Bo")

    assert following is not None
    assert (following.data["doc_id"], following.data["spans"]) == (people.ids[1], [])


def test_a_submission_stands_where_the_next_document_cannot_be_opened(
    sessions: Sessions, first: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise OperationalError("SELECT", {}, ValueError("no answer"))

    monkeypatch.setattr("app.services.annotation.open_next.following", broken)
    assert after(sessions, first) is None
    assert AnnotationService(sessions).standing(first, "Ann").status == "submitted"
