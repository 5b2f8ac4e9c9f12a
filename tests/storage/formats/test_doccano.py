"""doccano's two shapes, and what it keeps of a document."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from storage import formats
from storage.records import BadRecord, Counted, SpanRecord
from tests.storage.formats.material import DOCUMENT, TEXT, read, written

PLACES = [(2, 15, "ORG"), (10, 15, "LOC"), (22, 30, "PER")]


def lines(*records: dict[str, Any]) -> bytes:
    return "\n".join(json.dumps(record, ensure_ascii=False) for record in records).encode()


@pytest.mark.parametrize("key", ["label", "labels"])
def test_the_list_of_triples_is_read_under_either_name(key: str) -> None:
    record = {"id": 1, "text": TEXT, key: [list(location) for location in PLACES], "Comments": []}
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
    assert document.notes == (Counted("relations left out", 1),)


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
    assert document.notes == (Counted("entities given twice, taken once", 1),)


def test_annotations_of_version_0_are_read() -> None:
    record = {
        "id": 1, "text": "Mara left.", "meta": {}, "annotation_approver": None,
        "annotations": [{"label": "PER", "start_offset": 0, "end_offset": 4, "user": 1}],
    }  # fmt: skip
    content = json.dumps(record).encode()
    (document,) = read(content, "doccano")

    assert formats.detect(content, "a.jsonl") == "doccano"
    assert [(s.start, s.end, s.label) for s in document.entities] == [(0, 4, "PER")]
    record["annotations"][0]["label"] = 7
    (bad,) = read(json.dumps(record).encode(), "doccano")
    assert "an entity's label is the number 7" in bad.reason
    assert "JSONL (Text-Labels)" in bad.reason


@pytest.mark.parametrize("first", [{"labels": []}, {"label": []}, {}, {"labels": None}])
def test_a_file_is_known_whose_first_documents_have_no_entities(first: dict[str, Any]) -> None:
    records = [{"id": 1, "text": "Nothing.", **first}] * 3
    records.append({"id": 2, "text": "Mara left.", "labels": [[0, 4, "PER"]]})
    content = "".join(json.dumps(record) + "\n" for record in records).encode()

    assert formats.detect(content, "a.jsonl") == "doccano"
    assert formats.detect(json.dumps(records).encode(), "a.json") == "doccano"


def test_what_else_looks_like_annotation_is_named() -> None:
    record = {"text": "Mara left.", "label": [], "lables": [[0, 4, "PER"]], "cats": {"a": 1}}
    (document,) = read(json.dumps(record).encode(), "doccano")

    assert document.notes == (
        Counted("'lables' not read, though it looks like annotation; did you mean 'labels'?", 1),
    )


def test_who_annotated_it_is_known_by_the_key_that_doccano_exports() -> None:
    named, numbered = read(
        lines({"text": "ab", "label": [], "username": "ann"}, {"text": "cd", "username": 7}),
        "doccano",
    )

    assert (named.provenance, named.meta) == ({"person": "ann"}, {})
    assert (numbered.provenance, numbered.meta) == ({}, {"username": 7})
