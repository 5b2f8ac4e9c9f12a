"""With what status `python -m app` ends."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.__main__ import main


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["simulate", "--data", "gold.jsonl", "--condition", "nope"], "--condition must be one of"),
        (["simulate", "--data", "gold.jsonl", "--retrain-every", "0"], "must be at least 1, got 0"),
        (
            ["move", "--to", "postgresql+psycopg://localhost/none", "--data-there", "data"],
            "--data-there must be an absolute path, got data",
        ),
    ],
)
def test_an_option_that_cannot_be_used_ends_with_2(
    arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == 2
    assert message in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["assign", "--project", "News", "--to", "Anna", "--number", "-5"], "of 1 or more"),
        (["assign", "--project", "News", "--annotators", "0"], "of 1 or more"),
        (["retrain", "--project", "News", "--epochs", "0"], "of 1 or more"),
        (["simulate", "--data", "gold.jsonl", "--sentences", "0"], "of 1 or more"),
        (["simulate", "--data", "gold.jsonl", "--limit", "-1"], "of 1 or more"),
        (["token", "create", "--name", "a", "--days", "999999999999"], "from 1 to 3650"),
        (["token", "rotate", "a", "--days", "0"], "from 1 to 3650"),
        (["serve", "--port", "99999"], "from 1 to 65535"),
        (["promote", "99999999999999999999"], "from 1 to 2147483647"),
        (["compare", "--project", "News", "1", "0"], "from 1 to 2147483647"),
        (["rules", "remove", "--project", "News", "--rule", "0"], "from 1 to 2147483647"),
        (["agreement", "--project", "News", "--seed", "-1"], "from 0 to 2147483647"),
    ],
)
def test_a_number_that_cannot_be_is_refused_before_anything_is_done(
    arguments: list[str], expected: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as end:
        main(arguments)

    assert end.value.code == 2
    assert f"expected a whole number {expected}, got {arguments[-1]!r}" in capsys.readouterr().err


@pytest.mark.parametrize(
    "url",
    [
        *("nonsense", "sqlite:///secret.db", "mysql://me:secret@host/db"),
        "postgresql+psycopg://me:secret@host:port/db",
    ],
)
def test_a_database_that_nothing_can_be_moved_to_is_refused_without_its_password(
    url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as end:
        main(["move", "--to", url])

    assert end.value.code == 2
    message = capsys.readouterr().err
    assert "expected the URL of a PostgreSQL database" in message
    assert "secret" not in message


def test_a_model_in_no_folder_ends_with_2(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    absent, file = tmp_path / "absent", tmp_path / "model.zip"
    file.touch()

    assert [main(["model", "import", str(path)]) for path in (absent, file)] == [2, 2]
    assert capsys.readouterr().err.splitlines() == [
        f"model: there is no such file or folder: {absent}. Check its name.",
        f"model: a file lies where a folder is expected: {file}. Name another path.",
    ]
