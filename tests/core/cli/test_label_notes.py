"""What is said of labels that a file and a model do not share."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.__main__ import main
from core.cli.label_notes import note_labels
from core.types import Example, Span
from tests.core.conftest import Learned
from tests.core.tiny import SENTENCES, write_examples

WORDS = ("Bank", "of", "China", "hired", "Ms.", "Haag")
FILE = Path("other.jsonl")


def test_labels_that_only_one_side_has_are_named(capsys: pytest.CaptureFixture[str]) -> None:
    companies = Example(WORDS, (Span(0, 3, "COMPANY"), Span(2, 3, "LOC"), Span(4, 6, "COMPANY")))
    note_labels({FILE: [companies]}, ("LOC", "ORG", "PER"))
    assert capsys.readouterr().err.splitlines() == [
        "other.jsonl: labels that the model does not have, whose entities are missed: COMPANY (2)",
        "other.jsonl: labels that it never uses, whose suggestions are not counted: ORG, PER",
    ]


def test_nothing_is_said_where_the_labels_are_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    note_labels({FILE: SENTENCES}, ("LOC", "MISC", "ORG", "PER"))
    assert capsys.readouterr().err == ""


def test_evaluate_says_so_before_its_scores(
    learned: Learned, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = write_examples(tmp_path / "other.jsonl", [Example(WORDS, (Span(4, 6, "PERSON"),))])
    status = main(["evaluate", "--model", str(learned.folder), "--data", str(file), "--steps", "1"])
    assert status == 0
    assert "does not have, whose entities are missed: PERSON (1)" in capsys.readouterr().err
