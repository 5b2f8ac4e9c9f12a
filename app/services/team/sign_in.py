"""Signing in and out: wrong passwords are counted in the database, and sessions end."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.services.team import passwords
from app.services.team.last_use import note_use
from app.services.team.permissions import Acting, acting, require_self
from storage.columns import now
from storage.engine import Sessions, writing
from storage.repository import users

FREE = 5
"""Wrong passwords of one account before it waits."""
FIRST_WAIT, LONGEST_WAIT = timedelta(minutes=1), timedelta(hours=1)
"""How long it waits; each further wrong password doubles it."""
WINDOW, OVERALL = timedelta(minutes=15), 100
"""Wrong passwords of all accounts together, in a while, before nobody is let in."""
IDLE, LONGEST = timedelta(hours=12), timedelta(days=30)
"""A session ends when it is not used so long, and after so long in any case: a working day, and
what NIST SP 800-63B allows at its first level."""
SEEN_EVERY = timedelta(minutes=5)
"""How exactly it is known when a session was used last."""


class SignInError(ValueError):
    """Why nobody was let in. The same words for every reason that a stranger could learn from."""


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A session that has not ended."""

    person: Acting
    token: str
    """The SHA-256 of what the browser keeps."""
    until: datetime


def sign_in(sessions: Sessions, name: str, password: str) -> str:
    """The new session's token, for the person's browser alone.

    Raises `SignInError`. Every wrong answer costs one hash and the same statements, whether the
    name is known, unknown, locked or disabled.
    """
    user_id, hashed = _attempt(sessions, name)
    if not passwords.matches(hashed, password):
        _failed(sessions, user_id)
        raise SignInError(
            "Wrong name or password. After five wrong passwords an account is locked for a "
            "minute, then twice as long each time. An administrator can reset the password."
        )
    assert hashed is not None  # nobody's password matches
    token, at = secrets.token_urlsafe(32), now()
    with writing(sessions) as session:
        user = users.get(session, user_id)
        user.failures, user.locked_until = 0, None
        if passwords.outdated(hashed):
            user.password = passwords.rehashed(password)
        users.forget_ended(session, at, at - IDLE)
        users.sign_in(session, user.id, digest(token), at, at + LONGEST)
    return token


def signed_in(sessions: Sessions, token: str) -> SignedIn | None:
    """Whose session this is; None when it has ended or there never was one."""
    at, hashed = now(), digest(token)
    with sessions() as session:
        login = users.signed_in(session, hashed)
    if login is None:
        return None
    if not login.active or login.expires_at <= at or login.seen_at + IDLE <= at:
        return None
    if login.expires_at > at + LONGEST + LONGEST:
        return None  # begun by a clock that was far ahead: it would last for years
    if login.seen_at + SEEN_EVERY <= at:
        note_use(sessions, "a session", lambda session: users.note_use(session, hashed, at))
    person = Acting(login.name, login.user_id, login.administrator)
    return SignedIn(person, hashed, login.expires_at)


def sign_out(sessions: Sessions, token: str) -> None:
    """`token` is the hash, as `SignedIn` has it."""
    with writing(sessions) as session:
        users.sign_out(session, token)


def sign_out_everywhere(sessions: Sessions, user_id: int) -> None:
    """Ends all sessions of an account: the person's own, or an administrator's doing."""
    with writing(sessions) as session:
        require_self(session, user_id)
        users.sign_out_everywhere(session, user_id)


def change_password(sessions: Sessions, signed_in: SignedIn, old: str, new: str) -> None:
    """The person's own; every other session of theirs ends.

    Raises `SignInError` where the old one is wrong, which counts as a wrong password, and
    `PasswordError` for a weak new one.
    """
    with sessions() as session:
        require_self(session, signed_in.person.user_id)
    user_id, hashed_before = _attempt(sessions, signed_in.person.name)
    if not passwords.matches(hashed_before, old):
        _failed(sessions, user_id)
        raise SignInError("The current password is wrong; nothing was changed.")
    hashed = passwords.hashed(new, signed_in.person.name)
    with writing(sessions) as session:
        user = users.get(session, signed_in.person.user_id)
        user.password, user.failures, user.locked_until = hashed, 0, None
        users.sign_out_everywhere(session, user.id, but=signed_in.token)


def provided(sessions: Sessions, name: str) -> Acting | None:
    """The account of somebody whom an OpenID Connect provider vouches for; None without one."""
    with sessions() as session:
        user = users.named(session, name)
        if user is None or not user.active:
            return None
        return Acting(user.name, user.id, user.administrator)


def unchanged(sessions: Sessions) -> bool:
    """Whether the account of whom the sessions act for is still there, with the rights that it had
    when they were made. Where nobody signs in, there is none to change."""
    with sessions() as session:
        person = acting(session)
        return person is None or users.rights(session, person.user_id) == person.administrator


def digest(token: str) -> str:
    """What is kept of a token. It is random, so that a plain hash suffices."""
    return hashlib.sha256(token.encode()).hexdigest()


def _attempt(sessions: Sessions, name: str) -> tuple[int, str | None]:
    """The row that counts the attempt, and the account's hash; None where no password would do.

    A wrong password is counted before it is looked at, so that many at once count too. PostgreSQL
    takes no NUL, and no account's name has one.
    """
    at = now()
    with writing(sessions) as session:
        if users.failures_between(session, at - WINDOW, at + WINDOW, OVERALL) >= OVERALL:
            raise SignInError(
                "Too many wrong passwords in the last minutes, so nobody can sign in for now. "
                f"Try again in {WINDOW.seconds // 60} minutes."
            )
        user = users.named(session, name, locked=True) if "\0" not in name else None
        stranger = users.stranger(session)
        locked = (
            user is not None
            and user.locked_until is not None
            and at < user.locked_until <= at + LONGEST_WAIT
        )
        if user is None or not user.active or locked:
            stranger.failures += 1
            return (user or stranger).id, None
        user.failures += 1
        if user.failures >= FREE:
            user.locked_until = at + min(LONGEST_WAIT, FIRST_WAIT * 2 ** (user.failures - FREE))
        return user.id, user.password


def _failed(sessions: Sessions, user_id: int) -> None:
    with writing(sessions) as session:
        users.note_failure(session, users.get(session, user_id).name, now())
