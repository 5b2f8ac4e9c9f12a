"""Passwords: which may be chosen, and how they are kept."""

from __future__ import annotations

from unittest import mock

import pytest

from app.services.team import passwords
from app.services.team.passwords import PasswordError

GOOD = "seven grey herons rowing"


def test_passwords_are_kept_as_argon2id() -> None:
    stored = passwords.hashed(GOOD, "Anna")

    assert stored.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert passwords.matches(stored, GOOD)
    assert not passwords.matches(stored, GOOD + " ")


@pytest.mark.parametrize("known", [True, False])
def test_the_first_answer_of_a_process_takes_as_long_for_an_account_that_there_is_not(
    monkeypatch: pytest.MonkeyPatch, known: bool
) -> None:
    stored = passwords.hashed(GOOD, "Anna") if known else None
    hasher = mock.Mock(wraps=passwords._HASHER)
    monkeypatch.setattr(passwords, "_HASHER", hasher)
    passwords._nobodys_hash.cache_clear()

    assert not passwords.matches(stored, "wrong password")

    assert [call[0] for call in hasher.method_calls] == ["hash", "verify"]


@pytest.mark.parametrize(
    "password",
    ["", "short one", "x" * 201, "password123", "1234567890", "qwertyuiop", "aaaaaaaaaaaa",
     "Anna Lindqvist", "anna lindqvist", "ANNALINDQVIST", "iloveyou123", "abcdefghijkl"],
)  # fmt: skip
def test_a_password_that_is_tried_first_is_refused(password: str) -> None:
    with pytest.raises(PasswordError):
        passwords.hashed(password, "Anna Lindqvist")


def test_a_password_typed_on_another_keyboard_is_the_same() -> None:
    stored = passwords.hashed("fünf Häuser am Fluss", "Anna")

    assert passwords.matches(stored, "fünf Häuser am Fluss")
