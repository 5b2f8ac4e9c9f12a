"""Who promoted what and why is written down, and the way back follows it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from sqlalchemy import event, text
from sqlalchemy.exc import DBAPIError

from app.services.model_registry.promotions import NoWayBackError, log, previous, roll_back
from app.services.model_registry.registry import ModelFolderError, ModelRegistry
from storage.engine import Sessions, create_engine_from, session_factory, writing
from tests.app.material import pretend_model


@pytest.fixture
def registry(sessions: Sessions, tmp_path: Path) -> ModelRegistry:
    """Versions 1 (active), 2 and 3."""
    registry = ModelRegistry(sessions)
    registry.ensure_bundled(pretend_model(tmp_path / "1"))
    for name in ("2", "3"):
        folder = pretend_model(tmp_path / name)
        registry.propose(folder, parent_id=1, metrics={}, data_hash="a" * 64, settings={})
    return registry


def test_every_move_is_logged_with_who_from_to_and_why(
    sessions: Sessions, registry: ModelRegistry
) -> None:
    registry.promote(2, " better on names ")
    registry.promote(2, "again")
    registry.promote(3)
    moves = [(item.person, item.before, item.after, item.why) for item in log(sessions)]
    assert moves == [("terminal", 2, 3, ""), ("terminal", 1, 2, "better on names")]


def test_going_back_twice_goes_two_steps_back_and_then_says_there_is_no_more(
    sessions: Sessions, registry: ModelRegistry
) -> None:
    with pytest.raises(NoWayBackError, match="no version was active before this one"):
        roll_back(sessions)
    registry.promote(2)
    registry.promote(3)
    assert [roll_back(sessions, "worse").id, roll_back(sessions).id] == [2, 1]
    assert previous(sessions) is None
    with pytest.raises(NoWayBackError):
        roll_back(sessions)
    assert [(move.before, move.after, move.back) for move in log(sessions)] == [
        (2, 1, True),
        (3, 2, True),
        (2, 3, False),
        (1, 2, False),
    ]


def test_the_way_back_ends_also_where_a_version_served_twice(
    sessions: Sessions, registry: ModelRegistry
) -> None:
    for number in (2, 3, 1):
        registry.promote(number)
    assert [roll_back(sessions).id for _ in range(3)] == [3, 2, 1]
    assert previous(sessions) is None
    registry.promote(3)
    assert previous(sessions) == 1


def test_a_version_whose_folder_is_gone_is_no_way_back_and_nothing_is_logged(
    sessions: Sessions, registry: ModelRegistry, tmp_path: Path
) -> None:
    registry.promote(2)
    (tmp_path / "1" / "model.safetensors").unlink()
    with pytest.raises(ModelFolderError, match="restore the folder"):
        roll_back(sessions)
    active = registry.active()
    assert active is not None
    assert (active.id, len(log(sessions))) == (2, 1)


@pytest.mark.parametrize("change", ["UPDATE events SET person = 'x'", "DELETE FROM events"])
def test_the_log_can_only_be_added_to(
    sessions: Sessions, registry: ModelRegistry, change: str
) -> None:
    registry.promote(2)
    with pytest.raises(DBAPIError), writing(sessions) as session:
        session.execute(text(change))
    assert len(log(sessions)) == 1


@pytest.mark.both_databases
def test_a_promotion_killed_at_any_statement_happened_as_a_whole_or_not_at_all(
    sessions: Sessions, registry: ModelRegistry, database_url: str
) -> None:
    sessions.kw["bind"].dispose()
    for moment in range(1, 50):
        outlived = not _killed_promotion(database_url, moment)
        active, moves = registry.active(), log(sessions)
        sessions.kw["bind"].dispose()
        assert active is not None
        assert (active.id, len(moves)) == ((2, 1) if outlived else (1, 0)), moment
        if outlived:
            break
    assert moment > 4


def _killed_promotion(url: str, moment: int) -> bool:
    """Promotes version 2 in a process that ends before the given statement, a commit among them."""
    pid = os.fork()
    if pid == 0:
        try:
            engine = create_engine_from(url)
            statements = 0

            def count(*_: object) -> None:
                nonlocal statements
                statements += 1
                if statements == moment:
                    os._exit(9)

            event.listen(engine, "before_cursor_execute", count)
            event.listen(engine, "commit", count)
            ModelRegistry(session_factory(engine)).promote(2)
        finally:
            os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 9
