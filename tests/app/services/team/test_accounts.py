"""Accounts: which names and passwords there may be, and that somebody can always make more."""

from __future__ import annotations

import pytest

from app.services.team import accounts
from app.services.team.accounts import AccountError
from storage.engine import Sessions

GOOD = "seven grey herons rowing"
pytestmark = pytest.mark.usefixtures("quick_hashes")


@pytest.mark.parametrize("name", ["ANNA", "anna", "Ａnna", "Anna"])
def test_names_that_look_alike_are_one_account(sessions: Sessions, name: str) -> None:
    accounts.add(sessions, "Anna", GOOD)

    with pytest.raises(AccountError, match="already"):
        accounts.add(sessions, name, GOOD)


@pytest.mark.parametrize(
    "name", ["Anna\u3164", "\u3164", "Anna\ufe0f", "An\u034fna", "Anna\U000e0100", "\u115f"]
)
def test_a_name_holds_nothing_that_is_printed_as_nothing(sessions: Sessions, name: str) -> None:
    with pytest.raises(AccountError, match="visible characters"):
        accounts.add(sessions, name, GOOD)


@pytest.mark.parametrize(
    "name", ["Zoë", "李", "नेहा", "O'Brien", "e\u0301va", "CORP\\anna", "Анна", "Ζωή"]
)
def test_letters_of_every_script_make_a_name(sessions: Sessions, name: str) -> None:
    accounts.add(sessions, "Hanna", GOOD)
    assert accounts.add(sessions, name, GOOD).name == name


@pytest.mark.parametrize(
    "name",
    ["", " Anna", "Anna ", "An\tna", "An\u202ena", "An\u200bna", "A  b", "x" * 101, "ﷺ" * 12],
)
def test_a_name_can_be_seen_and_read(sessions: Sessions, name: str) -> None:
    with pytest.raises(AccountError):
        accounts.add(sessions, name, GOOD)


@pytest.mark.parametrize(
    ("name", "twin"),
    [
        ("Anna", "\u0410nna"),  # Cyrillic A
        ("Anna", "ann\u0430"),
        ("José", "J\u03bfse\u0301"),  # Greek omicron
        ("\u0421\u043e\u0443", "coy"),  # all of it Cyrillic
    ],
)
def test_a_name_in_letters_that_look_like_anothers_is_refused(
    sessions: Sessions, name: str, twin: str
) -> None:
    accounts.add(sessions, name, None)
    with pytest.raises(AccountError, match="looks the same, though its letters are of another"):
        accounts.add(sessions, twin, None)


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
