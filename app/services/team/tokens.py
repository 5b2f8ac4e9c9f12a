"""Tokens of programs: made once, shown once, kept as a hash, revoked by name."""

from __future__ import annotations

import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache

from sqlalchemy.orm import Session, sessionmaker

from app.services.team.last_use import note_use
from app.services.team.permissions import Acting, doer, for_person, require_administrator
from app.services.team.sign_in import digest
from storage.columns import now
from storage.engine import Sessions, writing
from storage.enums import TokenScope
from storage.models import ApiToken
from storage.project_scope import PROJECT_SCOPE, ProjectScopedSession
from storage.repository import events, projects, tokens, users

PREFIX = "spanneal_"
"""By which those who look for secrets in files know ours."""
LONGEST = timedelta(days=3_650)
USED_EVERY = timedelta(minutes=5)
"""How exactly it is known when a token was used last."""


class TokenStateError(ValueError):
    """That a token's name is taken, or that it was revoked, and what to do."""


@dataclass(frozen=True, slots=True)
class TokenView:
    """A token without its secret."""

    name: str
    person: str | None
    project_id: int | None
    scope: TokenScope
    expires_at: datetime | None
    created_at: datetime
    used_at: datetime | None
    revoked_at: datetime | None


@dataclass(frozen=True, slots=True)
class Holder:
    """Who comes with a token that holds."""

    name: str
    person: Acting | None
    project_id: int | None
    scope: TokenScope


def create(
    sessions: Sessions,
    name: str,
    person: str | None = None,
    project_id: int | None = None,
    *,
    scope: TokenScope = "manage",
    valid: timedelta | None = None,
) -> str:
    """The new token's secret, told only now. `person` is the account in whose name it acts;
    `valid` how long, None: until it is revoked.

    Raises `TokenStateError` for a name that is taken, `ValueError` for what is no name and for a
    disabled account, `LookupError` for an unknown account or project, and `NotAllowedError`.
    """
    if not 0 < len(name) <= 200 or name != name.strip() or not name.isprintable():
        raise ValueError(
            "a token needs a name of 1 to 200 characters without line breaks or surrounding "
            f"spaces, got {name[:220]!r}"
        )
    secret = _new_secret()
    with writing(sessions) as session:
        require_administrator(session)
        if tokens.named(session, name) is not None:
            raise TokenStateError(
                f"there is already a token {name!r}; revoked tokens keep their names for the "
                "record: choose another"
            )
        if project_id is not None:
            projects.get(session, project_id)
        tokens.add(
            session,
            name,
            digest(secret),
            user_id=_user_id(session, person),
            project_id=project_id,
            scope=scope,
            expires_at=_end(valid),
        )
        _record(session, name, "made", person=person, project=project_id, scope=scope)
    return secret


def rotate(sessions: Sessions, name: str, valid: timedelta | None = None) -> str:
    """Another secret for the token, told only now; the one before lets nobody in any more. It is
    valid from now on as long as `valid` says. Raises `LookupError`, `TokenStateError` for a token
    that was revoked, and `NotAllowedError`."""
    secret = _new_secret()
    with writing(sessions) as session:
        require_administrator(session)
        token = _named(session, name)
        if token.revoked_at is not None:
            raise TokenStateError(
                f"the token {name!r} was revoked; create another under a new name"
            )
        token.digest, token.expires_at = digest(secret), _end(valid)
        _record(session, name, "rotated")
    return secret


def every(sessions: Sessions) -> list[TokenView]:
    """All tokens, the revoked ones too. Raises `NotAllowedError`."""
    with sessions() as session:
        require_administrator(session)
        names = {user.id: user.name for user in users.every(session)}
        return [
            TokenView(
                token.name,
                names.get(token.user_id) if token.user_id is not None else None,
                token.project_id,
                token.scope,
                token.expires_at,
                token.created_at,
                token.used_at,
                token.revoked_at,
            )
            for token in tokens.every(session)
        ]


def revoke(sessions: Sessions, name: str) -> None:
    """From now on nobody is let in with it. Raises `LookupError` and `NotAllowedError`."""
    with writing(sessions) as session:
        require_administrator(session)
        token = _named(session, name)
        if token.revoked_at is None:
            token.revoked_at = now()
            _record(session, name, "revoked")


def holder(sessions: Sessions, secret: str) -> Holder | None:
    """Who comes with this secret; None where it is unknown, revoked or expired, or the account
    disabled."""
    at, hashed = now(), digest(secret)
    with sessions() as session:
        found = tokens.found(session, hashed)
    if found is None:
        return None
    token, user = found
    if token.revoked_at is not None or (user is not None and not user.active):
        return None
    if token.expires_at is not None and token.expires_at <= at:
        return None
    if token.used_at is None or token.used_at + USED_EVERY <= at:
        note_use(sessions, "a token", lambda session: _note_use(session, hashed, at))
    person = Acting(user.name, user.id, user.administrator) if user else None
    return Holder(token.name, person, token.project_id, token.scope)


@lru_cache(maxsize=64)
def sessions_for(sessions: Sessions, person: Acting | None, project_id: int | None) -> Sessions:
    """Sessions that act for the person, and see no project but the one, where there is one."""
    person_sessions = for_person(sessions, person) if person else sessions
    if project_id is None:
        return person_sessions
    info = person_sessions.kw.get("info") or {}
    before = info.get(PROJECT_SCOPE, lambda _: None)

    def project_scope(session: Session) -> Collection[int]:
        visible_ids = before(session)
        return (project_id,) if visible_ids is None or project_id in visible_ids else ()

    return sessionmaker(
        class_=ProjectScopedSession,
        **{**person_sessions.kw, "info": {**info, PROJECT_SCOPE: project_scope}},
    )


def _new_secret() -> str:
    return PREFIX + secrets.token_urlsafe(32)


def _end(valid: timedelta | None) -> datetime | None:
    if valid is None:
        return None
    if not timedelta() < valid <= LONGEST:
        raise ValueError(
            f"a token is valid for up to {LONGEST.days} days, or until it is revoked; got {valid}"
        )
    return now() + valid


def _named(session: Session, name: str) -> ApiToken:
    token = tokens.named(session, name)
    if token is None:
        raise LookupError(f"there is no token {name!r}; `token list` shows all tokens")
    return token


def _user_id(session: Session, person: str | None) -> int | None:
    if person is None:
        return None
    user = users.named(session, person)
    if user is None:
        raise LookupError(f"there is no account {person!r}; `users list` shows all accounts")
    if not user.active:
        raise ValueError(
            f"the account {user.name!r} is disabled, so the token would not work; enable it "
            "first, or name another"
        )
    return user.id


def _note_use(session: Session, hashed: str, at: datetime) -> None:
    if found := tokens.found(session, hashed):
        found[0].used_at = at


def _record(session: Session, name: str, what: str, **more: object) -> None:
    events.record(session, doer(session), "token", detail={"name": name, "what": what, **more})
