"""Accounts: which names and passwords there may be, and that somebody can always make more."""

from __future__ import annotations

import pytest

from app.services.team import accounts, passwords
from app.services.team.accounts import AccountError
from app.services.team.passwords import PasswordError
from storage.engine import Sessions

GOOD = "seven grey herons rowing"


def test_passwords_are_kept_as_argon2id() -> None:
    kept = passwords.hashed(GOOD, "Anna")

    assert kept.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert passwords.matches(kept, GOOD)
    assert not passwords.matches(kept, GOOD + " ")


@pytest.mark.parametrize(
    "password",
    ["", "short one", "x" * 201, "password123", "1234567890", "qwertyuiop", "aaaaaaaaaaaa",
     "Anna Lindqvist", "anna lindqvist", "ANNALINDQVIST", "iloveyou123", "abcdefghijkl"],
)  # fmt: skip
def test_a_password_that_is_tried_first_is_refused(password: str) -> None:
    with pytest.raises(PasswordError):
        passwords.hashed(password, "Anna Lindqvist")


def test_a_password_typed_on_another_keyboard_is_the_same() -> None:
    kept = passwords.hashed("fünf Häuser am Fluss", "Anna")

    assert passwords.matches(kept, "fünf Häuser am Fluss")


@pytest.mark.parametrize("name", ["ANNA", "anna", "Ａnna", "Anna"])
def test_names_that_look_alike_are_one_account(sessions: Sessions, name: str) -> None:
    accounts.add(sessions, "Anna", GOOD)

    with pytest.raises(AccountError, match="already"):
        accounts.add(sessions, name, GOOD)


@pytest.mark.parametrize(
    "name",
    ["", " Anna", "Anna ", "An\tna", "An\u202ena", "An\u200bna", "A  b", "x" * 101, "ﷺ" * 12],
)
def test_a_name_can_be_seen_and_read(sessions: Sessions, name: str) -> None:
    with pytest.raises(AccountError):
        accounts.add(sessions, name, GOOD)


def test_there_is_no_account_to_begin_with(sessions: Sessions) -> None:
    assert accounts.every(sessions) == ()


def test_the_last_administrator_stays_one(sessions: Sessions) -> None:
    accounts.add(sessions, "Anna", GOOD, administrator=True)

    with pytest.raises(AccountError, match="only administrator"):
        accounts.disable(sessions, "Anna")
    with pytest.raises(AccountError, match="only administrator"):
        accounts.set_administrator(sessions, "Anna", False)
    accounts.add(sessions, "Bo", GOOD, administrator=True)
    assert not accounts.disable(sessions, "Anna").active
    assert accounts.enable(sessions, "Anna").active


def test_an_unknown_account_is_named(sessions: Sessions) -> None:
    with pytest.raises(AccountError, match="'Anna'"):
        accounts.reset(sessions, "Anna", GOOD)
