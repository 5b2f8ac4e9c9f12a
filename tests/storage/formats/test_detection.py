"""A file's format is told by its name and its first bytes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from storage import formats
from storage.formats import FORMATS
from storage.records import BadRecord
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


RESULT = {"id": "a", "type": "labels", "value": {"start": 0, "end": 4, "labels": ["X"]}}
LONG = "word " * 20_000
EMPTY = {"id": 1, "text": "a", "entities": [], "relations": []}
LATE = [
    ([{"id": 1, "annotations": [{"result": [RESULT] * 1000}], "data": {"text": LONG}}],
     "label_studio"),
    ([{"id": 1, "text": LONG, "label": [[0, 4, "X"]]}], "doccano"),
    ([{"text": LONG, "spans": [{"start": 0, "end": 4, "label": "X"}]}], "prodigy"),
    ([{"tokenized_text": LONG.split(), "ner": []}], "gliner"),
    ([EMPTY] * 55, "doccano"),
    ([{"text": "a", "entities": []}] * 1000 + [json.loads(OBJECTS)], "doccano"),
    ([{"text": "a"}] * 1000 + [{"text": "a", "answer": "accept"}], "prodigy"),
    ([{"text": LONG, "entities": [{"start": 0, "end": 4, "label": "X"}]}], "jsonl"),
]  # fmt: skip
"""What tells the format stands late: behind a long value, or behind records without annotation."""


@pytest.mark.parametrize("name", ["a.json", "a", "a.txt"])
@pytest.mark.parametrize(("records", "expected"), LATE)
def test_what_tells_the_format_may_stand_late_in_an_array(
    records: list[object], expected: str, name: str
) -> None:
    assert formats.detect(json.dumps(records).encode(), name) == expected


@pytest.mark.parametrize("name", ["a.jsonl", "a", "a.json"])
@pytest.mark.parametrize(("records", "expected"), LATE)
def test_what_tells_the_format_may_stand_late_in_lines(
    records: list[object], expected: str, name: str
) -> None:
    content = "".join(json.dumps(record) + "\n" for record in records).encode()

    assert formats.detect(content, name) == expected


def test_results_of_a_task_that_never_comes_to_its_data_are_label_studios() -> None:
    content = json.dumps([{"id": 1, "annotations": [{"result": [RESULT]}]}]).encode()

    assert formats.detect(content[:-2] + b', "data": {"text": "', "tasks.json") == "label_studio"


@pytest.mark.parametrize(
    ("record", "format"),
    [
        ({"text": "a", "answer": "accept"}, "prodigy"),
        ({"id": 1, "text": "a", "relations": []}, "doccano"),
        ({"id": 1, "data": {"text": "a"}}, "label_studio"),
        ({"tokenized_text": ["a"]}, "gliner"),
        ({"text": "a", "ents": []}, "other_json"),
    ],
)
def test_a_record_of_another_tool_is_refused_with_the_format_to_choose(
    record: dict[str, object], format: str
) -> None:
    (bad,) = formats.read(json.dumps(record).encode(), "jsonl", "a.jsonl")

    assert isinstance(bad, BadRecord)
    assert bad.reason.endswith(f"choose its format (--format {format})")


def test_a_record_of_nobody_knows_whom_is_refused_with_the_choice() -> None:
    (bad,) = formats.read(b'{"text": "a", "mine": 1}', "jsonl", "a.jsonl")

    assert isinstance(bad, BadRecord)
    assert bad.reason.endswith("if another tool wrote the file, choose its format (--format)")


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


@pytest.mark.parametrize(
    "record",
    [{"title": "a", "sents": [["Mara"]], "labels": []}, {"messages": [{"role": "user"}]}],
)
def test_a_record_of_a_tool_that_is_not_read_says_what_to_write(record: dict[str, object]) -> None:
    (bad,) = formats.read(json.dumps(record).encode(), "jsonl", "a.jsonl")

    assert isinstance(bad, BadRecord)
    assert 'write a line {"text": …, "entities": [{"start": …' in bad.reason
    assert "doccano" not in bad.reason
