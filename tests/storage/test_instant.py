"""The log of lessons, the heads and their leases."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.orm import Session, sessionmaker

from storage.engine import writing
from storage.models import InstantHead, InstantLesson
from storage.repository import instant, model_versions, projects
from storage.repository.instant import Lesson, Published

pytestmark = pytest.mark.both_databases
NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
LATER = NOON + timedelta(minutes=2)


@pytest.fixture
def head(sessions: sessionmaker[Session]) -> tuple[int, int]:
    """A project and a model version."""
    with writing(sessions) as session:
        project = projects.create(session, "P").id
        return project, model_versions.ensure_active(session, "one", ["PER"]).id


def test_one_process_at_a_time_has_the_lease_until_it_runs_out(
    sessions: sessionmaker[Session], head: tuple[int, int]
) -> None:
    def lease(owner: str, at: datetime) -> bool:
        with writing(sessions) as session:
            return instant.lease(session, *head, owner, at, at + timedelta(minutes=1))

    assert lease("first", NOON)
    assert not lease("second", NOON)
    assert lease("first", NOON)
    assert lease("second", LATER)
    assert not lease("first", LATER)
    with writing(sessions) as session:
        instant.release(session, *head, "second")
    assert lease("first", LATER)


def test_lessons_that_cancel_are_removed_once_the_state_holds_them(
    sessions: sessionmaker[Session], head: tuple[int, int]
) -> None:
    with writing(sessions) as session:
        instant.lease(session, *head, "me", NOON, LATER)
        last = instant.log(
            session, *head, [(1, _lesson(7), {}), (1, _lesson(8), {}), (-1, _lesson(7), None)]
        )
        assert instant.learnt(session, *head) == {8: 80}
        instant.keep_state(session, *head, last, b"state")
    with sessions() as session:
        assert [row.document_id for row in session.query(InstantLesson)] == [8]
        assert instant.state(session, *head) == (last, b"state")
        assert instant.learnt(session, *head) == {8: 80}


def test_the_number_of_a_removed_lesson_never_comes_again(
    sessions: sessionmaker[Session], head: tuple[int, int]
) -> None:
    with writing(sessions) as session:
        instant.lease(session, *head, "me", NOON, LATER)
        last = instant.log(session, *head, [(1, _lesson(7), {}), (-1, _lesson(7), None)])
        instant.publish(session, head[0], Published(head[1], last, 0, b"suggester"))
        instant.keep_state(session, *head, last, b"state")
        assert instant.last_lesson(session, *head) == last
    with writing(sessions) as session:
        assert instant.log(session, *head, [(1, _lesson(9), {})]) > last


def test_only_outcomes_are_left_of_what_was_learnt_on_top_of_another_version(
    sessions: sessionmaker[Session], head: tuple[int, int]
) -> None:
    project, version = head
    with writing(sessions) as session:
        other = model_versions.register(session, "two", ["PER"]).id
        for number in (version, other):
            instant.lease(session, project, number, "me", NOON, LATER)
            instant.log(session, project, number, [(1, _lesson(7), {"right": 1})])
        instant.retire_others(session, project, other)
        assert [row.model_version_id for row in session.query(InstantHead)] == [other]
        assert instant.retired(session, project, version)
        assert not instant.retired(session, project, other)
        outcomes = instant.lessons_after(session, project, version, 0)
    assert [item.outcomes for item in outcomes] == [{"right": 1}]


def _lesson(document_id: int) -> Lesson:
    return Lesson(document_id, 10 * document_id, ((0, 3, 1),), ())
