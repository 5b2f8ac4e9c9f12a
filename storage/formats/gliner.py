"""GLiNER's training JSON: `{"tokenized_text": […], "ner": [[first, last, "ORG"], …]}`.

Indices count tokens and the last one lies inside the entity. A JSON array is written, with the
document's `name` beside, which GLiNER passes over; arrays and JSON lines are read. Words are cut
where an entity begins or ends, so that nested and crossing entities and parts of words are kept.
What lies between the words is not: the text becomes the tokens joined by single spaces.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any, BinaryIO

from storage.formats.export_tally import Written
from storage.formats.fields import FieldError, name_in, others, string, whole
from storage.formats.json_array import write_array
from storage.formats.json_records import read_records
from storage.formats.json_start import first_object
from storage.formats.labelled_spans import list_of
from storage.formats.token_alignment import in_words
from storage.formats.tokens import parse_tokens
from storage.formats.unclaimed import unclaimed
from storage.records import DocumentRecord, Record

_KNOWN = frozenset(("tokenized_text", "ner", "name"))


def read_gliner(file: BinaryIO, name: str) -> Iterator[Record]:
    """Documents and bad records; a record without `ner` is one that nobody looked at."""
    return read_records(file, name, _parse)


def sniff_gliner(start: bytes) -> bool:
    """Whether the first record has a `tokenized_text`."""
    return "tokenized_text" in first_object(start)


def write_gliner(documents: Iterable[DocumentRecord], out: BinaryIO) -> Written:
    """Writes accepted entities; a document without any word is refused."""
    written = Written()
    write_array(_records(documents, written), out)
    return written


def _records(documents: Iterable[DocumentRecord], written: Written) -> Iterator[dict[str, Any]]:
    for document, view in in_words(documents, written):
        yield {
            "tokenized_text": view.words,
            "ner": [[start, end - 1, span.label] for start, end, span in view.entities],
            **({"name": document.name} if document.name else {}),
        }


def _parse(raw: Mapping[str, Any], name: str, line: int) -> DocumentRecord:
    if "tokenized_text" not in raw:
        raise FieldError(f"'tokenized_text' is missing; there are {', '.join(sorted(raw)[:8])}")
    entities = raw.get("ner")
    if entities is not None:
        entities = [_entity(entry) for entry in list_of(entities, "'ner'")]
    record = {"tokens": raw["tokenized_text"], "entities": entities}
    document = parse_tokens(record, name_in(raw, "name", name), line)
    notes = unclaimed(raw, _KNOWN, len(raw["tokenized_text"]))
    return replace(document, meta=others(raw, _KNOWN), notes=(*document.notes, *notes))


def _entity(entry: object) -> dict[str, Any]:
    if not isinstance(entry, list) or len(entry) != 3:
        raise FieldError("an entity is [first, last, label], tokens counted from 0")
    first, last, label = entry
    fields = {"first": first, "last": last, "label": label}
    return {
        "start": whole(fields, "first"),
        "end": whole(fields, "last") + 1,
        "type": string(fields, "label"),
    }
