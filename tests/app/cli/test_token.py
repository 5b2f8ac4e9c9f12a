"""python -m app token: made and shown once, listed without the secret, revoked by name."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest

from app.__main__ import main
from app.services.operations.startup import open_database
from app.services.team import accounts, tokens
from app.settings import Settings
from storage.engine import Sessions
from tests.app.material import environment_in, new_project


@pytest.fixture
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Sessions:
    for name, value in environment_in(tmp_path).items():
        monkeypatch.setenv(name, value)
    return open_database(Settings.from_environment())


def test_a_token_is_made_for_a_person_and_a_project_and_shown_once(
    database: Sessions, capsys: pytest.CaptureFixture[str]
) -> None:
    project = new_project(database)
    accounts.add(database, "Ada", None)
    made = ["token", "create", "--name", "script", "--person", "Ada", "--project", "News"]

    assert main(made) == 0
    (secret,) = re.findall(r"spanneal_\S+", capsys.readouterr().out)
    holder = tokens.holder(database, secret)
    assert holder is not None
    assert holder.person is not None
    assert (holder.name, holder.person.name, holder.project_id) == ("script", "Ada", project)

    assert main(["token", "list"]) == 0
    captured = capsys.readouterr().out
    assert captured.split("\t")[:3] == ["script", "Ada", f"project {project}"]
    assert secret not in captured


def test_the_list_says_what_was_used_and_what_is_revoked(
    database: Sessions, capsys: pytest.CaptureFixture[str]
) -> None:
    secret = tokens.create(database, "old")
    tokens.create(database, "idle", scope="read", valid=timedelta(days=9))
    assert tokens.holder(database, secret)

    assert main(["token", "revoke", "old"]) == 0
    assert "'old' is revoked" in capsys.readouterr().out
    assert tokens.holder(database, secret) is None

    assert main(["token", "list"]) == 0
    old, idle = capsys.readouterr().out.splitlines()
    time = r"\d{4}-\d\d-\d\d \d\d:\d\d"
    assert re.fullmatch(rf"old\tmanage\tused {time}\trevoked", old)
    assert re.fullmatch(rf"idle\tread\tnever used\tvalid until {time}", idle)


def test_a_token_is_rotated(database: Sessions, capsys: pytest.CaptureFixture[str]) -> None:
    before = tokens.create(database, "nightly")
    assert main(["token", "rotate", "nightly", "--days", "30"]) == 0
    secret = capsys.readouterr().out.split()[-1]
    assert tokens.holder(database, before) is None
    assert tokens.holder(database, secret)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["revoke", "none"], "there is no token 'none'"),
        (["create", "--name", "a", "--person", "Nobody"], "there is no account 'Nobody'"),
        (["create", "--name", "a", "--project", "Nowhere"], "Nowhere"),
        (["create", "--name", " "], "a token needs a name"),
    ],
)
def test_what_cannot_be_done_is_told_and_nothing_is_made(
    database: Sessions, capsys: pytest.CaptureFixture[str], arguments: list[str], message: str
) -> None:
    assert main(["token", *arguments]) != 0
    captured = capsys.readouterr()

    assert message in captured.err
    assert "spanneal_" not in captured.out
    assert tokens.every(database) == []


def test_where_people_sign_in_a_token_acts_for_one_of_them(
    database: Sessions, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SPANNEAL_AUTH", "accounts")

    assert main(["token", "create", "--name", "script"]) != 0
    assert "add --person" in capsys.readouterr().err
