"""Our lossless JSONL, one document a line, UTF-8:

    {"text": str,                      the raw text, exactly
     "name": str, "split": "train" | "dev" | "holdout",
     "status": "new" | "in_progress" | "submitted" | "skipped",
     "entities": [{"start": int, "end": int, "label": str,
                   "status": "suggested" | "accepted" | "rejected",
                   "score": float in [0, 1] | null,
                   "source": "model" | "instant" | "rule" | "person",
                   "id": str, "confidence": {…}}],
     "provenance": {"origin": "machine" | "person", "person": str, "submitted_at": time, …},
     "meta": {…}, "comment": str, "skip_reason": str,
     "history": {"sets": [{"origin": …, "person": str | null, "model_version": int | null,
                           "created_at": time, "submitted_at": time | null, "blind": bool,
                           "parent": int | null, "provenance": {…}, "entities": […]}],
                 "operations": [{"client": str, "seq": int, "person": str, "at": time,
                                 "payload": {…}, "blind": bool, "version": int | null,
                                 "changes": […] | null, "refused": str | null}],
                 "parent": int | null}}

Only `text` is required. Offsets are code points, end exclusive. No `entities` key: nobody
looked; an empty list: somebody looked and found nothing. An entity without `status` is
accepted. Rejected entities are what a person refused: they are no truth to train on. Any other
key is refused by name, so that a misspelt one is not lost in silence; what is yours goes into
`meta`, which is kept.

What other tools write beside is read, too: `type` where there is no `label`; an entity's own words
under `text`, which prove its place; a document's `id`, which is its name, or is kept in `meta` if
it has one.

`history` is written on request and read back whole: every other answer of a model or a person in
order of age, each naming by `parent` the place (from 0) of the one that it corrects, and every
action as it was received. What the default form holds does not depend on it.

A line with `tokens` is read as a corpus record, see `storage.formats.tokens`. Its `name` or `id`,
`split`, `status` and `meta` are as above; what stands under other keys goes into `meta`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any, BinaryIO

from storage.enums import DOCUMENT_STATUSES
from storage.formats.evident_table import OWN_JSON
from storage.formats.export_tally import Written, add_document, add_span
from storage.formats.fields import (
    FieldError,
    name_in,
    one_word,
    own_data,
    own_split,
    split_in,
    string,
)
from storage.formats.json_records import read_records
from storage.formats.json_start import begins_with_object
from storage.formats.jsonl_history import history_json, parse_history
from storage.formats.jsonl_spans import entities, entity_json, identifier, only
from storage.formats.tokens import CLAIMED, TAG_KEYS, parse_tokens
from storage.formats.unclaimed import annotations_in
from storage.records import DocumentRecord, Record

_DOCUMENT_KEYS = (
    "text", "name", "split", "status", "entities", "provenance", "meta", "comment", "skip_reason",
    "history", "id",
)  # fmt: skip
_BESIDE_WORDS = ("name", "id", "split", "status", "meta")
_OTHER_FORMATS: tuple[tuple[str, tuple[tuple[str, ...], ...]], ...] = (
    ("label_studio", (("data",), ("annotation_id",), ("predictions",))),
    ("gliner", (("tokenized_text",),)),
    ("prodigy", (("spans",), ("answer",), ("_task_hash",))),
    ("doccano", (("label",), ("labels",), ("annotations",), ("id", "relations"))),
    ("other_json", (("ents",), ("content", "annotation"), ("document", "tokens"))),
)
"""The keys by which a record is known to be another tool's."""
_LONGEST_REMARK = 10_000


def read_jsonl(file: BinaryIO, name: str) -> Iterator[Record]:
    """Documents and bad records; blank lines are skipped."""
    return read_records(file, name, _parse)


def sniff_jsonl(start: bytes) -> bool:
    """Whether a file that begins so holds JSON objects."""
    return begins_with_object(start)


def write_jsonl(documents: Iterable[DocumentRecord], out: BinaryIO) -> Written:
    """Writes every document with all its entities, whatever their status."""
    written = Written()
    for document in documents:
        line = json.dumps(to_json(document), ensure_ascii=False)
        out.write(line.encode() + b"\n")
        add_document(document, written)
        for span in document.entities or ():
            add_span(span, written)
    return written


def to_json(document: DocumentRecord) -> dict[str, Any]:
    """The document as a dictionary of the schema above; what it lacks is left out."""
    whole_record = {
        "text": document.text,
        "name": document.name,
        "split": document.split,
        "status": document.status,
        "entities": None
        if document.entities is None
        else [entity_json(span) for span in document.entities],
        "provenance": dict(document.provenance) or None,
        "meta": dict(document.meta) or None,
        "comment": document.comment or None,
        "skip_reason": document.skip_reason or None,
        "history": history_json(document.history) if document.history else None,
    }
    return {key: value for key, value in whole_record.items() if value is not None}


def _parse(raw: Mapping[str, Any], name: str, line: int) -> DocumentRecord:
    if "tokens" in raw:
        return _of_words(raw, name, line)
    try:
        only(raw, _DOCUMENT_KEYS, "a document")
    except FieldError as error:
        raise FieldError(f"{error}; {_other_format(raw)}") from None
    text = string(raw, "text")
    spans, notes = entities(raw, text)
    return DocumentRecord(
        text=text,
        name=string(raw, "name", identifier(raw, name)),
        entities=spans,
        split=own_split(raw),
        status=one_word(raw, "status", DOCUMENT_STATUSES),
        provenance=own_data(raw, "provenance"),
        meta=_meta(raw),
        comment=_remark(raw, "comment"),
        skip_reason=_remark(raw, "skip_reason"),
        history=parse_history(raw, text),
        line=line,
        notes=notes,
    )


def _of_words(raw: Mapping[str, Any], name: str, line: int) -> DocumentRecord:
    """A corpus record, with what stands beside its words and entities."""
    number = raw.get("id")
    if type(number) is int or (isinstance(number, str) and number):
        name = string({"id": str(number)}, "id")
    document = parse_tokens(raw, name_in(raw, "name", name), line, claimed=_BESIDE_WORDS)
    split, open_split = split_in(raw)
    status = next((word for word in DOCUMENT_STATUSES if word == raw.get("status")), None)
    return replace(
        document,
        split=split,
        status=status,
        meta=_beside_words(raw, status),
        notes=(*document.notes, *open_split),
    )


def _beside_words(raw: Mapping[str, Any], status: str | None) -> Mapping[str, Any]:
    """Data about the document; what looks like annotation is named by `parse_tokens`."""
    known = {*CLAIMED, *TAG_KEYS, "split", "meta", "id" if "name" not in raw else "name"}
    known |= {"status"} if status else set()
    data = {
        key: value
        for key, value in raw.items()
        if key not in known and not annotations_in(value, len(raw["tokens"]))
    }
    meta = raw.get("meta")
    data |= meta if isinstance(meta, dict) else {"meta": meta} if meta else {}
    return own_data({"meta": data}, "meta")


def _meta(raw: Mapping[str, Any]) -> Mapping[str, Any]:
    """The importer's own data, and the id of a document that has a name of its own."""
    known = {"id": raw["id"]} if "name" in raw and raw.get("id") not in (None, "") else {}
    return {**known, **own_data(raw, "meta")}


def _remark(raw: Mapping[str, Any], key: str) -> str:
    return string(raw, key, longest=_LONGEST_REMARK) if raw.get(key) else ""


def _other_format(raw: Mapping[str, Any]) -> str:
    """Which format to choose for a record that is not ours."""
    for format, marks in _OTHER_FORMATS:
        has_text = format != "doccano" or "text" in raw or "data" in raw
        if has_text and any(all(key in raw for key in keys) for keys in marks):
            return f"it looks like another tool's: choose its format (--format {format})"
    return (
        f"write a line {OWN_JSON} of each document, or, if another tool wrote the file, choose its "
        "format (--format)"
    )
