"""Who may do what. Asked by the services, inside the transaction in which it is done.

A session that acts for a signed-in person knows it (`for_person`): it sees nothing of projects
that the person has no part in, see `storage.project_scope`, and what it may change hangs on the
role. A session that acts for nobody is the machine's own (the worker, the terminal), or the one
person's who needs no account; it may do everything.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from sqlalchemy import Engine
from sqlalchemy.orm import Session, sessionmaker

from storage.engine import Sessions, session_factory
from storage.enums import Role
from storage.models import Document
from storage.project_scope import PROJECT_SCOPE, ProjectScopedSession
from storage.repository import documents, members, users

Act = Literal["annotate", "review", "administer"]
"""To work on documents; to see all answers, to change the project, to bring in and take out, to
retrain; to make and delete projects, and to choose the model that all of them share."""
_MAY: Mapping[Role, frozenset[Act]] = {
    "annotator": frozenset({"annotate"}),
    "reviewer": frozenset({"annotate", "review"}),
}
_ACTING, _ROLES, _ADMINISTERS = "acting", "roles", "administers"


class NotAllowedError(PermissionError):
    """What a person may not do, and who may."""


@dataclass(frozen=True, slots=True)
class Acting:
    """A signed-in person."""

    name: str
    user_id: int
    administrator: bool


@lru_cache(maxsize=64)
def for_person(sessions: Sessions, person: Acting) -> Sessions:
    """Sessions on the same database that act for a person."""
    given = {**sessions.kw, "info": {_ACTING: person, PROJECT_SCOPE: _visible_projects}}
    return sessionmaker(class_=ProjectScopedSession, **given)


def for_nobody(sessions: Sessions) -> Sessions:
    """Sessions on the same database that act for nobody; the same for everybody's."""
    return _for_nobody(sessions.kw["bind"])


@lru_cache(maxsize=64)
def _for_nobody(engine: Engine) -> Sessions:
    return session_factory(engine)


def acting(session: Session) -> Acting | None:
    person: Acting | None = session.info.get(_ACTING)
    return person


def doer(session: Session) -> str:
    """The name under which it is written down who did something to accounts or members."""
    person = acting(session)
    return person.name if person else "terminal"


def roles(session: Session) -> Mapping[int, Role]:
    """The person's projects; looked up once in a session's life, which is a transaction's."""
    person = acting(session)
    if person is None:
        raise ValueError("nobody is signed in, so there are no roles; ask `acting` first")
    if _ROLES not in session.info:
        session.info[_ROLES] = members.roles(session, person.user_id)
    found: Mapping[int, Role] = session.info[_ROLES]
    return found


def _administers(session: Session) -> bool:
    """Whether the session acts for an administrator, who still is one; looked up once, too."""
    person = acting(session)
    if person is None or not person.administrator:
        return False
    if _ADMINISTERS not in session.info:
        session.info[_ADMINISTERS] = users.rights(session, person.user_id) is True
    return bool(session.info[_ADMINISTERS])


def lock_document(session: Session, document_id: int) -> Document:
    """`documents.lock` for whom the session acts for. Where this is the first that it asks, their
    role is looked up with it, and they see nothing of other projects until the session ends; not
    where a token narrows what they see, which that query passes by."""
    person = acting(session)
    narrowed = session.info.get(PROJECT_SCOPE) is not _visible_projects
    if person and not _administers(session) and not narrowed and _ROLES not in session.info:
        found = documents.lock_for(session, document_id, person.user_id)
        if found is not None:
            document, role = found
            session.info[_ROLES] = {document.project_id: role}
            return document
    return documents.lock(session, document_id)


def _visible_projects(session: Session) -> Collection[int] | None:
    person = acting(session)
    return None if person is None or _administers(session) else roles(session)


def _in_scope(session: Session, project_id: int) -> bool:
    """Whether the session sees the project, which a token of another one keeps from anybody."""
    project_scope = session.info.get(PROJECT_SCOPE)
    visible_ids = project_scope(session) if project_scope else None
    return visible_ids is None or project_id in visible_ids


def allowed(session: Session, project_id: int, act: Act) -> bool:
    person = acting(session)
    if not _in_scope(session, project_id):
        return False
    if person is None or _administers(session):
        return True
    role = roles(session).get(project_id)
    return role is not None and act in _MAY[role]


def may(sessions: Sessions, project_id: int, act: Act) -> bool:
    """Whether to offer it to whom the sessions act for; the services ask again."""
    with sessions() as session:
        return allowed(session, project_id, act)


def require(session: Session, project_id: int, act: Act, person: str | None = None) -> None:
    """Raises `NotAllowedError` unless whom the session acts for may do this in the project.

    `person`, where given, is the name that the deed is kept under: nobody acts in another's.
    """
    who = acting(session)
    if who is not None and person is not None and person != who.name:
        raise NotAllowedError(f"{who.name!r} is signed in and cannot act as {person!r}")
    member = who is None or _administers(session) or project_id in roles(session)
    if who is not None and not member:
        raise NotAllowedError(
            f"{who.name!r} is not a member of project {project_id}; ask an administrator to add "
            "them"
        )
    if not _in_scope(session, project_id):
        raise NotAllowedError(
            f"this token is for another project than {project_id}; create a token for this one"
        )
    if who is not None and not allowed(session, project_id, act):
        needed = (
            "a reviewer of the project or an administrator"
            if act == "review"
            else ("an administrator")
        )
        raise NotAllowedError(f"{who.name!r} may not do this; it requires {needed}")


def require_in(sessions: Sessions, project_id: int, act: Act) -> None:
    """`require` before work that begins outside a transaction, such as receiving a file."""
    with sessions() as session:
        require(session, project_id, act)


def require_administrator(session: Session) -> None:
    """For what belongs to no project: accounts, new projects, the model that suggests."""
    who = acting(session)
    if who is not None and not _administers(session):
        raise NotAllowedError(f"{who.name!r} may not do this; it requires an administrator")


def require_self(session: Session, user_id: int) -> None:
    """For what belongs to an account: its own person, or an administrator."""
    who = acting(session)
    if who is not None and who.user_id != user_id:
        require_administrator(session)
