"""Our lossless JSONL, one document a line, UTF-8:

    {"text": str,                      the raw text, exactly
     "name": str, "split": "train" | "dev" | "control",
     "status": "new" | "in_progress" | "submitted" | "skipped",
     "entities": [{"start": int, "end": int, "label": str,
                   "status": "suggested" | "accepted" | "rejected",
                   "score": float in [0, 1] | null, "source": "model" | "person", "id": str}],
     "provenance": {…}, "meta": {…}}

Only `text` is required. Offsets are code points, end exclusive. No `entities` key: nobody
looked; an empty list: somebody looked and found nothing. An entity without `status` is
accepted. Rejected entities are what a person refused: they are no truth to train on. Any other
key is refused by name, so that a misspelt one is not lost in silence; what is yours goes into
`meta`, which is kept.

A line with `tokens` instead of `text` is read as a corpus record, see `storage.formats.tokens`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import PurePath
from typing import Any, BinaryIO

from storage.formats.encodings import not_utf8
from storage.formats.fields import FieldError, object_of, one_word, own_data, score, string, whole
from storage.formats.tokens import parse_tokens
from storage.formats.written import Written
from storage.records import BadRecord, DocumentRecord, Record, SpanRecord
from storage.vocabulary import DOCUMENT_STATUSES, SOURCES, SPAN_STATUSES, SPLITS

_DOCUMENT_KEYS = ("text", "name", "split", "status", "entities", "provenance", "meta")
_ENTITY_KEYS = ("start", "end", "label", "status", "score", "source", "id")


def read_jsonl(lines: Iterable[bytes], name: str) -> Iterator[Record]:
    """Documents and bad records; blank lines are passed over."""
    stem = PurePath(name).stem
    for number, content in enumerate(lines, 1):
        content = content.removeprefix(b"\xef\xbb\xbf") if number == 1 else content
        if not content.strip():
            continue
        try:
            raw = object_of(json.loads(content.decode()), "a record")
            parse = parse_tokens if "tokens" in raw else _parse
            yield parse(raw, f"{stem}:{number}", number)
        except UnicodeDecodeError as error:
            yield BadRecord(number, not_utf8(error))
        except RecursionError:
            yield BadRecord(number, "nested too deeply for a record")
        except FieldError as error:
            yield BadRecord(number, str(error))
        except ValueError as error:
            yield BadRecord(number, f"not JSON: {error}; one object a line is expected")


def sniff_jsonl(start: bytes) -> bool:
    """Whether a file that begins so holds JSON objects."""
    return start.lstrip().startswith((b'{"', b"{ "))


def write_jsonl(documents: Iterable[DocumentRecord], out: BinaryIO) -> Written:
    """Writes every document with all its entities, whatever their status."""
    written = Written()
    for document in documents:
        line = json.dumps(to_json(document), ensure_ascii=False)
        out.write(line.encode() + b"\n")
        written.documents += 1
        written.entities += len(document.entities or ())
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
        else [_entity_json(span) for span in document.entities],
        "provenance": dict(document.provenance) or None,
        "meta": dict(document.meta) or None,
    }
    return {key: value for key, value in whole_record.items() if value is not None}


def _entity_json(span: SpanRecord) -> dict[str, Any]:
    return {
        "start": span.start,
        "end": span.end,
        "label": span.label,
        "status": span.status,
        "score": span.score,
        "source": span.source,
        "id": span.key,
    }


def _parse(raw: Mapping[str, Any], name: str, line: int) -> DocumentRecord:
    _only(raw, _DOCUMENT_KEYS, "a document")
    text = string(raw, "text")
    return DocumentRecord(
        text=text,
        name=string(raw, "name", name),
        entities=_entities(raw, text),
        split=one_word(raw, "split", SPLITS),
        status=one_word(raw, "status", DOCUMENT_STATUSES),
        provenance=own_data(raw, "provenance"),
        meta=own_data(raw, "meta"),
        line=line,
    )


def _entities(raw: Mapping[str, Any], text: str) -> tuple[SpanRecord, ...] | None:
    if raw.get("entities") is None:
        return None
    if not isinstance(raw["entities"], list):
        raise FieldError(f"'entities' must be a list, got {type(raw['entities']).__name__}")
    spans = tuple(
        _entity(object_of(entity, "an entity"), number, text)
        for number, entity in enumerate(raw["entities"], 1)
    )
    _refuse_twins(spans)
    return spans


def _entity(raw: Mapping[str, Any], number: int, text: str) -> SpanRecord:
    _only(raw, _ENTITY_KEYS, "an entity")
    start, end, label = whole(raw, "start"), whole(raw, "end"), string(raw, "label")
    if not 0 <= start < end <= len(text):
        raise FieldError(
            f"entity [{start}, {end}) {label!r} does not lie in the text of {len(text)} code "
            "points; offsets are code points (not bytes or UTF-16 units), end exclusive"
        )
    status = one_word(raw, "status", SPAN_STATUSES) or "accepted"
    return SpanRecord(
        start=start,
        end=end,
        label=label,
        status=status,
        score=score(raw),
        source=one_word(raw, "source", SOURCES) or ("model" if status == "suggested" else "person"),
        key=string(raw, "id", f"e{number}", longest=64),
    )


def _refuse_twins(spans: tuple[SpanRecord, ...]) -> None:
    keys: set[str] = set()
    places: set[tuple[int, int, str]] = set()
    for span in spans:
        place = (span.start, span.end, span.label)
        if span.key in keys:
            raise FieldError(f"two entities share the id {span.key!r}; ids are unique in a record")
        if span.status != "rejected" and place in places:
            raise FieldError(f"entity [{span.start}, {span.end}) {span.label!r} is given twice")
        keys.add(span.key)
        if span.status != "rejected":
            places.add(place)


def _only(raw: Mapping[str, Any], known: tuple[str, ...], what: str) -> None:
    unknown = sorted(raw.keys() - set(known))
    if unknown:
        raise FieldError(
            f"{what} has no key {unknown[0]!r}; known are {', '.join(known)}"
            + ("; keep your own data under 'meta'" if "meta" in known else "")
        )
