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
