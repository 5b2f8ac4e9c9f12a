"""python -m app assign, and python -m app agreement."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.__main__ import main
from app.services.operations.startup import open_database
from tests.app.material import environment_in, settings_in
from tests.app.teamwork import Team, team


@pytest.fixture
def people(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Team:
    for name, value in environment_in(tmp_path).items():
        monkeypatch.setenv(name, value)
    return team(open_database(settings_in(tmp_path)), 1)


def test_documents_are_given_and_listed(people: Team, capsys: pytest.CaptureFixture[str]) -> None:
    give = ["assign", "--project", "Team", "--annotators", "2", "--to", "Anna", "--to", "Bo"]
    assert main([*give, "--number", "2"]) == 0
    assert "new assignments: 4" in capsys.readouterr().out
    assert main(["assign", "--project", "Team", "--to", "Chi", "--document", "3"]) == 0
    people.submit(2, "Chi")
    assert main(["assign", "--project", "Team"]) == 0
    captured = capsys.readouterr().out.splitlines()
    assert captured[-3:] == [
        "Anna\topen 2\tsubmitted 0\tskipped 0",
        "Bo\topen 2\tsubmitted 0\tskipped 0",
        "Chi\topen 0\tsubmitted 1\tskipped 0",
    ]


def test_what_cannot_be_assigned_is_said(people: Team, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["assign", "--project", "Team", "--to", "Anna"]) == 1
    assert "set the number of annotators to 2 or more" in capsys.readouterr().err


def test_agreement_is_printed(people: Team, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["agreement", "--project", "Team"]) == 0
    assert "no two people" in capsys.readouterr().out
    main(["assign", "--project", "Team", "--annotators", "2"])
    people.submit(0, "Anna", ("Oslo", "LOC"), ("Bo", "PER"))
    people.submit(0, "Bo", ("Oslo", "LOC"))
    assert main(["agreement", "--project", "Team", "--seed", "3"]) == 0
    captured = capsys.readouterr().out.splitlines()
    assert captured[-4].startswith("all\t1\t3\t0.667\t0.667\t")
    assert captured[-3].startswith("LOC\t1\t2\t1.000\t")
    assert captured[-1].startswith("Anna – Bo\t1\t3\t0.667")


def test_agreement_of_people_of_whom_nothing_can_be_compared_is_refused_with_those_there_are(
    people: Team, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["assign", "--project", "Team", "--annotators", "2"])
    people.submit(0, "Anna", ("Oslo", "LOC"))
    people.submit(0, "Bo", ("Oslo", "LOC"))
    assert main(["agreement", "--project", "Team", "--person", "Anna", "--person", "Ana"]) == 1
    message = capsys.readouterr().err
    assert "'Ana' submitted no document" in message
    assert "expected some of: Anna, Bo" in message
