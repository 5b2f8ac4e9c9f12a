"""Accounts: an administrator creates, lists, changes and disables them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import regex
from sqlalchemy.orm import Session

from app.services.team import passwords, permissions
from app.services.team.lookalikes import look_alike
from storage.engine import Sessions, writing
from storage.models import User
from storage.repository import events, users

LONGEST_NAME = 100
_INVISIBLE = regex.compile(r"\p{Default_Ignorable_Code_Point}")
"""Fillers, joiners and selectors, of which Python calls some printable."""


class AccountError(ValueError):
    """An account that cannot be made or changed so, and why."""


@dataclass(frozen=True, slots=True)
class Account:
    id: int
    name: str
    administrator: bool
    active: bool
    has_password: bool
    """Not so for who signs in at an OpenID Connect provider."""
    created_at: datetime


def every(sessions: Sessions) -> tuple[Account, ...]:
    with sessions() as session:
        permissions.require_administrator(session)
        return tuple(map(_view, users.every(session)))


def add(
    sessions: Sessions, name: str, password: str | None, *, administrator: bool = False
) -> Account:
    """A new account. `password` None: the person signs in at an OpenID Connect provider.

    Raises `AccountError` for a name that is taken or unfit, `PasswordError` for a weak password.
    """
    check_name(name)
    hashed = None if password is None else passwords.hashed(password, name)
    with writing(sessions) as session:
        permissions.require_administrator(session)
        _require_new(session, name)
        user = users.add(session, name, hashed, administrator=administrator)
        _record(session, user, "made", administrator=administrator)
        return _view(user)


def reset(sessions: Sessions, name: str, password: str) -> Account:
    """Gives an account another password, opens it if it waits, and ends its sessions."""
    with sessions() as session:
        permissions.require_administrator(session)
    hashed = passwords.hashed(password, name)

    def change(user: User) -> None:
        user.password, user.failures, user.locked_until = hashed, 0, None

    return _changed(sessions, name, "password reset", change)


def disable(sessions: Sessions, name: str) -> Account:
    """Nobody signs in with it any more; what the person did stays under the name."""
    return _changed(sessions, name, "disabled", lambda user: setattr(user, "active", False))


def enable(sessions: Sessions, name: str) -> Account:
    return _changed(sessions, name, "enabled", lambda user: setattr(user, "active", True))


def set_administrator(sessions: Sessions, name: str, administrator: bool) -> Account:
    what = "made an administrator" if administrator else "no longer an administrator"
    return _changed(
        sessions, name, what, lambda user: setattr(user, "administrator", administrator)
    )


def check_name(name: str) -> None:
    """Raises `AccountError` for what cannot be an account's name."""
    visible = name.isprintable() and name == name.strip() and "  " not in name
    visible = visible and _INVISIBLE.search(name) is None
    if not visible or not 0 < len(name) <= LONGEST_NAME or len(users.folded(name)) > 200:
        raise AccountError(
            f"a name must have 1 to {LONGEST_NAME} visible characters and no surrounding spaces, "
            f"got {name[:120]!r}"
        )


def _require_new(session: Session, name: str) -> None:
    """Raises `AccountError` for the name of an account, and for what is read as one."""
    taken = users.named(session, name)
    if taken is not None:
        raise AccountError(
            f"the account {taken.name!r} already exists; names that differ only in case or in the "
            "form of the same letters count as the same"
        )
    twin = next((user for user in users.every(session) if look_alike(user.name, name)), None)
    if twin is not None:
        raise AccountError(
            f"the account {twin.name!r} already exists and looks the same, though its letters are "
            "of another alphabet; choose a name that can be told from it"
        )


def _changed(sessions: Sessions, name: str, what: str, change: Callable[[User], None]) -> Account:
    """Raises `AccountError` for an unknown name, and for the last administrator's end."""
    with writing(sessions) as session:
        permissions.require_administrator(session)
        user = users.named(session, name, locked=True)
        if user is None:
            raise AccountError(f"there is no account {name!r}; `users list` shows all accounts")
        was = user.active and user.administrator
        change(user)
        ends = was and not (user.active and user.administrator)
        if ends and not users.other_administrators(session, user.id):
            raise AccountError(
                f"{user.name!r} is the only administrator; make somebody else administrator "
                "first, or nobody could manage accounts"
            )
        users.sign_out_everywhere(session, user.id)
        _record(session, user, what)
        return _view(user)


def _record(session: Session, user: User, what: str, **more: object) -> None:
    detail = {"name": user.name, "what": what, **more}
    events.record(session, permissions.doer(session), "account", detail=detail)


def _view(user: User) -> Account:
    return Account(
        user.id,
        user.name,
        user.administrator,
        user.active,
        user.password is not None,
        user.created_at,
    )
