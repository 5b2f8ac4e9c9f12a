"""Saving a project's settings: all of them or none, and who did it."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import Any

import pytest
from sqlalchemy.orm import Session, sessionmaker

from app.services.operations.projects import ProjectSettings, SettingsConflictError, configure
from storage.repository import projects
from tests.app.event_log import events_of
from tests.app.teamwork import team

SETTINGS = ProjectSettings(
    guidelines="Titles are not names.",
    holdout_share=0.3,
    queue="random",
    nested=False,
    annotators=2,
    retrain_after=50,
    instant=False,
)


def saved(sessions: sessionmaker[Session], project_id: int) -> ProjectSettings:
    with sessions() as session:
        project = projects.get(session, project_id)
        return ProjectSettings(**{name: getattr(project, name) for name in asdict(SETTINGS)})


def recorded(sessions: sessionmaker[Session], project_id: int) -> list[dict[str, Any]]:
    with sessions() as session:
        result = events_of(session, project_id)
        return [dict(item.detail) for item in result if item.action == "settings"]


def test_settings_are_saved_together_with_one_event_of_what_changed(
    sessions: sessionmaker[Session],
) -> None:
    project_id = team(sessions, annotators=1).project_id

    configure(sessions, project_id, asdict(SETTINGS))
    configure(sessions, project_id, asdict(SETTINGS))
    configure(sessions, project_id, {"retrain_after": None})

    assert saved(sessions, project_id) == replace(SETTINGS, retrain_after=None)
    assert recorded(sessions, project_id) == [{"retrain_after": None}, asdict(SETTINGS)]


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"annotators": 0}, "a document takes 1 to 20 annotators, got 0"),
        ({"annotators": 21}, "a document takes 1 to 20 annotators, got 21"),
        ({"retrain_after": 4}, "takes 5 to 100000 submitted documents, got 4"),
        ({"holdout_share": 0.6}, "must lie between 5 % and 50 %, got 60%"),
        ({"queue": "by size"}, "the order must be one of .*, got 'by size'"),
    ],
)
def test_one_setting_that_is_refused_leaves_all_as_they_were_and_is_named(
    sessions: sessionmaker[Session], wrong: dict[str, Any], message: str
) -> None:
    project_id = team(sessions, annotators=1).project_id
    before = saved(sessions, project_id)

    with pytest.raises(ValueError, match=message):
        configure(sessions, project_id, {**asdict(SETTINGS), **wrong})

    assert saved(sessions, project_id) == before
    assert recorded(sessions, project_id) == []


def test_a_setting_that_is_other_than_was_seen_is_refused_with_what_is_saved(
    sessions: sessionmaker[Session],
) -> None:
    project_id = team(sessions, annotators=1).project_id
    shown = saved(sessions, project_id)
    configure(sessions, project_id, {"guidelines": "Theirs.", "annotators": 3})
    present = saved(sessions, project_id)

    with pytest.raises(SettingsConflictError, match="changed guidelines meanwhile") as raised:
        configure(sessions, project_id, {"guidelines": "Mine.", "nested": False}, shown)
    assert (raised.value.names, raised.value.present) == (["guidelines"], present)
    assert saved(sessions, project_id) == present

    configure(sessions, project_id, {"annotators": 3, "nested": False}, shown)
    assert saved(sessions, project_id) == replace(present, nested=False)
