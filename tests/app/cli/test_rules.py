"""python -m app rules: imported from files, listed with their outcomes, removed."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.__main__ import main
from app.services.operations.startup import open_database
from app.settings import Settings
from tests.app.material import environment_in, new_project


@pytest.fixture(autouse=True)
def _project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in environment_in(tmp_path).items():
        monkeypatch.setenv(name, value)
    new_project(open_database(Settings.from_environment()))


def written(tmp_path: Path, content: str, name: str) -> str:
    (tmp_path / name).write_text(content)
    return str(tmp_path / name)


def test_rules_are_imported_listed_and_removed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    terms = written(tmp_path, "Oslo\nKyiv\n", "cities.txt")
    assert main(["rules", "import", terms, "--project", "News", "--label", "LOC"]) == 0
    assert capsys.readouterr().out == "2 rules imported, 0 already known, 0 not imported\n"

    assert main(["rules", "list", "--project", "News"]) == 0
    listed = [line.split("\t") for line in capsys.readouterr().out.splitlines()]
    assert [line[1:] for line in listed] == [
        ["LOC", "exact", "Oslo", "0 accepted, 0 rejected", ""],
        ["LOC", "exact", "Kyiv", "0 accepted, 0 rejected", ""],
    ]
    assert main(["rules", "remove", "--project", "News", "--rule", listed[0][0]]) == 0
    assert main(["rules", "remove", "--project", "News", "--all"]) == 0
    assert main(["rules", "list", "--project", "News"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "1 rules removed",
        "1 rules removed",
        "there are no rules yet; `rules import FILE --project NAME` brings them in",
    ]


def test_what_is_not_taken_is_named_and_told_by_the_exit_status(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = written(tmp_path, "term,label,by\nOslo,CITY,me\nKyiv,,me\n", "a.csv")
    assert main(["rules", "import", file, "--project", "News"]) == 1
    captured = capsys.readouterr()

    assert captured.out == "new labels: CITY\n1 rules imported, 0 already known, 1 not imported\n"
    assert captured.err.splitlines() == [
        f"{file}:3: no label is given; choose one for the rules that have none",
        "column 'by' not read: 1",
    ]


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["import", "absent.txt"], "there is no such file"),
        (["import", "a.pdf"], "this is a PDF file"),
        (["remove", "--label", "X"], "there is no label 'X'"),
        (["remove", "--rule", "7", "--rule", "8"], "2 of the numbers are no rule's"),
    ],
)
def test_errors_teach(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    reason: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    written(tmp_path, "%PDF-1.4", "a.pdf")

    assert main(["rules", *arguments, "--project", "News"]) != 0
    assert reason in capsys.readouterr().err
