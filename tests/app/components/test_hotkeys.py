"""The keys of the annotating page: one table, checked for conflicts."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from app.components.span_annotator.hotkeys import ACTIONS, conflicts, normal, table

LABELS = [{"name": "PER", "key": "1"}, {"name": "ORG", "key": "2"}, {"name": "LOC", "key": None}]
FOLDER = Path(__file__).parents[3] / "app/components/span_annotator"


def test_the_default_keys_do_not_conflict() -> None:
    assert conflicts(LABELS, {}) == []
    assert conflicts([], {}) == []


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("a", "A"),
        ("shift+x", "Shift+X"),
        ("ctrl+shift+z", "Ctrl+Shift+Z"),
        ("shift+ctrl+enter", "Ctrl+Shift+Enter"),
        ("arrowleft", "ArrowLeft"),
        ("{", "{"),
        ("+", "+"),
        ("Ctrl++", "Ctrl++"),
        ("é", "É"),
        (" ", "Space"),
    ],
)
def test_a_key_is_written_in_one_way(written: str, expected: str) -> None:
    assert normal(written) == expected


@pytest.mark.parametrize("nonsense", ["", "AB", "Hyper+A", "Ctrl+", "Shift+1", "\n"])
def test_what_is_no_key_is_refused(nonsense: str) -> None:
    with pytest.raises(ValueError, match="is not a key"):
        normal(nonsense)


@pytest.mark.parametrize(
    ("hotkeys", "message"),
    [
        ({"accept": "X"}, ["share X"]),
        ({"accept": "Delete"}, ["share Delete"]),
        ({"accept": "1"}, ["and label PER share 1"]),
        ({"accept": "Backspace"}, ["cannot have Backspace"]),
        ({"skip": "r"}, ["cannot have R: Streamlit"]),
        ({"undo": "Ctrl+W"}, ["cannot have Ctrl+W: the browser"]),
        ({"accept": "AA"}, ["'AA' is not a key"]),
        ({"next_span": "N"}, ["keeps its key"]),
        ({"fly": "F"}, ["Unknown action 'fly'"]),
        ({"accept": "x", "reject": "a"}, []),
        ({"submit": "F", "again": "Ctrl+Enter"}, []),
    ],
)
def test_conflicting_and_forbidden_hotkeys_are_named(
    hotkeys: dict[str, str], message: list[str]
) -> None:
    result = conflicts(LABELS, hotkeys)
    assert len(result) == len(message), result
    for sentence, expected in zip(result, message, strict=True):
        assert expected in sentence


def test_labels_neither_share_a_key_nor_take_an_actions() -> None:
    labels = [
        {"name": "PER", "key": "p"},
        {"name": "PLACE", "key": "P"},
        {"name": "ART", "key": "a"},
        {"name": "CAR", "key": "c"},
    ]
    same, taken, stored = conflicts(labels, {})
    assert "label PER and label PLACE share P" in same
    assert "label ART share A" in taken
    assert "label CAR cannot have C" in stored


def test_a_changed_key_takes_the_place_of_the_first_one_only() -> None:
    keys = {row["name"]: row["keys"] for row in table({"reject": "q", "next_span": "N"})}
    assert keys["reject"] == ["Q", "Delete"]
    assert keys["next_span"] == ["Tab"], "a fixed key stays"
    assert keys["accept"] == ["A"]


def test_the_page_knows_a_command_for_every_action_and_no_other() -> None:
    source = (FOLDER / "commands.js").read_text(encoding="utf-8")
    assert re.findall(r"^  (\w+): \(", source, re.MULTILINE) == [action.name for action in ACTIONS]
