"""Hugging Face datasets: one Parquet file, which `load_dataset("parquet", …)` reads.

    id: string · split: string · text: string
    spans: list of {start: int, end: int, label: string}      code points, end exclusive
    tokens: list of string · ner_tags: list of ClassLabel     BIO, the outermost entities

`spans` holds everything, nested entities too, and null where nobody looked; the tags are a flat
view of it on words that are cut where an entity begins or ends. Files whose entities stand in
tags alone are read as well, see `storage.formats.tokens`: tags as strings, or as class numbers
whose names the file carries.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import PurePath
from typing import TYPE_CHECKING, Any, BinaryIO

from core.text.tag_schemes import encode_tags
from core.types import Span, key_of
from storage.formats.export_tally import Written, accepted, count_document, count_span, unread
from storage.formats.fields import FieldError, object_of, split_in, string, whole
from storage.formats.labelled_spans import Mark, list_of, to_spans
from storage.formats.limits import ArchiveError, Budget
from storage.formats.token_alignment import words_of
from storage.formats.tokens import TAG_KEYS, parse_tokens
from storage.formats.unclaimed import unclaimed
from storage.records import BadRecord, Counted, DocumentRecord, Record, SpanRecord

if TYPE_CHECKING:
    import pyarrow as pa
    import pyarrow.parquet as pq

MAGIC = b"PAR1"
_GROUP = 1000
"""Documents written at a time."""
_MOST_VALUES = 2_000_000
"""Words, tags or spans that one row may have; as Python objects they need a hundred bytes each."""
_COLUMNS = frozenset(("id", "split", "text", "spans", "tokens"))
_COLUMNS_AND_TAGS = _COLUMNS | {*TAG_KEYS}
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
        _check(there)
        columns = [field.name for field in table.schema_arrow if _may_annotate(field)]
        left = [column for column in there if column not in _COLUMNS_AND_TAGS]
        _check_size(table.metadata, size)
        names = _class_names(table.schema_arrow)
        for batch in table.iter_batches(batch_size=1, columns=columns):
            budget.spend(batch.nbytes, f"row {number + 1}")
            _check_values(batch, number + 1)
            for row in batch.to_pylist():
                number += 1
                record = _record(row, names, f"{stem}:{number}", number)
                if left and isinstance(record, DocumentRecord):
                    record, left = _noted(record, left), []
                yield record
        if number < (rows := table.metadata.num_rows):
            lost = (
                f"the file says that it has {rows:,} rows, and {number:,} can be read; save it anew"
            )
            yield BadRecord(number + 1, lost, ends_file=True)
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
        reason = f"not a Parquet file, or a broken one: {error}"
        if not number:
            raise ValueError(reason) from None
        reason_told = f"{reason}; the {number:,} rows before are read"
        yield BadRecord(number + 1, reason_told, ends_file=True)


def sniff_hugging_face(start: bytes) -> bool:
    return start.startswith(MAGIC)


def write_hugging_face(documents: Iterable[DocumentRecord], out: BinaryIO) -> Written:
    """Writes accepted entities, a thousand documents at a time."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    written = Written()
    schema = _schema()
    classes = {"O": 0}
    rows = (_row(document, written, classes) for document in documents)
    with pq.ParquetWriter(out, schema, store_schema=False) as writer:  # else it hides the names
        while group := list(islice(rows, _GROUP)):
            writer.write_table(pa.Table.from_pylist(group, schema=schema))
        writer.add_key_value_metadata({"huggingface": json.dumps(_features(classes))})
    return written


def _features(classes: Iterable[str]) -> dict[str, Any]:
    """What `datasets` reads a column's type from; the names of all tags are known at the end."""
    text, number = ({"dtype": dtype, "_type": "Value"} for dtype in ("string", "int64"))
    features = {
        "id": text,
        "split": text,
        "text": text,
        "spans": [{"start": number, "end": number, "label": text}],
        "tokens": {"feature": text, "_type": "Sequence"},
        "ner_tags": {
            "feature": {"names": list(classes), "_type": "ClassLabel"},
            "_type": "Sequence",
        },
    }
    return {"info": {"features": features}}


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
            ("ner_tags", pa.list_(pa.int64())),
        ]
    )


def _row(document: DocumentRecord, written: Written, classes: dict[str, int]) -> dict[str, Any]:
    """The document; `classes` numbers the tags and grows by those that are new."""
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
        "ner_tags": [_class_of(tag, classes) for tag in tags] if looked else None,
    }


def _class_of(tag: str, classes: dict[str, int]) -> int:
    """A label's B- and I- get their numbers together, as `datasets` has them."""
    if tag not in classes:
        label = tag.partition("-")[2]
        for prefix in ("B", "I"):
            classes[f"{prefix}-{label}"] = len(classes)
    return classes[tag]


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


def _may_annotate(field: pa.Field) -> bool:
    """Whether a column is ours, or one of lists or objects, that may hold annotation."""
    import pyarrow as pa

    return field.name in _COLUMNS_AND_TAGS or pa.types.is_nested(field.type)


def _check(there: Sequence[str]) -> None:
    if "text" not in there and not ("tokens" in there and set(there) & set(TAG_KEYS)):
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


def _record(
    row: Mapping[str, Any], names: Mapping[str, Sequence[str]], name: str, number: int
) -> Record:
    try:
        if isinstance(row.get("id"), str | int) and str(row["id"]):
            name = string({"id": str(row["id"])}, "id")
        return _parse(row, names, name, number)
    except FieldError as error:
        return BadRecord(number, str(error))


def _noted(record: DocumentRecord, left: Sequence[str]) -> DocumentRecord:
    note = f"columns of the file that were skipped: {', '.join(left)[:200]}"
    return replace(record, notes=(*record.notes, note))


def _parse(
    row: Mapping[str, Any], names: Mapping[str, Sequence[str]], name: str, line: int
) -> DocumentRecord:
    tagged = row.get("tokens") is not None and any(row.get(key) is not None for key in TAG_KEYS)
    if "text" not in row or (tagged and row.get("spans") is None):
        document = parse_tokens(row, name, line, names=names, claimed=_COLUMNS)
    else:
        document = _spanned(row, name, line)
        if tagged:
            document = _compared(document, row, names)
    split, open_split = split_in(row)
    return replace(document, split=split, notes=(*document.notes, *open_split))


def _spanned(row: Mapping[str, Any], name: str, line: int) -> DocumentRecord:
    given = row.get("spans")
    marks = [_mark(object_of(entry, "a span")) for entry in list_of(given or [], "'spans'")]
    text = string(row, "text")
    spans, notes = to_spans(text, marks)
    return DocumentRecord(
        text=text,
        name=name,
        entities=None if given is None else spans,
        line=line,
        notes=(*notes, *unclaimed(row, _COLUMNS_AND_TAGS)),
    )


def _compared(
    document: DocumentRecord, row: Mapping[str, Any], names: Mapping[str, Sequence[str]]
) -> DocumentRecord:
    """The document, with a note where the tags hold entities that the spans do not."""
    try:
        flat = parse_tokens(row, document.name, document.line, names=names, claimed=_COLUMNS)
        held = {key_of(span) for span in document.entities or ()}
        lacking = sum(key_of(span) not in held for span in flat.entities or ())
        if flat.text != document.text:
            lacking = len(flat.entities or ())
    except FieldError:
        lacking = len(row["tokens"])
    note = Counted("entities that the tags have and 'spans' lacks, left out", lacking)
    return replace(document, notes=(*document.notes, note)) if lacking else document


def _mark(span: Mapping[str, Any]) -> Mark:
    surface = span.get("text")
    return Mark(
        whole(span, "start"),
        whole(span, "end"),
        string(span, "label"),
        surface if isinstance(surface, str) else None,
    )


def _class_names(schema: pa.Schema) -> dict[str, list[str]]:
    """The names of the tags' numbers, from what `datasets` writes into a file's metadata."""
    try:
        info = json.loads((schema.metadata or {}).get(b"huggingface", b"{}"))
        features = info["info"]["features"]
    except (KeyError, TypeError, ValueError, RecursionError):
        return {}
    return {key: names for key in TAG_KEYS if (names := _names_of(features, key))}


def _names_of(features: Any, key: str) -> list[str]:
    try:
        return [str(name) for name in (features[key].get("feature") or features[key])["names"]]
    except (KeyError, TypeError, AttributeError):
        return []
