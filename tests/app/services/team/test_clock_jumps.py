"""A clock that jumps locks nobody out for long, and makes no session that never ends."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from app.services.team import accounts, sign_in
from app.services.team.sign_in import IDLE, LONGEST, LONGEST_WAIT, OVERALL, WINDOW, SignInError
from storage.engine import Sessions, writing
from storage.repository import users

TODAY = datetime(2026, 6, 1, 12, tzinfo=UTC)
DAY, YEAR = timedelta(days=1), timedelta(days=365)
PASSWORD = "tulip-orbit-marzipan-9"


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[datetime]:
    """What time it is: the last entry."""
    times = [TODAY]
    monkeypatch.setattr("app.services.team.sign_in.now", lambda: times[-1])
    return times


@pytest.fixture(autouse=True)
def ada(sessions: Sessions, quick_hashes: None) -> None:
    accounts.add(sessions, "Ada", PASSWORD)


def wrong(sessions: Sessions, times: int) -> None:
    for _ in range(times):
        with pytest.raises(SignInError):
            sign_in.sign_in(sessions, "Ada", "wrong-wrong-wrong")


def test_an_account_locked_by_a_clock_that_was_ahead_opens_when_it_is_set_right(
    sessions: Sessions, clock: list[datetime]
) -> None:
    clock.append(TODAY + DAY)
    wrong(sessions, 5)
    with pytest.raises(SignInError):
        sign_in.sign_in(sessions, "Ada", PASSWORD)
    clock.append(TODAY)
    assert sign_in.sign_in(sessions, "Ada", PASSWORD)


def test_wrong_passwords_of_the_future_lock_nobody_out(
    sessions: Sessions, clock: list[datetime]
) -> None:
    with writing(sessions) as session:
        for _ in range(OVERALL):
            users.note_failure(session, "", TODAY + DAY)
    assert sign_in.sign_in(sessions, "Ada", PASSWORD)
    clock.append(TODAY + DAY)
    with pytest.raises(SignInError, match="nobody can sign in"):
        sign_in.sign_in(sessions, "Ada", PASSWORD)


@pytest.mark.parametrize(
    ("begun", "asked", "lives"),
    [
        (TODAY, TODAY - DAY, True),
        (TODAY, TODAY + IDLE, False),
        (TODAY, TODAY + YEAR, False),
        (TODAY + YEAR, TODAY, False),
        (TODAY + LONGEST_WAIT, TODAY, True),
    ],
)
def test_a_session_ends_by_its_own_clock_or_not_at_all_late(
    sessions: Sessions, clock: list[datetime], begun: datetime, asked: datetime, lives: bool
) -> None:
    clock.append(begun)
    token = sign_in.sign_in(sessions, "Ada", PASSWORD)
    clock.append(asked)
    assert (sign_in.signed_in(sessions, token) is not None) == lives
    assert WINDOW < IDLE < LONGEST
