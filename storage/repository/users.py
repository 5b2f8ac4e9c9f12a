"""Accounts and the sessions they signed in to."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from sqlalchemy import bindparam, delete, func, select, update
from sqlalchemy.orm import Session

from storage.models import Event, Login, User
from storage.table_queries import Query, rows, table

FAILED = "sign-in failed"
"""The action of an event for each wrong password; it names nobody unless there is the account."""
_STRANGER = ""
"""The name of the row that unknown names share. No account can have it."""


def folded(name: str) -> str:
    """What two names that look alike share: compatible forms and cases are one."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())


def add(session: Session, name: str, password: str | None, *, administrator: bool) -> User:
    """`password` is a hash. The name must be free, see `named`."""
    user = User(name=name, folded=folded(name), password=password, administrator=administrator)
    session.add(user)
    session.flush()
    return user


def named(session: Session, name: str, *, locked: bool = False) -> User | None:
    """The account of this name, whatever its case. `locked`: lock the row until the commit."""
    query = select(User).where(User.folded == folded(name), User.folded != _STRANGER)
    return session.scalars(query.with_for_update() if locked else query).one_or_none()


def stranger(session: Session) -> User:
    """The row to change for a name that cannot sign in, so that the database works as much for it
    as for one that can. It is disabled, and no list shows it."""
    found = session.scalars(select(User).where(User.folded == _STRANGER)).one_or_none()
    if found is None:
        found = User(name=_STRANGER, folded=_STRANGER, failures=0, active=False)
        session.add(found)
        session.flush()
    return found


def get(session: Session, user_id: int) -> User:
    user = session.get(User, user_id)
    if user is None:
        raise LookupError(f"there is no account {user_id}; reload the page to see the current ones")
    return user


def every(session: Session) -> Sequence[User]:
    query = select(User).where(User.folded != _STRANGER).order_by(User.folded)
    return session.scalars(query).all()


def other_administrators(session: Session, user_id: int) -> int:
    """How many active administrators there are beside one."""
    query = select(func.count()).where(User.administrator, User.active, User.id != user_id)
    return session.scalar(query) or 0


def sign_in(session: Session, user_id: int, token: str, at: datetime, until: datetime) -> None:
    """`token` is the SHA-256, in hexadecimal, of what the browser keeps."""
    session.add(Login(token=token, user_id=user_id, created_at=at, seen_at=at, expires_at=until))
    session.flush()


@dataclass(frozen=True, slots=True)
class StandingLogin:
    """A session that somebody signed in to, and their account."""

    seen_at: datetime
    expires_at: datetime
    user_id: int
    name: str
    administrator: bool
    active: bool


def signed_in(session: Session, token: str) -> StandingLogin | None:
    found = rows(session, _signed_in(), token=token)
    return StandingLogin(*found[0]) if found else None


@cache
def _signed_in() -> Query:
    login, user = table(Login), table(User)
    return (
        select(
            login.c.seen_at,
            login.c.expires_at,
            user.c.id,
            user.c.name,
            user.c.administrator,
            user.c.active,
        )
        .join_from(login, user, user.c.id == login.c.user_id)
        .where(login.c.token == bindparam("token"))
    )


def rights(session: Session, user_id: int) -> bool | None:
    """Whether an account is an administrator's; None where it is disabled."""
    found = rows(session, _rights(), user_id=user_id)
    return found[0][0] if found else None


@cache
def _rights() -> Query:
    user = table(User)
    return select(user.c.administrator).where(user.c.id == bindparam("user_id"), user.c.active)


def note_use(session: Session, token: str, at: datetime) -> None:
    """Notes that a session was used."""
    session.execute(update(Login).where(Login.token == token).values(seen_at=at))


def sign_out(session: Session, token: str) -> None:
    session.execute(delete(Login).where(Login.token == token))


def sign_out_everywhere(session: Session, user_id: int, *, but: str | None = None) -> None:
    """Ends every session of an account, or all but the one with this token's hash."""
    session.execute(delete(Login).where(Login.user_id == user_id, Login.token != (but or "")))


def forget_ended(session: Session, now: datetime, idle_since: datetime) -> None:
    """Deletes the sessions that nobody can go on with."""
    session.execute(delete(Login).where((Login.expires_at <= now) | (Login.seen_at <= idle_since)))


def failures_between(session: Session, since: datetime, until: datetime, limit: int) -> int:
    """Wrong passwords of all accounts in a while; counted up to `limit`."""
    newest = (
        select(Event.at)
        .where(Event.project_id.is_(None), Event.action == FAILED)
        .order_by(Event.id.desc())
        .limit(limit)
        .subquery()
    )
    return (
        session.scalar(select(func.count()).where(newest.c.at > since, newest.c.at <= until)) or 0
    )


def note_failure(session: Session, name: str, at: datetime) -> None:
    """`name` is an account's, or empty: what strangers type may be a password."""
    session.add(Event(person=name, action=FAILED, at=at, detail={}))
    session.flush()
