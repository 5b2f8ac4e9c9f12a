"""Signing in: who is let in, how often one may try, and when a session ends."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update

from app.services.team import accounts, passwords, sign_in
from app.services.team.sign_in import IDLE, LONGEST, SignInError
from storage.engine import Sessions, writing
from storage.models import Event, Login, User
from storage.repository import users

GOOD = "seven grey herons rowing"
BETTER = "an umbrella for Thursday"
pytestmark = pytest.mark.usefixtures("quick_hashes")


class Clock:
    """A time that stands until it is moved."""

    def __init__(self) -> None:
        self.time = datetime(2026, 5, 4, 9, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.time

    def goes_on(self, duration: timedelta) -> None:
        self.time += duration


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(sign_in, "now", clock)
    return clock


@pytest.fixture
def anna(sessions: Sessions) -> str:
    return accounts.add(sessions, "Anna", GOOD, administrator=True).name


def refused(sessions: Sessions, name: str, password: str) -> str:
    with pytest.raises(SignInError) as caught:
        sign_in.sign_in(sessions, name, password)
    return str(caught.value)


def test_the_right_password_gives_a_session_that_knows_the_person(
    sessions: Sessions, anna: str
) -> None:
    token = sign_in.sign_in(sessions, "anna", GOOD)
    result = sign_in.signed_in(sessions, token)

    assert result is not None
    assert (result.person.name, result.person.administrator) == ("Anna", True)


def test_of_a_token_only_its_hash_is_kept(sessions: Sessions, anna: str) -> None:
    token = sign_in.sign_in(sessions, "Anna", GOOD)

    with sessions() as session:
        (stored,) = session.scalars(select(Login.token)).all()
    assert stored == sign_in.digest(token)
    assert token not in stored
    assert sign_in.signed_in(sessions, stored) is None, "the hash itself opens nothing"


def test_wrong_passwords_and_unknown_names_hear_the_same(sessions: Sessions, anna: str) -> None:
    assert refused(sessions, "Anna", "wrong password") == refused(sessions, "Nobody", GOOD)


def test_a_name_that_no_database_would_take_is_an_unknown_one(
    sessions: Sessions, anna: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(users, "named", lambda *_, **__: pytest.fail("PostgreSQL takes no NUL"))

    assert "Wrong name or password" in refused(sessions, "An\0na", GOOD)


def test_an_unknown_name_costs_a_hash_as_a_known_one_does(
    sessions: Sessions, anna: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    compared: list[str | None] = []

    def matches(stored: str | None, password: str) -> bool:
        compared.append(stored)
        return False

    monkeypatch.setattr(passwords, "matches", matches)
    for name in ("Anna", "Nobody"):
        refused(sessions, name, GOOD)

    assert len(compared) == 2
    assert compared[1] is None


def test_no_password_opens_an_account_that_there_is_not() -> None:
    assert not passwords.matches(None, "nobody's")


def test_after_five_wrong_passwords_even_the_right_one_waits(
    sessions: Sessions, anna: str, clock: Clock
) -> None:
    for _ in range(sign_in.FREE):
        refused(sessions, "Anna", "wrong password")

    refused(sessions, "Anna", GOOD)
    clock.goes_on(sign_in.FIRST_WAIT)
    assert sign_in.sign_in(sessions, "Anna", GOOD)


def test_the_wait_doubles_up_to_an_hour(sessions: Sessions, anna: str, clock: Clock) -> None:
    waits = []
    for _ in range(sign_in.FREE + 8):
        refused(sessions, "Anna", "wrong password")
        with sessions() as session:
            until = session.scalars(select(User.locked_until).where(User.name == anna)).one()
        if until:
            waits.append((until - clock.time) / timedelta(minutes=1))
            clock.time = until

    assert waits == [1, 2, 4, 8, 16, 32, 60, 60, 60]


def test_the_right_password_forgets_the_wrong_ones(
    sessions: Sessions, anna: str, clock: Clock
) -> None:
    for _ in range(3):
        for _ in range(sign_in.FREE - 1):
            refused(sessions, "Anna", "wrong password")
        assert sign_in.sign_in(sessions, "Anna", GOOD)


def test_too_many_wrong_passwords_of_all_names_stop_everybody_for_a_while(
    sessions: Sessions, anna: str, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sign_in, "OVERALL", 6)
    for number in range(6):
        refused(sessions, f"stranger {number}", GOOD)

    assert "Too many" in refused(sessions, "Anna", GOOD)
    clock.goes_on(sign_in.WINDOW)
    assert sign_in.sign_in(sessions, "Anna", GOOD)


def test_what_strangers_type_as_a_name_is_not_written_down(sessions: Sessions, anna: str) -> None:
    refused(sessions, "my secret password", "anna")

    with sessions() as session:
        failed = select(Event.person).where(Event.action == users.FAILED)
        assert session.scalars(failed).all() == [""]


def test_a_session_ends_when_it_is_not_used(sessions: Sessions, anna: str, clock: Clock) -> None:
    token = sign_in.sign_in(sessions, "Anna", GOOD)

    clock.goes_on(IDLE - timedelta(seconds=1))
    assert sign_in.signed_in(sessions, token) is not None
    clock.goes_on(IDLE - timedelta(seconds=1))
    assert sign_in.signed_in(sessions, token) is not None, "it was used in between"
    clock.goes_on(IDLE)
    assert sign_in.signed_in(sessions, token) is None


def test_a_session_ends_after_a_month_however_much_it_is_used(
    sessions: Sessions, anna: str, clock: Clock
) -> None:
    token = sign_in.sign_in(sessions, "Anna", GOOD)
    for _ in range(int(LONGEST / (IDLE / 2)) - 1):
        clock.goes_on(IDLE / 2)
        assert sign_in.signed_in(sessions, token) is not None

    clock.goes_on(IDLE / 2)
    assert sign_in.signed_in(sessions, token) is None


def test_signing_out_ends_one_session_and_signing_out_everywhere_all(
    sessions: Sessions, anna: str
) -> None:
    first, pair, three = (sign_in.sign_in(sessions, "Anna", GOOD) for _ in range(3))

    sign_in.sign_out(sessions, sign_in.digest(first))
    assert sign_in.signed_in(sessions, first) is None
    result = sign_in.signed_in(sessions, pair)
    assert result is not None
    sign_in.sign_out_everywhere(sessions, result.person.user_id)
    assert sign_in.signed_in(sessions, pair) is None
    assert sign_in.signed_in(sessions, three) is None


def test_changing_the_password_ends_the_other_sessions(sessions: Sessions, anna: str) -> None:
    elsewhere, here = (sign_in.sign_in(sessions, "Anna", GOOD) for _ in range(2))
    signed_in = sign_in.signed_in(sessions, here)
    assert signed_in is not None

    sign_in.change_password(sessions, signed_in, GOOD, BETTER)

    assert sign_in.signed_in(sessions, here) is not None
    assert sign_in.signed_in(sessions, elsewhere) is None
    refused(sessions, "Anna", GOOD)
    assert sign_in.sign_in(sessions, "Anna", BETTER)


def test_the_password_is_changed_only_by_who_knows_it(sessions: Sessions, anna: str) -> None:
    signed_in = sign_in.signed_in(sessions, sign_in.sign_in(sessions, "Anna", GOOD))
    assert signed_in is not None

    with pytest.raises(SignInError):
        sign_in.change_password(sessions, signed_in, "wrong password", BETTER)
    assert sign_in.sign_in(sessions, "Anna", GOOD)


@pytest.mark.parametrize("end", ["disable", "reset"])
def test_a_disabled_or_reset_account_is_out_at_once(
    sessions: Sessions, anna: str, end: str
) -> None:
    accounts.add(sessions, "Bo", GOOD)
    token = sign_in.sign_in(sessions, "Bo", GOOD)

    if end == "disable":
        accounts.disable(sessions, "bo")
    else:
        accounts.reset(sessions, "bo", BETTER)

    assert sign_in.signed_in(sessions, token) is None
    refused(sessions, "Bo", GOOD)


def test_an_account_without_a_password_opens_to_none(sessions: Sessions) -> None:
    accounts.add(sessions, "olena@example.org", None)

    refused(sessions, "olena@example.org", "")
    result = sign_in.provided(sessions, "Olena@example.org")
    assert result is not None
    assert result.name == "olena@example.org"


def test_a_provider_vouches_in_vain_for_who_has_no_account_or_a_disabled_one(
    sessions: Sessions, anna: str
) -> None:
    accounts.add(sessions, "bo@example.org", None)
    accounts.disable(sessions, "bo@example.org")

    assert sign_in.provided(sessions, "bo@example.org") is None
    assert sign_in.provided(sessions, "nobody@example.org") is None


def test_hashes_with_weaker_settings_are_made_anew_when_the_password_is_there(
    sessions: Sessions, anna: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from argon2 import PasswordHasher

    stronger = PasswordHasher(time_cost=2, memory_cost=16, parallelism=1)
    monkeypatch.setattr(passwords, "_HASHER", stronger)
    sign_in.sign_in(sessions, "Anna", GOOD)

    with sessions() as session:
        stored = session.scalars(select(User.password).where(User.name == anna)).one()
    assert stored is not None
    assert "m=16,t=2" in stored


def test_sessions_that_ended_are_forgotten(sessions: Sessions, anna: str, clock: Clock) -> None:
    sign_in.sign_in(sessions, "Anna", GOOD)
    clock.goes_on(IDLE)
    sign_in.sign_in(sessions, "Anna", GOOD)

    with sessions() as session:
        assert len(session.scalars(select(Login)).all()) == 1


def test_wrong_passwords_outlast_a_restart(sessions: Sessions, anna: str, clock: Clock) -> None:
    with writing(sessions) as session:
        session.execute(update(User).values(failures=sign_in.FREE - 1))

    refused(sessions, "Anna", "wrong password")
    refused(sessions, "Anna", GOOD)
