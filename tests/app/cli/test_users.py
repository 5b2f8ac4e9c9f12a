"""python -m app users: accounts are made at the terminal, and passwords are never arguments."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from app.__main__ import main
from app.services.operations.startup import open_database
from app.services.team import sign_in
from app.settings import Settings
from storage.engine import Sessions, writing
from storage.repository import members, projects, users
from tests.app.material import environment_in

GOOD = "seven grey herons rowing"
pytestmark = pytest.mark.usefixtures("quick_hashes")


@pytest.fixture
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Sessions:
    for name, value in environment_in(tmp_path).items():
        monkeypatch.setenv(name, value)
    return open_database(Settings.from_environment())


def typed(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(text))


def test_an_account_is_made_with_a_password_from_a_pipe(
    database: Sessions, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    typed(monkeypatch, GOOD + "\n")

    assert main(["users", "add", "Anna", "--administrator"]) == 0
    assert GOOD not in capsys.readouterr().out
    assert sign_in.sign_in(database, "Anna", GOOD)


def test_the_password_is_asked_for_twice_at_a_terminal(
    database: Sessions, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    responses = iter([GOOD, GOOD + "?", GOOD, GOOD])
    monkeypatch.setattr("sys.stdin", Terminal())
    monkeypatch.setattr("app.cli.users.getpass", lambda prompt: next(responses))

    assert main(["users", "add", "Anna"]) == 1
    assert "do not match" in capsys.readouterr().err
    assert main(["users", "add", "Anna"]) == 0


def test_a_one_time_password_is_printed_once(
    database: Sessions, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["users", "add", "Anna", "--one-time"]) == 0
    password = capsys.readouterr().out.split("you won't see it again): ")[1].strip()

    assert sign_in.sign_in(database, "Anna", password)
    with database() as session:
        user = users.named(session, "Anna")
        assert user is not None
        assert password not in (user.password or "")


def test_no_password_can_be_given_as_an_argument(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["users", "add", "Anna", "--password", GOOD])
    with pytest.raises(SystemExit):
        main(["users", "add", "Anna", GOOD])


def test_a_weak_password_is_refused_in_words(
    database: Sessions, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    typed(monkeypatch, "password123\n")

    assert main(["users", "add", "Anna"]) == 1
    assert "easy to guess" in capsys.readouterr().err


def test_accounts_are_listed_disabled_enabled_and_reset(
    database: Sessions, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["users", "add", "Anna", "--administrator", "--one-time"])
    main(["users", "add", "bo@example.org", "--no-password"])
    assert main(["users", "disable", "BO@example.org"]) == 0
    capsys.readouterr()

    main(["users", "list"])
    assert capsys.readouterr().out.splitlines() == [
        "Anna\tadministrator",
        "bo@example.org\tdisabled, without a password",
    ]
    typed(monkeypatch, GOOD + "\n")
    assert main(["users", "reset", "Anna"]) == 0
    assert sign_in.sign_in(database, "Anna", GOOD)
    assert main(["users", "enable", "bo@example.org"]) == 0


def test_a_person_joins_a_project(database: Sessions) -> None:
    with writing(database) as session:
        project = projects.create(session, "News").id
    main(["users", "add", "Bo", "--one-time"])

    assert main(["users", "join", "Bo", "--project", "News", "--role", "reviewer"]) == 0
    with database() as session:
        user = users.named(session, "Bo")
        assert user is not None
        assert members.roles(session, user.id) == {project: "reviewer"}
    assert main(["users", "join", "Bo", "--project", "News", "--role", "none"]) == 0
