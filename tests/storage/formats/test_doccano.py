"""doccano's two shapes, and what it keeps of a document."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from storage.records import BadRecord, SpanRecord
from tests.storage.formats.material import DOCUMENT, TEXT, read, written

PLACES = [(2, 15, "ORG"), (10, 15, "LOC"), (22, 30, "PER")]


def lines(*records: dict[str, Any]) -> bytes:
    return "\n".join(json.dumps(record, ensure_ascii=False) for record in records).encode()


@pytest.mark.parametrize("key", ["label", "labels"])
def test_the_list_of_triples_is_read_under_either_name(key: str) -> None:
    record = {"id": 1, "text": TEXT, key: [list(place) for place in PLACES], "Comments": []}
    (document,) = read(lines(record), "doccano")

    assert [(s.start, s.end, s.label) for s in document.entities] == PLACES
    assert document.text == TEXT


def test_the_list_of_objects_is_read_and_its_relations_are_named() -> None:
    entities = [
        {"id": number, "label": label, "start_offset": start, "end_offset": end}
        for number, (start, end, label) in enumerate(PLACES)
    ]
    record = {"id": 1, "text": TEXT, "entities": entities, "relations": [{"id": 1}]}
    (document,) = read(lines(record), "doccano")

    assert [(s.start, s.end, s.label) for s in document.entities] == PLACES
    assert document.notes == ("1 relations were passed over: entities alone are kept",)


def test_what_is_written_is_doccanos_shape_to_the_byte() -> None:
    content, _ = written([DOCUMENT], "doccano")

    assert content.decode() == (
        '{"id": 1, "text": "😊 Bank of China hired Ms. Haag.\\n", "name": "bank", '
        '"label": [[2, 15, "ORG"], [10, 15, "LOC"], [22, 30, "PER"]], "Comments": []}\n'
    )


def test_comments_and_other_keys_are_kept() -> None:
    record = {
        "text": "a",
        "label": [],
        "Comments": ["one", "", {"text": "two"}],
        "url": "x",
        "n": 1,
    }
    (document,) = read(lines(record), "doccano")

    assert document.comment == "one\ntwo"
    assert document.meta == {"url": "x", "n": 1}
    assert document.entities == ()


def test_data_under_a_key_that_doccano_uses_is_counted_as_lost() -> None:
    content, tally = written([replace(DOCUMENT, meta={"label": "x", "url": "y"})], "doccano")

    assert json.loads(content)["url"] == "y"
    assert tally.properties["meta"] == 1


def test_no_list_means_that_nobody_looked() -> None:
    assert read(lines({"text": "a"}), "doccano")[0].entities is None


def test_suggestions_and_refusals_are_counted_and_not_written() -> None:
    spans = (
        SpanRecord(0, 1, "A", "suggested"),
        SpanRecord(0, 1, "B", "rejected"),
        SpanRecord(0, 1, "C"),
    )
    content, tally = written([replace(DOCUMENT, entities=spans)], "doccano")

    assert json.loads(content)["label"] == [[0, 1, "C"]]
    assert (tally.undecided, tally.entities) == (2, 1)


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        ({"label": []}, "'text' must be a non-empty string"),
        ({"text": "a", "label": {}}, "'label' must be a list"),
        ({"text": "a", "label": [[0, 1]]}, "an entity is [start, end, label], got 2 parts"),
        ({"text": "a", "label": [[0, "1", "X"]]}, "'end_offset' must be a whole number"),
        ({"text": "a", "label": [[0, 2, "X"]]}, "does not lie in the text of 1 code points"),
        ({"text": "a", "label": [[0, 1, ""]]}, "'label' must be a non-empty string"),
        ({"text": "a", "label": ["X"]}, "an entity must be an object"),
        ({"text": "a\ud83d", "label": []}, "lone surrogate"),
        ({"text": "a", "Comments": [1]}, "'comment' must be a non-empty string"),
    ],
)
def test_a_bad_record_is_named_and_the_others_are_read(record: dict[str, Any], reason: str) -> None:
    content = b'{"text": "x"}\n' + json.dumps(record).encode() + b'\n{"text": "y"}\n'
    first, bad, last = read(content, "doccano")

    assert (first.text, last.text) == ("x", "y")
    assert isinstance(bad, BadRecord)
    assert (bad.line, reason in bad.reason) == (2, True), bad.reason


def test_an_entity_that_is_given_twice_is_one_and_said_so() -> None:
    (document,) = read(lines({"text": "ab", "label": [[0, 1, "X"], [0, 1, "X"]]}), "doccano")

    assert len(document.entities) == 1
    assert document.notes == ("1 of its entities are given twice and were taken once",)


def test_who_annotated_it_is_known_by_the_key_that_doccano_exports() -> None:
    named, numbered = read(
        lines({"text": "ab", "label": [], "username": "ann"}, {"text": "cd", "username": 7}),
        "doccano",
    )

    assert (named.provenance, named.meta) == ({"person": "ann"}, {})
    assert (numbered.provenance, numbered.meta) == ({}, {"username": 7})
