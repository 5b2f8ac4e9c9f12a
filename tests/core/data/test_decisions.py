"""What nobody has decided is no negative: it is left out of what a model learns and is measured on,
and counted."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from core.cli.shared import read_data
from core.data.examples import DataError, read_file
from core.data.readers.decisions import UNDECIDED
from core.types import Example, Span

OSLO = {"text": "Oslo", "entities": [{"start": 0, "end": 4, "label": "LOC"}]}
OSLO_READ = Example(("Oslo",), (Span(0, 1, "LOC"),))
MARA = {"text": "Mara lives", "entities": []}
MARA_SUGGESTED = [{"start": 0, "end": 4, "label": "PER", "status": "suggested"}]


def written(folder: Path, *records: object) -> Path:
    path = folder / "export.jsonl"
    path.write_text("\n".join(json.dumps(record) for record in records), "utf-8")
    return path


@pytest.mark.parametrize("entities", [[], MARA_SUGGESTED, None])
@pytest.mark.parametrize("status", ["new", "in_progress", "skipped"])
def test_a_document_that_nobody_submitted_is_left_out_and_counted(
    tmp_path: Path, status: str, entities: list[Any] | None
) -> None:
    open_document = {**MARA, "status": status, "entities": entities}
    result = read_file(written(tmp_path, open_document, OSLO, open_document))

    assert result.examples == (OSLO_READ,)
    assert dict(result.notes) == {
        f"records left out: their status is {status}; submit and export them to use them": 2
    }


def test_a_submitted_document_without_entities_is_a_negative(tmp_path: Path) -> None:
    result = read_file(written(tmp_path, {**MARA, "status": "submitted"}, MARA))
    assert result.examples == (Example(("Mara", "lives")),) * 2
    assert not result.notes


@pytest.mark.parametrize(
    "record",
    [
        {"text": "Mara"},
        {"text": "Mara", "entities": None, "name": "a", "meta": {"page": 1}},
        {"tokens": ["Mara"], "ltokens": ["Hello"], "orig_id": 7},
    ],
)
def test_a_record_without_entities_is_left_out_beside_others(
    tmp_path: Path, record: dict[str, Any]
) -> None:
    result = read_file(written(tmp_path, record, OSLO))
    assert result.examples == (OSLO_READ,)
    [(note, number)] = result.notes.items()
    assert 'nobody has annotated them, as they have no "entities"' in note
    assert number == 1


@pytest.mark.parametrize(
    "record",
    [
        {"text": "Mara", "entites": []},
        {"text": "Mara", "label": [[0, 4, "PER"]]},
        {"text": "Mara", "label": {"PER": {"Mara": [[0, 3]]}}},
        {"tokens": ["Mara"], "ner_tags": ["B-PER"]},
    ],
)
def test_annotation_under_another_key_is_refused_rather_than_left_out(
    tmp_path: Path, record: dict[str, Any]
) -> None:
    with pytest.raises(DataError, match='"entities" as a list') as caught:
        read_file(written(tmp_path, OSLO, record))
    assert caught.value.line == 2


def test_only_the_sentence_of_an_undecided_suggestion_is_left_out(tmp_path: Path) -> None:
    marked = [("Anna", 0, "accepted"), ("Bo", 16, "accepted"), ("Kyiv", 27, "suggested")]
    entities = [
        {"start": start, "end": start + len(words), "label": "X", "status": status}
        for words, start, status in marked
    ]
    result = read_file(
        written(tmp_path, {"text": "Anna left Oslo. Bo came to Kyiv. Rain.", "entities": entities})
    )

    assert result.examples == (
        Example(("Anna", "left", "Oslo", "."), (Span(0, 1, "X"),)),
        Example(("Rain", ".")),
    )
    assert dict(result.notes) == {UNDECIDED: 1}


def test_a_rejected_entity_leaves_a_negative(tmp_path: Path) -> None:
    rejected = {"start": 0, "end": 4, "label": "PER", "status": "rejected"}
    result = read_file(written(tmp_path, {**MARA, "entities": [rejected]}))
    assert result.examples == (Example(("Mara", "lives")),)


def test_sentences_of_tokens_are_left_out_by_the_same_words(tmp_path: Path) -> None:
    def mara(status: str) -> dict[str, Any]:
        return {"tokens": ["Mara"], "entities": [{**entity, "status": status}]}

    entity = {"start": 0, "end": 1, "type": "PER"}
    skipped = {"tokens": ["Mara"], "entities": [], "status": "skipped"}
    records = [mara("accepted"), mara("rejected"), mara("suggested"), skipped]
    path = tmp_path / "spert.json"
    path.write_text(json.dumps(records), "utf-8")

    result = read_file(path)

    assert [example.entities for example in result.examples] == [(Span(0, 1, "PER"),), ()]
    assert sum(result.notes.values()) == 2


def test_a_file_of_which_nothing_is_left_says_what_to_do(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        {**MARA, "status": "new"},
        {"text": "Mara lives"},
        {**MARA, "entities": MARA_SUGGESTED},
    )
    with pytest.raises(DataError, match="expected at least one sentence, got none; ") as caught:
        read_file(path)
    assert "status is new; submit and export them to use them (1); " in caught.value.problem
    assert "an empty list says that there are none (1); " in caught.value.problem
    assert "accept or reject the suggestions in them to use them (1)" in caught.value.problem


def test_commands_print_what_they_left_out(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = written(tmp_path, OSLO, {**MARA, "status": "skipped"})
    assert read_data(path, None) == [OSLO_READ]
    assert f"{path}: records left out: their status is skipped; " in capsys.readouterr().err
