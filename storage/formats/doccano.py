"""doccano's JSONL for sequence labelling, one document a line, offsets end exclusive:

    {"id": 1, "text": str, "label": [[2, 15, "ORG"], …], "Comments": [str, …]}
    {"id": 1, "text": str, "entities": [{"id": 0, "label": "ORG", "start_offset": 2,
     "end_offset": 15}], "relations": []}

The first shape, whose list may also be called `labels`, is written; both are read, in JSON lines
or as a JSON array. Version 0's `annotations` are as `entities`. No list at all: nobody looked;
doccano writes an empty one for that, too, and an import asks. `username` is who annotated it. Every
other key is data about the document. doccano itself drops the later of two entities that overlap
unless its project allows overlaps.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, BinaryIO

from storage.formats.export_tally import Written, accepted, count_document, count_span, unread
from storage.formats.fields import FieldError, name_in, others, string, whole
from storage.formats.json_records import read_records
from storage.formats.json_start import first_object, first_of
from storage.formats.labelled_spans import Mark, entity_fields, list_of, to_spans
from storage.formats.unclaimed import unclaimed
from storage.records import Counted, DocumentRecord, Record

_LISTS = ("label", "labels", "entities", "annotations")
_KNOWN = frozenset((*_LISTS, "id", "text", "name", "Comments", "comments", "relations"))
_PERSON = "username"
_RESERVED = _KNOWN | {_PERSON}
_LONGEST_COMMENT = 10_000
_KEEPS = frozenset(("name", "meta", "comment", "unread"))


def read_doccano(file: BinaryIO, name: str) -> Iterator[Record]:
    """Documents and bad records."""
    return read_records(file, name, _parse)


def sniff_doccano(start: bytes) -> bool:
    """Whether the first record has a text and doccano's entities, or its comments."""
    record = first_object(start)
    if "text" not in record and "data" not in record:
        return False
    if "Comments" in record and any(key in record for key in _LISTS):
        return True
    if any(record.get(key) == [] for key in ("label", "labels")):
        return True
    if "id" in record and "relations" in record and record.get("entities") == []:
        return True
    firsts = [first_of(record.get(key)) for key in _LISTS]
    if any(isinstance(first, dict) and "start_offset" in first for first in firsts):
        return True
    return any(_is_triple(first) for first in firsts)


def write_doccano(documents: Iterable[DocumentRecord], out: BinaryIO) -> Written:
    """Writes accepted entities; data about a document whose key doccano uses itself is lost."""
    written = Written()
    for number, document in enumerate(documents, 1):
        count_document(document, written, _KEEPS)
        meta = {key: value for key, value in document.meta.items() if key not in _RESERVED}
        written.properties.update({"meta": 1} if len(meta) < len(document.meta) else {})
        record: dict[str, Any] = {"id": number, "text": document.text}
        if document.name:
            record["name"] = document.name
        spans = list(accepted(document, written))
        if not unread(document):
            record["label"] = [[span.start, span.end, span.label] for span in spans]
        for span in spans:
            count_span(span, written)
        record["Comments"] = [document.comment] if document.comment else []
        out.write(json.dumps(record | meta, ensure_ascii=False).encode() + b"\n")
    return written


def _parse(raw: Mapping[str, Any], name: str, line: int) -> DocumentRecord:
    text = string(raw, "text" if "text" in raw or "data" not in raw else "data")
    given = [key for key in _LISTS if raw.get(key) is not None]
    marks = [_mark(entry) for key in given for entry in list_of(raw[key], repr(key))]
    spans, notes = to_spans(text, marks)
    if relations := raw.get("relations"):
        count = len(list_of(relations, "'relations'"))
        notes = (*notes, Counted("relations left out", count))
    person = raw.get(_PERSON)
    named = isinstance(person, str) and bool(person)
    known = {*_KNOWN, *(() if "text" in raw else ("data",)), *((_PERSON,) if named else ())}
    notes += unclaimed(raw, {*known, "data"})
    return DocumentRecord(
        text=text,
        name=name_in(raw, "name", name),
        entities=spans if given else None,
        provenance={"person": string(raw, _PERSON)} if named else {},
        meta=others(raw, known),
        comment=_comment(raw.get("Comments") or raw.get("comments") or []),
        line=line,
        notes=notes,
    )


def _mark(entry: object) -> Mark:
    entity = entity_fields(entry, ("start_offset", "end_offset", "label"))
    if isinstance(entity.get("label"), int):
        raise FieldError(
            f"an entity's label is the number {entity['label']}, and the file has no name for it; "
            "export from doccano as 'JSONL (Text-Labels)', which has the names"
        )
    return Mark(whole(entity, "start_offset"), whole(entity, "end_offset"), string(entity, "label"))


def _comment(comments: object) -> str:
    texts = []
    for comment in list_of(comments, "'Comments'"):
        text = comment.get("text") if isinstance(comment, dict) else comment
        if text not in (None, ""):
            texts.append(string({"comment": text}, "comment"))
    joined = "\n".join(texts)
    return string({"Comments": joined}, "Comments", longest=_LONGEST_COMMENT) if joined else ""


def _is_triple(entry: object) -> bool:
    return (
        isinstance(entry, list)
        and len(entry) == 3
        and isinstance(entry[0], int)
        and isinstance(entry[2], str)
    )
