"""Our JSONL as other tools write it: words beside the offsets, ids, and types for labels."""

from __future__ import annotations

import json
from typing import Any

import pytest

from storage.records import BadRecord, DocumentRecord
from tests.storage.formats.material import read

MARA = {"start": 0, "end": 4, "label": "PER"}


def single(**record: Any) -> Any:
    (document,) = read(json.dumps({"text": "Mara left.", **record}).encode(), "jsonl")
    return document


def shown(document: DocumentRecord) -> list[tuple[str, str]]:
    return [(document.text[s.start : s.end], s.label) for s in document.entities or ()]


@pytest.mark.parametrize(
    "entity",
    [
        {**MARA, "text": "Mara"},
        {**MARA, "text": None},
        {"start": 0, "end": 4, "type": "PER"},
        {"start": 0, "end": 4, "type": "PER", "label": None, "text": "Mara"},
        {**MARA, "id": 7},
        {**MARA, "id": ""},
    ],
)
def test_words_types_and_numbers_for_ids_are_taken(entity: dict[str, Any]) -> None:
    document = single(entities=[entity])

    assert shown(document) == [("Mara", "PER")]
    assert document.entities[0].key == str(entity.get("id") or "e1")
    assert document.notes == ()


def test_words_tell_how_offsets_are_counted() -> None:
    entity = {"start": 3, "end": 7, "label": "PER", "text": "Mara"}
    document = single(text="😊 Mara left.", entities=[entity])

    assert shown(document) == [("Mara", "PER")]
    assert document.notes == ("its offsets are UTF-16 units; they were converted to code points",)


@pytest.mark.parametrize(
    ("entity", "reason"),
    [
        ({**MARA, "text": "Anna"}, "'Anna' says the file, but 'Mara' is there"),
        ({**MARA, "type": "PER"}, "an entity has no key 'type'"),
        ({**MARA, "text": 5}, "'text' must be a non-empty string, got 5"),
        ({**MARA, "id": []}, "'id' must be a non-empty string, got []"),
        ({"start": 0, "end": 4}, "'label' must be a non-empty string, got None"),
    ],
)
def test_what_does_not_fit_is_refused_by_name(entity: dict[str, Any], reason: str) -> None:
    bad = single(entities=[entity])

    assert isinstance(bad, BadRecord)
    assert reason in bad.reason


@pytest.mark.parametrize("identifier", [0, 12, "doc-12"])
def test_the_id_of_a_document_is_its_name_or_is_kept_beside_it(identifier: object) -> None:
    unnamed, named = single(id=identifier), single(id=identifier, name="letter", meta={"a": 1})

    assert (unnamed.name, unnamed.meta) == (str(identifier), {})
    assert (named.name, named.meta) == ("letter", {"id": identifier, "a": 1})
