"""A project's members and their roles, which an administrator sets."""

from __future__ import annotations

from app.services.team.permissions import doer, require
from storage.engine import Sessions, writing
from storage.enums import Role
from storage.repository import events, members, users


def of_project(sessions: Sessions, project_id: int) -> dict[str, Role]:
    """Each member's role, by name."""
    with sessions() as session:
        require(session, project_id, "review")
        return {user.name: role for user, role in members.of_project(session, project_id)}


def assign(sessions: Sessions, project_id: int, name: str, role: Role | None) -> None:
    """Gives a person a role in the project; None ends their part, and keeps what they did.

    Raises `LookupError` for a name without an account.
    """
    with writing(sessions) as session:
        require(session, project_id, "administer")
        user = users.named(session, name)
        if user is None:
            raise LookupError(f"there is no account {name!r}; ask an administrator to create it")
        if role is None:
            members.remove(session, project_id, user.id)
        else:
            members.assign(session, project_id, user.id, role)
        events.record(
            session,
            doer(session),
            "member",
            project_id=project_id,
            detail={"name": user.name, "role": role},
        )
