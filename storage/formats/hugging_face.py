"""Hugging Face datasets: one Parquet file, which `load_dataset("parquet", …)` reads.

    id: string · split: string · text: string
    spans: list of {start: int, end: int, label: string}      code points, end exclusive
    tokens: list of string · ner_tags: list of string         BIO, the outermost entities

`spans` holds everything, nested entities too, and null where nobody looked; the tags are a flat
view of it on words that are cut where an entity begins or ends. Files with `tokens` and
`ner_tags` alone are read as well, tags as strings or as class numbers whose names the file carries.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import PurePath
from typing import TYPE_CHECKING, Any, BinaryIO

from core.text.tag_schemes import TagError, decode_tags, encode_tags
from core.types import Span
from storage.formats.export_tally import Written, accepted, count_document, count_span, unread
from storage.formats.fields import FieldError, object_of, split_in, string, whole
from storage.formats.labelled_spans import Mark, list_of, to_spans
from storage.formats.limits import ArchiveError, Budget
from storage.formats.token_alignment import words_of
from storage.formats.tokens import parse_tokens
from storage.records import BadRecord, DocumentRecord, Record, SpanRecord

if TYPE_CHECKING:
    import pyarrow as pa
    import pyarrow.parquet as pq

MAGIC = b"PAR1"
_GROUP = 1000
"""Documents written at a time."""
_MOST_VALUES = 2_000_000
"""Words, tags or spans that one row may have; as Python objects they need a hundred bytes each."""
_COLUMNS = ("id", "split", "text", "spans", "tokens", "ner_tags")
_KEEPS = frozenset(("name", "split", "unread"))


def read_hugging_face(file: BinaryIO, name: str) -> Iterator[Record]:
    """Documents and bad records, by row. Raises `ValueError` where it is no such Parquet file."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    size = file.seek(0, io.SEEK_END)
    budget = Budget(size)
    file.seek(0)
    stem = PurePath(name).stem
    number = 0
    try:
        table = pq.ParquetFile(file)
        there = table.schema_arrow.names
        columns = [column for column in _COLUMNS if column in there]
        _check(columns, there)
        left = [column for column in there if column not in columns]
        _check_size(table.metadata, size)
        names = _class_names(table.schema_arrow)
        for batch in table.iter_batches(batch_size=1, columns=columns):
            budget.spend(batch.nbytes, f"row {number + 1}")
            _check_values(batch, number + 1)
            for row in batch.to_pylist():
                number += 1
                record = _record(row, names, f"{stem}:{number}", number)
                yield record if number > 1 or not left else _noted(record, left)
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
        reason = f"not a Parquet file, or a broken one: {error}"
        if not number:
            raise ValueError(reason) from None
        told = f"{reason}; the {number:,} rows before are read"
        yield BadRecord(number + 1, told, ends_file=True)


def sniff_hugging_face(start: bytes) -> bool:
    return start.startswith(MAGIC)


def write_hugging_face(documents: Iterable[DocumentRecord], out: BinaryIO) -> Written:
    """Writes accepted entities, a thousand documents at a time."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    written = Written()
    schema = _schema()
    rows = (_row(document, written) for document in documents)
    with pq.ParquetWriter(out, schema) as writer:
        while group := list(islice(rows, _GROUP)):
            writer.write_table(pa.Table.from_pylist(group, schema=schema))
    return written


def _schema() -> pa.Schema:
    import pyarrow as pa

    span = pa.struct([("start", pa.int64()), ("end", pa.int64()), ("label", pa.string())])
    return pa.schema(
        [
            ("id", pa.string()),
            ("split", pa.string()),
            ("text", pa.string()),
            ("spans", pa.list_(span)),
            ("tokens", pa.list_(pa.string())),
            ("ner_tags", pa.list_(pa.string())),
        ]
    )


def _row(document: DocumentRecord, written: Written) -> dict[str, Any]:
    count_document(document, written, _KEEPS)
    spans = list(accepted(document, written))
    for span in spans:
        count_span(span, written)
    looked = not unread(document)
    tokens, tags = _flat(document.text, spans)
    entities = [{"start": span.start, "end": span.end, "label": span.label} for span in spans]
    return {
        "id": document.name,
        "split": document.split,
        "text": document.text,
        "spans": entities if looked else None,
        "tokens": tokens,
        "ner_tags": tags if looked else None,
    }


def _flat(text: str, spans: Sequence[SpanRecord]) -> tuple[list[str], list[str]]:
    pieces = words_of(text, spans)
    starts = {piece.start: index for index, piece in enumerate(pieces)}
    ends = {piece.end: index + 1 for index, piece in enumerate(pieces)}
    aligned = [
        Span(starts[span.start], ends[span.end], span.label)
        for span in spans
        if span.start in starts and span.end in ends
    ]
    tags, _ = encode_tags(aligned, len(pieces))
    return [text[piece.start : piece.end] for piece in pieces], list(tags)


def _check(columns: Sequence[str], there: Sequence[str]) -> None:
    if "text" not in columns and not {"tokens", "ner_tags"} <= set(columns):
        raise ValueError(
            "a column 'text', or 'tokens' and 'ner_tags', is expected; the file has "
            f"{', '.join(map(repr, there[:8])) or 'none'}"
        )


def _check_size(metadata: pq.FileMetaData, size: int) -> None:
    """Refuses, before anything is unpacked, what the file itself says to be a flood.

    Its columns' own metadata are not looked at: where they are broken, Arrow ends the process.
    """
    budget = Budget(size)
    for number in range(metadata.num_row_groups):
        budget.spend(metadata.row_group(number).total_byte_size, f"row group {number}")


def _check_values(row: pa.RecordBatch, number: int) -> None:
    import pyarrow as pa

    for name, column in zip(row.schema.names, row.columns, strict=True):
        listed = pa.types.is_list(column.type) or pa.types.is_large_list(column.type)
        if listed and len(column.flatten()) > _MOST_VALUES:
            raise ArchiveError(
                f"row {number} has {len(column.flatten()):,} {name}; at most {_MOST_VALUES:,} are "
                "read of one: split the document"
            )


def _record(row: Mapping[str, Any], names: Sequence[str], name: str, number: int) -> Record:
    try:
        if isinstance(row.get("id"), str | int) and str(row["id"]):
            name = string({"id": str(row["id"])}, "id")
        return _parse(row, names, name, number)
    except (FieldError, TagError) as error:
        return BadRecord(number, str(error))


def _noted(record: Record, left: Sequence[str]) -> Record:
    if isinstance(record, BadRecord):
        return record
    note = f"columns of the file that were passed over: {', '.join(left)[:200]}"
    return replace(record, notes=(*record.notes, note))


def _parse(row: Mapping[str, Any], names: Sequence[str], name: str, line: int) -> DocumentRecord:
    if "text" not in row:
        return parse_tokens(_tagged(row, names), name, line)
    given = row.get("spans")
    marks = [_mark(object_of(entry, "a span")) for entry in list_of(given or [], "'spans'")]
    text = string(row, "text")
    spans, notes = to_spans(text, marks)
    split, open_split = split_in(row)
    return DocumentRecord(
        text=text,
        name=name,
        entities=None if given is None else spans,
        split=split,
        line=line,
        notes=(*notes, *open_split),
    )


def _mark(span: Mapping[str, Any]) -> Mark:
    surface = span.get("text")
    return Mark(
        whole(span, "start"),
        whole(span, "end"),
        string(span, "label"),
        surface if isinstance(surface, str) else None,
    )


def _tagged(row: Mapping[str, Any], names: Sequence[str]) -> dict[str, Any]:
    """A row of words and tags as a record of words and entities."""
    tokens, tags = list_of(row["tokens"], "'tokens'"), row["ner_tags"]
    if tags is None:
        return {"tokens": tokens, "entities": None}
    if len(list_of(tags, "'ner_tags'")) != len(tokens):
        raise FieldError(f"{len(tokens)} tokens have {len(tags)} tags; one each is expected")
    spans = decode_tags([_tag(tag, names) for tag in tags])
    entities = [{"start": span.start, "end": span.end, "type": span.label} for span in spans]
    return {"tokens": tokens, "entities": entities}


def _tag(tag: object, names: Sequence[str]) -> str:
    if isinstance(tag, str):
        return tag
    if isinstance(tag, int) and 0 <= tag < len(names):
        return names[tag]
    raise FieldError(
        f"the tag {tag!r} is no name, and the file names {len(names)} tags; write the tags as "
        "strings (B-ORG, I-ORG, O), or save the data set with its features"
    )


def _class_names(schema: pa.Schema) -> list[str]:
    """The names of the tags' numbers, from what `datasets` writes into a file's metadata."""
    try:
        info = json.loads((schema.metadata or {}).get(b"huggingface", b"{}"))
        feature = info["info"]["features"]["ner_tags"]
        return [str(name) for name in (feature.get("feature") or feature)["names"]]
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError):
        return []
