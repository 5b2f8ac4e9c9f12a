"""Label Studio's tasks read: JSON, JSON lines, and the shorter "JSON-MIN".

A task that several people annotated is a record for each of them, the newest last, and an import
makes a response of each; what is said of whose annotation counts, and of predictions, stands in
`storage.formats.label_studio_answers`. What is skipped is said in the notes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, BinaryIO

from storage.formats.fields import FieldError, name_in, object_of, own_data, string
from storage.formats.json_records import read_values
from storage.formats.json_start import first_object, first_of
from storage.formats.label_studio_answers import Answer, answers_of, listed
from storage.formats.label_studio_text import has_markup, other_text
from storage.formats.labelled_spans import Mark, to_spans
from storage.formats.unclaimed import unclaimed
from storage.records import BadRecord, Counted, DocumentRecord, Note, Record, SpanRecord

_ANNOTATIONS = ("annotations", "completions")
"""The second is what they were called before version 1."""
_ANSWERS = (*_ANNOTATIONS, "predictions")
_CLAIMED = frozenset((*_ANSWERS, "id", "data", "meta", "drafts"))
_Object = Mapping[str, Any]


def read_label_studio(file: BinaryIO, name: str) -> Iterator[Record]:
    """Documents and bad records."""
    tasks = read_values(
        file, name, lambda value, named, line: _parse(object_of(value, "a record"), named, line)
    )
    for records in tasks:
        yield from [records] if isinstance(records, BadRecord) else records


def sniff_label_studio(start: bytes) -> bool:
    """Whether the first record is a task with its data or its results, or one of JSON-MIN with its
    annotator."""
    record = first_object(start)
    annotations = [first_of(record.get(key)) for key in _ANSWERS]
    return (
        ("data" in record and any(key in record for key in _ANSWERS))
        or any(isinstance(first, dict) and "result" in first for first in annotations)
        or ("annotation_id" in record and "annotator" in record)
    )


def _parse(raw: _Object, name: str, line: int) -> list[Record]:
    """A record for each answer. A fault in one person's answer leaves the others standing."""
    if "data" not in raw:
        raw = _from_min(raw)
    data = object_of(raw["data"], "'data'")
    key = _text_key(data)
    annotations = [entry for key in _ANNOTATIONS for entry in listed(raw, key)]
    responses, notes = answers_of(annotations, listed(raw, "predictions"))
    task = _task(raw, data, key, name, line)
    records: list[Record] = []
    several = len(responses) > 1
    for answer in responses:
        try:
            records.append(_answered(task, answer, several))
        except FieldError as error:
            whose = f"the annotation of {answer.person}: " if several else ""
            records.append(BadRecord(line, f"{whose}{error}"))
    return _noted(records, (*task.notes, *notes))


def _task(raw: _Object, data: _Object, key: str, name: str, line: int) -> DocumentRecord:
    """The task without any answer."""
    notes: tuple[Note, ...] = (*unclaimed(raw, _CLAIMED), *unclaimed(data, (key, "name")))
    if drafts := len(listed(raw, "drafts")):
        notes = (*notes, Counted("drafts left out, since they were never submitted", drafts))
    named = isinstance(data.get("name"), str) or data.get("name") is None
    taken = (key, "name") if named else (key,)
    others = {other: value for other, value in data.items() if other not in taken}
    meta = raw.get("meta")
    return DocumentRecord(
        text=string(data, key),
        name=name_in(data, "name", name),
        meta=own_data({"meta": others | dict(object_of(meta, "'meta'") if meta else {})}, "meta"),
        line=line,
        notes=notes,
    )


def _answered(task: DocumentRecord, answer: Answer, several: bool) -> DocumentRecord:
    marks, others = answer.entities()
    spans, notes = _placed(task.text, marks)
    looked = answer.given and not (answer.status == "skipped" and not spans)
    return replace(
        task,
        entities=spans if looked else None,
        status=answer.status,
        provenance=own_data({"provenance": answer.provenance(several)}, "provenance"),
        notes=(*notes, *others),
    )


def _noted(records: list[Record], notes: tuple[Note, ...]) -> list[Record]:
    """The records; what is to be told of the whole task is told once, with the newest answer."""
    for number, record in reversed(list(enumerate(records))):
        if isinstance(record, DocumentRecord):
            records[number] = replace(record, notes=(*record.notes, *notes))
            break
    return records


def _text_key(data: _Object) -> str:
    """The field that holds the text: `text`, or the only string that is there."""
    strings = [key for key, value in data.items() if isinstance(value, str) and key != "name"]
    if "text" in data or not strings:
        return "text"
    if len(strings) > 1:
        raise FieldError(
            f"'data' has no 'text', and several other fields could be it: "
            f"{', '.join(sorted(strings)[:6])}; name the one that was annotated 'text'"
        )
    return strings[0]


def _placed(text: str, marks: Sequence[Mark]) -> tuple[tuple[SpanRecord, ...], tuple[Note, ...]]:
    """The entities in the text. Raises `FieldError` where they may lie in another one."""
    reason = other_text(text)
    if reason and any(mark.surface is None for mark in marks):
        raise FieldError(f"{len(marks):,} entities cannot be placed: {reason}")
    if reason and not marks and not has_markup(text):
        raise FieldError(reason)
    try:
        return to_spans(text, marks)
    except FieldError as error:
        raise FieldError(f"{error}; {reason}" if reason else str(error)) from None


def _from_min(raw: _Object) -> dict[str, Any]:
    """A task of JSON-MIN, whose results stand beside the text under their control's name."""
    own_keys = ("id", "annotator", "annotation_id", "created_at", "updated_at", "lead_time")
    listed = {key: value for key, value in raw.items() if _are_results(value)}
    if "text" not in raw and not listed:
        raise FieldError(
            "a task has 'data' with its text, and 'annotations' or 'predictions'; got "
            f"{', '.join(sorted(raw)[:8]) or 'nothing'}"
        )
    results = [
        {"type": _kind(value), "value": value} for values in listed.values() for value in values
    ]
    annotation = {key: raw[key] for key in own_keys[3:] if key in raw} | {"result": results}
    annotation["completed_by"] = raw.get("annotator")
    data = {key: value for key, value in raw.items() if key not in (*own_keys, *listed)}
    return {"data": data, "annotations": [annotation] if "annotation_id" in raw or listed else []}


def _kind(value: _Object) -> str:
    """The kind of a result of JSON-MIN, which has its labels under the kind's name."""
    return next((key for key in value if key.endswith("labels")), "labels")


def _are_results(value: object) -> bool:
    return (
        isinstance(value, list)
        and bool(value)
        and all(isinstance(item, dict) and "start" in item and "end" in item for item in value)
    )
