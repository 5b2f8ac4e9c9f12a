"""Prodigy's JSONL, one task a line, characters with exclusive ends, `token_end` inclusive:

    {"text": str, "name": str, "split": str, "meta": {…},
     "tokens": [{"text": "😊", "start": 0, "end": 1, "id": 0, "ws": true}],
     "spans": [{"start": 2, "end": 15, "token_start": 1, "token_end": 3, "label": "ORG",
                "id": str, "score": float, "source": "model" | "instant" | "rule"}],
     "_view_id": "ner_manual" | "spans_manual", "_annotator_id": str,
     "answer": "accept" | "reject" | "ignore"}

What stands under other keys is kept as data about the document, unless it begins with `_`.
Prodigy keeps keys that it does not know, so `name` and `split`, and a span's `id` and `score`, come
back. Tokens are cut where an entity begins or ends, since Prodigy selects whole tokens.

Answers: accept is submitted, ignore is skipped. A reject refuses the spans shown, and the document
is new again; an accept of the binary view (`_view_id` "ner", or `_is_binary`) decides one span and
leaves the document in progress. No answer: the spans count as any format's. Without spans an
accept says that there are none, unless the view asked for something else (`classification`,
`choice`): then nobody looked for entities.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any, BinaryIO

from storage.enums import DocumentStatus, Source, SpanStatus
from storage.formats.export_tally import Written, accepted, count_document, count_span, unread
from storage.formats.fields import (
    name_in,
    object_of,
    one_word,
    others,
    own_data,
    split_in,
    string,
    whole,
)
from storage.formats.json_records import read_records
from storage.formats.json_start import first_object, first_of
from storage.formats.labelled_spans import Mark, list_of, to_spans
from storage.formats.token_alignment import Piece, covering
from storage.formats.unclaimed import unclaimed
from storage.records import Counted, DocumentRecord, Record, SpanRecord

_ANSWERS = ("accept", "reject", "ignore")
_STATUS: dict[str, DocumentStatus] = {
    "accept": "submitted",
    "reject": "new",
    "ignore": "skipped",
}
_VIEWS = frozenset(("ner", "ner_manual", "spans", "spans_manual", "relations", "blocks", "review"))
"""The views that ask for entities."""
_ANSWER: dict[DocumentStatus | None, str] = {"submitted": "accept", "skipped": "ignore"}
_KNOWN = frozenset(("text", "name", "split", "meta", "tokens", "spans", "relations", "answer"))
_KEEPS = frozenset(("name", "split", "meta", "unread"))


def read_prodigy(file: BinaryIO, name: str) -> Iterator[Record]:
    """Documents and bad records. An import puts the tasks of one text together."""
    return read_records(file, name, _parse)


def sniff_prodigy(start: bytes) -> bool:
    """Whether the first task has a text, and spans or what Prodigy notes of a task."""
    record = first_object(start)
    span = first_of(record.get("spans"))
    marked = isinstance(span, dict) and "start" in span
    noted = any(key in record for key in ("_view_id", "_task_hash", "_input_hash"))
    return "text" in record and (marked or noted or record.get("answer") in _ANSWERS)


def write_prodigy(documents: Iterable[DocumentRecord], out: BinaryIO) -> Written:
    """Writes accepted entities; statuses other than submitted and skipped are lost."""
    written = Written()
    for document in documents:
        line = json.dumps(_task(document, written), ensure_ascii=False)
        out.write(line.encode() + b"\n")
    return written


def _task(document: DocumentRecord, written: Written) -> dict[str, Any]:
    keeps = set(_KEEPS)
    if document.status in _ANSWER:
        keeps.add("status")
    person = document.provenance.get("person")
    if isinstance(person, str) and not document.provenance.keys() - {"person"}:
        keeps.add("provenance")
    count_document(document, written, keeps)
    spans = list(accepted(document, written))
    for span in spans:
        count_span(span, written, ("score", "source", "id"))
    pieces = covering(document.text, spans)
    nothing_said = unread(document)
    task: dict[str, Any] = {
        "text": document.text,
        "name": document.name or None,
        "split": document.split,
        "meta": dict(document.meta) or None,
        "tokens": [_token(document.text, number, piece) for number, piece in enumerate(pieces)],
        "spans": None if nothing_said else _spans(spans, pieces),
        "_view_id": "spans_manual" if _overlap(spans) else "ner_manual",
        "_annotator_id": person if isinstance(person, str) else None,
        "answer": _ANSWER.get(document.status),
    }
    return {key: value for key, value in task.items() if value is not None}


def _token(text: str, number: int, piece: Piece) -> dict[str, Any]:
    return {
        "text": text[piece.start : piece.end],
        "start": piece.start,
        "end": piece.end,
        "id": number,
        "ws": piece.blank,
    }


def _spans(spans: Iterable[SpanRecord], pieces: Sequence[Piece]) -> list[dict[str, Any]]:
    starts = {piece.start: number for number, piece in enumerate(pieces)}
    ends = {piece.end: number for number, piece in enumerate(pieces)}
    return [
        {
            "start": span.start,
            "end": span.end,
            "token_start": starts[span.start],
            "token_end": ends[span.end],
            "label": span.label,
            **({"id": span.key} if span.key else {}),
            **({"score": span.score} if span.score is not None else {}),
            **({"source": span.source} if span.source != "person" else {}),
        }
        for span in spans
    ]


def _overlap(spans: Iterable[SpanRecord]) -> bool:
    ordered = sorted(spans, key=lambda span: (span.start, span.end))
    return any(later.start < earlier.end for earlier, later in pairwise(ordered))


def _parse(raw: Mapping[str, Any], name: str, line: int) -> DocumentRecord:
    text = string(raw, "text")
    answer = one_word(raw, "answer", _ANSWERS)
    status = _STATUS.get(answer or "")
    if answer == "accept" and (raw.get("_is_binary") or raw.get("_view_id") == "ner"):
        status = "in_progress"
    refused: SpanStatus = "rejected" if answer == "reject" else "accepted"
    given = raw.get("spans")
    marks = [_mark(entry, refused) for entry in list_of(given or [], "'spans'")]
    spans, notes = to_spans(text, marks)
    if relations := raw.get("relations"):
        notes = (*notes, Counted("relations left out", len(list_of(relations, "'relations'"))))
    notes += unclaimed({key: raw[key] for key in raw if key[:1] != "_"}, _KNOWN)
    split, open_split = split_in(raw)
    meta = own_data(raw, "meta") if raw.get("meta") is not None else {}
    other_view = _other_view(raw) if given is None else ()
    looked = given is not None or (answer == "accept" and not other_view)
    return DocumentRecord(
        text=text,
        name=name_in(raw, "name", name),
        entities=spans if looked else None,
        split=split,
        status=status,
        provenance=_provenance(raw),
        meta={**others({key: raw[key] for key in raw if key[:1] != "_"}, _KNOWN), **meta},
        line=line,
        notes=(*notes, *open_split, *other_view),
    )


def _other_view(raw: Mapping[str, Any]) -> tuple[str, ...]:
    """A note where a task was about something else than entities."""
    view = raw.get("_view_id")
    if view in (None, "") or view in _VIEWS:
        return ()
    return (f"its view {str(view)[:40]!r} asks for no entities: its text is not annotated",)


def _mark(entry: object, status: SpanStatus) -> Mark:
    span = object_of(entry, "a span")
    key = span.get("id")
    return Mark(
        start=whole(span, "start"),
        end=whole(span, "end"),
        label=string(span, "label"),
        surface=span["text"] if isinstance(span.get("text"), str) else None,
        status=status,
        score=span.get("score"),
        source=_source(span.get("source")),
        key=key if isinstance(key, str) else "",
    )


def _source(given: object) -> Source:
    """Who found a span: whatever else Prodigy names is a model."""
    if given is None:
        return "person"
    if given == "instant":
        return "instant"
    return "rule" if given == "rule" else "model"


def _provenance(raw: Mapping[str, Any]) -> dict[str, Any]:
    """Who answered and when, as far as the task says."""
    person = raw.get("_annotator_id") or raw.get("_session_id")
    seconds = raw.get("_timestamp")
    known: dict[str, Any] = {}
    if isinstance(person, str):
        known["person"] = string({"_annotator_id": person}, "_annotator_id")
    if isinstance(seconds, int | float) and 0 < seconds < 4e9:
        known["submitted_at"] = datetime.fromtimestamp(seconds, UTC).isoformat()
    return known
