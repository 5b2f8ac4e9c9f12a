"""Whole numbers of the command line."""

from __future__ import annotations

import argparse

import pytest

from core.__main__ import main
from core.cli.whole_numbers import whole_number


def test_a_number_within_its_bounds_is_taken() -> None:
    assert [whole_number(1)("1"), whole_number(0, 9)("9"), whole_number(0)("123456")] == [
        1,
        9,
        123456,
    ]


@pytest.mark.parametrize("text", ["0", "-5", "10", "1.5", "many", "", "9" * 5000])
def test_any_other_is_refused_with_what_was_expected(text: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError, match="a whole number from 1 to 9, got"):
        whole_number(1, 9)(text)


@pytest.mark.parametrize(
    ("arguments", "least"),
    [
        (["bench", "--sentences", "0"], 1),
        (["bench", "--rounds", "0"], 1),
        (["encoder", "--out", "e", "--layers", "0"], 1),
        (["encoder", "--out", "e", "--vocabulary", "-1"], 1),
        (["fragments", "--model", "m", "--train", "t", "--dev", "d", "--epochs", "0"], 1),
        (["experiment", "recipe", "--data", "d", "--out", "o", "--min-steps", "-1"], 0),
    ],
)
def test_a_command_refuses_a_number_before_it_begins(
    arguments: list[str], least: int, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as end:
        main(arguments)

    assert end.value.code == 2
    assert f"expected a whole number of {least} or more, got" in capsys.readouterr().err
