"""What looks like annotation is named, whatever its key; what does not is left in peace."""

from __future__ import annotations

from typing import Any

import pytest

from storage.formats.unclaimed import annotations_in, misspelt, unclaimed
from storage.records import Counted

CLAIMED = frozenset(("text", "entities", "label"))


@pytest.mark.parametrize(
    ("value", "count"),
    [
        ([{"start": 0, "end": 4, "label": "PER"}], 1),
        ([{"BeginOffset": 0, "EndOffset": 4, "Type": "PERSON"}], 1),
        ([{"start_offset": 0, "end_offset": 4}, {"start_offset": 5, "end_offset": 6}], 2),
        ([{"id": 1, "value": {"start": 0, "end": 4}}], 1),
        ([{"offsets": [{"start": 0, "text": "Mara"}], "classId": "e_1"}], 1),
        ([{"entity": "PER", "text": "Mara"}], 1),
        ([[0, 4, "PER"]], 1),
        ([["PER", 0, 4], ["LOC", 14, 18]], 2),
        ([[[0, 4], "PER"]], 1),
        ([["T1", "PER", [[0, 4]]]], 1),
        (["O", "B-PER", "I-PER"], 3),
        ({"entities": [[0, 4, "PER"]]}, 1),
        ({"PER": [[0, 4]], "LOC": [[14, 18], [20, 22]]}, 3),
        ({"name": {"Mara": [[0, 3]]}}, 1),
    ],
)
def test_entities_and_tags_of_any_tool_look_like_annotation(value: object, count: int) -> None:
    assert annotations_in(value) == count


@pytest.mark.parametrize(
    "value",
    [
        "B-PER",
        7,
        None,
        [],
        {},
        ["Mara", "lives"],
        ["O", "O"],
        [1, 2, 3],
        [0.5, 0.25],
        [{"id": 1, "text": "a remark", "user": 3}],
        {"source": "news", "year": 2024, "authors": ["A. B.", "C. D."]},
        [[1, 2], [3, 4]],
        [["a", "b"]],
    ],
)
def test_other_data_about_a_document_does_not(value: object) -> None:
    assert annotations_in(value) == 0


@pytest.mark.parametrize("value", [["NNP", "VBZ", "."], [3, 0, 0], ["O", "O", "O"]])
def test_a_value_for_each_word_does(value: list[Any]) -> None:
    assert annotations_in(value, words=3) == 3
    assert annotations_in(value, words=4) == 0


def test_words_lemmas_and_numbers_of_another_length_do_not() -> None:
    assert annotations_in(["mara", "live", "here"], words=3) == 0
    assert annotations_in([1, 2], words=3) == 0


def test_a_key_is_named_with_its_count_and_the_key_that_was_meant() -> None:
    raw = {"text": "a", "entitites": [[0, 1, "X"]], "spans": [[0, 1, "X"]], "source": "news"}

    assert unclaimed(raw, CLAIMED) == (
        Counted(
            "'entitites' not read, though it looks like annotation; did you mean 'entities'?", 1
        ),
        Counted("'spans' not read, though it looks like annotation", 1),
    )
    assert misspelt(raw, CLAIMED) == ("'entitites' is no key of a record; did you mean 'entities'?")
    assert misspelt({"spans": raw["spans"]}, CLAIMED) is None


def test_claimed_keys_are_the_readers_business() -> None:
    assert unclaimed({"label": [[0, 1, "X"]]}, CLAIMED) == ()


def test_a_long_or_broken_key_is_named_in_short() -> None:
    (note,) = unclaimed({"k\ud800" * 100: [[0, 1, "X"]]}, CLAIMED)

    note.kind.encode()
    assert len(note.kind) < 300


def test_of_very_many_keys_the_first_are_named_and_the_others_counted() -> None:
    raw = {f"layer {number}": [[0, 1, "X"], [2, 3, "Y"]] for number in range(25)}
    *named, further = unclaimed(raw, CLAIMED)

    assert len(named) == 20
    assert further == Counted("further keys not read, though they look like annotation", 10)
