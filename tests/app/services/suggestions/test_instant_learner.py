"""The learner of a process: which project's turn it is, who waits, and what becomes of failures."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pytest

from app.services.operations.learning_curve import learning_curve
from app.services.suggestions import (
    instant_control,
    instant_head,
    instant_lessons,
    instant_wake,
)
from app.services.suggestions.instant_learner import InstantLearner
from app.services.suggestions.instant_lessons import InstantLearning
from storage import submitted_changes
from storage.engine import Sessions, writing
from storage.models import InstantHead
from storage.repository import instant, model_versions
from tests.app.instant_kit import PERSON, TEXTS, Classroom, open_classroom


@pytest.fixture
def classroom(sessions: Sessions, tmp_path: Path) -> Classroom:
    return open_classroom(sessions, tmp_path)


class BusyLearner:
    """Has learnt everything after so many waits."""

    def __init__(self, learnt_after: int = 3) -> None:
        self.waited: list[float] = []
        self._learnt_after = learnt_after

    def request(self, project_ids: Iterable[int] | None) -> None: ...

    def wait(self, project_id: int, seconds: float) -> bool:
        self.waited.append(seconds)
        return len(self.waited) >= self._learnt_after


def _learner(classroom: Classroom, learnt: list[int]) -> InstantLearner:
    learner = InstantLearner(classroom.sessions, lambda: classroom.reader, learnt.append)
    instant_wake.register(classroom.sessions, learner)
    return learner


def test_a_submit_and_a_reopening_ask_for_the_project_and_pages_wait_until_it_is_learnt(
    classroom: Classroom,
) -> None:
    learnt: list[int] = []
    learner = _learner(classroom, learnt)
    (document_id,) = classroom.submit_all(TEXTS[0])
    assert not learner.wait(classroom.project_id, 0)

    while learner.step():
        pass
    assert learner.wait(classroom.project_id, 0)
    assert (learnt, classroom.head().documents) == ([classroom.project_id], 1)

    classroom.service.reopen(document_id, PERSON)
    while learner.step():
        pass
    learner.rest()
    assert (classroom.head().documents, classroom.lessons()) == (0, [])


@pytest.mark.parametrize(
    ("learnt", "seconds"),
    [
        (0, instant_wake.FIRST_PATIENCE),
        (instant_wake.FIRST - 1, instant_wake.FIRST_PATIENCE),
        (instant_wake.FIRST, instant_wake.PATIENCE),
    ],
)
def test_a_page_waits_longer_for_what_the_first_documents_of_a_project_teach(
    classroom: Classroom, learnt: int, seconds: float
) -> None:
    texts = [f"{TEXTS[0]} {number}." for number in range(learnt)]
    classroom.submit_all(*texts)
    classroom.learn()
    busy = BusyLearner()
    instant_wake.register(classroom.sessions, busy)
    instant_wake.wait(classroom.sessions, classroom.project_id)
    assert sum(busy.waited) == pytest.approx(seconds)


def test_a_page_waits_no_longer_than_it_takes(classroom: Classroom) -> None:
    busy = BusyLearner(learnt_after=1)
    instant_wake.register(classroom.sessions, busy)
    instant_wake.wait(classroom.sessions, classroom.project_id)
    assert busy.waited == [instant_wake.PATIENCE]


def test_a_look_at_everything_finds_what_another_program_submitted(classroom: Classroom) -> None:
    learner = _learner(classroom, [])
    submitted_changes._listeners.clear()
    classroom.submit_all(TEXTS[0])
    assert not learner.step()

    learner.request(None)
    assert not learner.wait(classroom.project_id, 0)
    while learner.step():
        pass
    assert learner.wait(classroom.project_id, 0)
    assert classroom.head().documents == 1


def test_a_document_that_cannot_be_learnt_is_left_out_and_the_others_are_learnt(
    classroom: Classroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    learner = _learner(classroom, [])
    classroom.submit_all(*TEXTS)
    text_lesson = instant_head._text_lesson

    tried: list[str] = []

    def fails(document: instant_head.TaughtText, start: int, end: int) -> object:
        tried.append(document.text)
        if document.text == TEXTS[1]:
            raise RuntimeError("out of memory")
        return text_lesson(document, start, end)

    monkeypatch.setattr(instant_head, "_text_lesson", fails)
    while learner.step():
        pass
    learner.rest()
    assert classroom.head().documents == len(TEXTS) - 1

    tried.clear()
    assert classroom.learn(InstantLearning(classroom.sessions)) == 0
    assert tried == [], "another process knows that it cannot be learnt"
    status = instant_control.status(classroom.sessions, classroom.project_id)
    assert (status.learnt, status.to_learn, status.failed) == (len(TEXTS) - 1, 0, 1)
    assert learning_curve(classroom.sessions, classroom.project_id).failed == 1

    monkeypatch.undo()
    assert classroom.learning.forget(classroom.project_id, classroom.model.model_version_id)
    classroom.learn()
    assert classroom.head().documents == len(TEXTS), "a rebuild tries it again"


def test_a_promoted_model_learns_the_submitted_documents_anew(classroom: Classroom) -> None:
    classroom.submit_all(*TEXTS)
    classroom.learn()
    old = classroom.model
    with writing(classroom.sessions) as session:
        new = model_versions.register(session, str(old.path), ["PER"]).id
    classroom.model = type(old)(new, old.path)

    assert classroom.learn() > 0
    classroom.rest()
    assert classroom.head().documents == len(TEXTS)
    with classroom.sessions() as session:
        assert [row.model_version_id for row in session.query(InstantHead)] == [new]
        outcomes = instant.lessons_after(session, classroom.project_id, old.model_version_id, 0)
    assert all(item.outcomes and not item.lesson.entities for item in outcomes)


def test_a_long_document_counts_once_and_is_taken_back_whole(
    classroom: Classroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(instant_head, "LONG", 40)
    monkeypatch.setattr(instant_head, "PART", 5)
    (document_id,) = classroom.submit_all(" ".join(TEXTS))
    classroom.learn()
    assert classroom.head().documents == 1

    classroom.service.reopen(document_id, PERSON)
    classroom.learn()
    assert classroom.head().documents == 0


def test_a_learner_makes_ready_for_a_first_document_as_soon_as_nobody_asks(
    classroom: Classroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    learner = _learner(classroom, [])
    assert learner._pause() == 0
    learner._use_pause()
    assert learner._pause() > 0

    monkeypatch.setattr(instant_lessons, "scaling_of", lambda model: pytest.fail("measured again"))
    classroom.submit_all(TEXTS[0])
    while learner.step():
        pass
    assert classroom.head().documents == 1


def test_suggestions_made_in_advance_are_made_again_before_the_document_opens(
    classroom: Classroom,
) -> None:
    following = classroom.add(TEXTS[2])
    learner = _learner(classroom, [])
    learner._learnt = lambda project_id: learnt(classroom, following)
    assert classroom.service.prefetch(following)
    assert classroom.prediction(following).provenance.get("instant") is None

    classroom.submit_all(TEXTS[0])
    while learner.step():
        pass
    renewed = classroom.prediction(following)
    assert renewed.provenance["instant"]["documents"] == 1
    assert classroom.service.open(following, PERSON).learnt_from == 1
    assert classroom.prediction(following).id == renewed.id, "nothing was left to do then"


def learnt(classroom: Classroom, following: int) -> None:
    """What `Prefetcher.again` does."""
    classroom.service.prefetch(following)
