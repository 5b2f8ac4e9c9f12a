"""A token that is limited to one project is let in by no service of another one."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select

from app.services.team import members, permissions, tokens
from app.services.team.permissions import NotAllowedError
from storage.engine import Sessions
from storage.models import Base
from storage.repository import projects as rows
from tests.app.guarded import GUARDED, PEOPLE
from tests.app.services.team.test_permissions import world  # noqa: F401 - a fixture
from tests.app.world import World

OF_A_PROJECT = [name for name, (needs, _) in GUARDED.items() if needs != "administer"]


def with_token(world: World, who: str) -> World:  # noqa: F811
    """The person with a token for the other project, in which they may do as much."""
    with world.sessions() as session:
        other = rows.by_name(session, "Other")
        assert other is not None
    if who != "administrator":
        members.assign(world.sessions, other.id, who.title(), "reviewer")
    sessions = tokens.sessions_for(world.sessions, world.people[who], other.id)
    return replace(world.on(who), sessions=sessions)


def stored(sessions: Sessions) -> dict[str, list[Any]]:
    """All rows of the database, by table."""
    with sessions() as session:
        return {
            name: [tuple(row) for row in session.execute(select(table))]
            for name, table in Base.metadata.tables.items()
        }


@pytest.mark.parametrize("name", OF_A_PROJECT)
@pytest.mark.parametrize("who", PEOPLE[1:])
def test_a_service_lets_no_token_of_another_project_in(
    name: str,
    who: str,
    world: World,  # noqa: F811
) -> None:
    narrowed = with_token(world, who)
    before = stored(world.sessions)

    with pytest.raises((NotAllowedError, LookupError)):
        GUARDED[name][1](narrowed)

    assert stored(world.sessions) == before


@pytest.mark.parametrize("who", PEOPLE[1:])
def test_a_token_of_another_project_may_nothing_in_this_one(
    who: str,
    world: World,  # noqa: F811
) -> None:
    narrowed = with_token(world, who)

    assert not permissions.may(narrowed.sessions, world.project, "annotate")
    with pytest.raises(NotAllowedError, match="token is for another project"):
        permissions.require_in(narrowed.sessions, world.project, "annotate")
