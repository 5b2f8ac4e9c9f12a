"""Whatever is wrong with a name or a password, refusing it costs the same."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event, select

from app.services.team import accounts, passwords, sign_in
from storage.engine import Sessions
from storage.models import User
from tests.app.web.test_sign_in import GOOD, Clock, anna, clock, refused

__all__ = ["anna", "clock"]

pytestmark = [pytest.mark.both_databases, pytest.mark.usefixtures("quick_hashes")]


def count_hashes(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The length of every password that Argon2 is given from now on."""
    lengths: list[int] = []
    hasher = passwords._HASHER

    class Counting:
        def verify(self, stored: str, password: str) -> bool:
            lengths.append(len(password))
            return hasher.verify(stored, password)

    monkeypatch.setattr(passwords, "_HASHER", Counting())
    return lengths


@contextmanager
def statements(sessions: Sessions) -> Iterator[list[str]]:
    """What the database is asked meanwhile, without the values."""
    asked: list[str] = []

    def before(*arguments: Any) -> None:
        asked.append(arguments[2])

    engine = sessions.kw["bind"]
    event.listen(engine, "before_cursor_execute", before)
    yield asked
    event.remove(engine, "before_cursor_execute", before)


@pytest.mark.parametrize("state", ["known", "unknown", "locked", "disabled", "without", "endless"])
def test_every_kind_of_wrong_answer_costs_one_hash_and_the_same_writes(
    sessions: Sessions, anna: str, clock: Clock, monkeypatch: pytest.MonkeyPatch, state: str
) -> None:
    """As much as a wrong password of a known name."""
    accounts.add(sessions, "Bo", None if state == "without" else GOOD)
    if state == "locked":
        for _ in range(sign_in.FREE):
            refused(sessions, "Bo", "wrong password")
    if state == "disabled":
        accounts.disable(sessions, "Bo")
    refused(sessions, "Anna", "wrong password")
    hashes = count_hashes(monkeypatch)
    wrong = "x" * (passwords.LONGEST + 1) if state == "endless" else "wrong password"
    with statements(sessions) as usual:
        refused(sessions, "Anna", "wrong password")
    assert hashes.pop() <= passwords.LONGEST
    with statements(sessions) as these:
        refused(sessions, "nobody" if state == "unknown" else "Bo", wrong)

    assert hashes.pop() <= passwords.LONGEST
    assert hashes == []
    assert these == usual
    assert [statement.split()[0] for statement in these].count("UPDATE") == 1


def test_the_row_that_strangers_change_is_no_account(sessions: Sessions, anna: str) -> None:
    for number in range(3):
        refused(sessions, f"stranger {number}", GOOD)

    assert [account.name for account in accounts.every(sessions)] == ["Anna"]
    with sessions() as session:
        assert len(session.scalars(select(User)).all()) == 2, "one row, however many strangers"
    with pytest.raises(accounts.AccountError):
        accounts.enable(sessions, "")
    refused(sessions, "", "")
