"""A file's format is told by its name and its first bytes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from storage import formats
from storage.formats import FORMATS
from tests.storage.formats.material import DOCUMENT, READ_AS, TEXT, written

WRITTEN = [
    name
    for name, format in FORMATS.items()
    if format.write and (format.read or name in READ_AS) and name != "text"
]
MIN = '[{"id": 1, "text": "a", "annotator": 1, "annotation_id": 2}]'
OBJECTS = '{"text": "a", "entities": [{"id": 0, "label": "X", "start_offset": 0, "end_offset": 1}]}'


@pytest.mark.parametrize("name", WRITTEN)
def test_what_was_written_is_known_again(name: str, tmp_path: Path) -> None:
    content, _ = written([DOCUMENT], name)
    path = tmp_path / f"data{FORMATS[name].suffix}"
    path.write_bytes(content)

    assert formats.detect(content, path.name) == READ_AS.get(name, name)
    assert formats.detect(path, path.name) == READ_AS.get(name, name)


@pytest.mark.parametrize(
    ("content", "name", "expected"),
    [
        ('{"text": "a"}', "a.jsonl", "jsonl"),
        ('{"text": "a", "label": [[0, 1, "X"]]}', "a.jsonl", "doccano"),
        ('{"text": "a", "labels": [[0, 1, "X"]]}', "a.json", "doccano"),
        (OBJECTS, "a.jsonl", "doccano"),
        (f"[{OBJECTS}]", "a.json", "doccano"),
        ('{"text": "a", "entities": [{"start": 0, "end": 1, "label": "X"}]}', "a.json", "jsonl"),
        ('{"text": "a", "spans": [{"start": 0, "end": 1, "label": "X"}]}', "a.jsonl", "prodigy"),
        ('{"text": "a", "answer": "ignore", "_task_hash": 3}', "a.jsonl", "prodigy"),
        ('[{"id": 1, "data": {"text": "a"}, "predictions": []}]', "a.json", "label_studio"),
        (MIN, "export.json", "label_studio"),
        ('[{"tokens": ["a"], "entities": [], "relations": []}]', "train.json", "spert"),
        ('{"tokens": ["a"], "entities": []}', "train.jsonl", "jsonl"),
        ('{"tokenized_text": ["a"], "ner": []}', "a.json", "gliner"),
        ('{"text": "a", "label": [[0, 1, "X"]]}', "no_ending", "doccano"),
        ('{"text": "a"}', "no_ending.txt", "jsonl"),
        ("A letter, not [JSON].", "letter.txt", "text"),
    ],
)
def test_formats_that_share_an_ending_are_told_apart(
    content: str, name: str, expected: str
) -> None:
    assert formats.detect(content.encode(), name) == expected


def test_a_first_record_longer_than_what_is_looked_at_is_known_by_its_keys() -> None:
    task = {"id": 1, "annotations": [], "data": {"text": TEXT * 10_000}}

    assert formats.detect(json.dumps([task]).encode(), "tasks.json") == "label_studio"


def test_a_format_that_is_unknown_or_goes_one_way_is_said_so() -> None:
    with pytest.raises(ValueError, match="there is no format 'docx'; there are jsonl, "):
        list(formats.read(b"", "docx", "a"))
    with pytest.raises(ValueError, match="'table' is written, not read; read are jsonl"):
        list(formats.read(b"", "table", "a"))
    with pytest.raises(ValueError, match="'lines' is read, not written; written are jsonl"):
        written([], "lines")


@pytest.mark.parametrize("format", FORMATS.values(), ids=lambda format: format.name)
def test_every_row_of_the_table_is_whole(format: formats.Format) -> None:
    assert format.title
    assert format.holds.endswith(".")
    assert format.read or format.write
    assert bool(format.write) == bool(format.suffix)
