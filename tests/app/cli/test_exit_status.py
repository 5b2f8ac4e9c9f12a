"""With what status `python -m app` ends."""

from __future__ import annotations

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
