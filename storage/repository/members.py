"""Who takes part in which project, and as what."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from storage.enums import ROLES, Role
from storage.models import Member, User
from storage.table_queries import Query, rows, table


def roles(session: Session, user_id: int) -> Mapping[int, Role]:
    """A person's role in each of their projects; none where their account is disabled."""
    return {row.project_id: row.role for row in rows(session, _roles(), user_id=user_id)}


@cache
def _roles() -> Query:
    member, user = table(Member), table(User)
    return (
        select(member.c.project_id, member.c.role)
        .join_from(member, user, user.c.id == member.c.user_id)
        .where(user.c.id == bindparam("user_id"), user.c.active)
    )


def of_project(session: Session, project_id: int) -> Sequence[tuple[User, Role]]:
    query = (
        select(User, Member.role)
        .join(Member, Member.user_id == User.id)
        .where(Member.project_id == project_id)
        .order_by(User.folded)
    )
    return [(user, role) for user, role in session.execute(query)]


def assign(session: Session, project_id: int, user_id: int, role: Role) -> None:
    """Makes a person a member, or gives a member another role."""
    if role not in ROLES:
        raise ValueError(f"a role must be one of {', '.join(ROLES)}, got {role!r}")
    member = session.get(Member, (project_id, user_id))
    if member is None:
        session.add(Member(project_id=project_id, user_id=user_id, role=role))
    else:
        member.role = role
    session.flush()


def remove(session: Session, project_id: int, user_id: int) -> None:
    """What the person did stays."""
    member = session.get(Member, (project_id, user_id))
    if member is not None:
        session.delete(member)
        session.flush()
