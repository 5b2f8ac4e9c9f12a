"""A table for spreadsheets: CSV, one row an entity, whatever its status. It is not read back.

A cell that a spreadsheet would take for a formula gets an apostrophe in front. The byte order mark
tells spreadsheets that it is UTF-8.
"""

from __future__ import annotations

import codecs
import csv
from collections.abc import Iterable, Iterator
from typing import BinaryIO

from storage.formats.export_tally import Written, count_document, count_span
from storage.records import DocumentRecord, SpanRecord

COLUMNS = ("document", "split", "start", "end", "label", "text", "status", "source", "score")
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")  # noqa: RUF001


def write_table(documents: Iterable[DocumentRecord], out: BinaryIO) -> Written:
    """Writes every entity; a document without any has no row, and no text but its entities' stays.

    Both are counted, as `rowless` and `text`, and prefixed cells as `prefixed`.
    """
    written = Written()
    out.write(codecs.BOM_UTF8)
    rows = csv.writer(codecs.getwriter("utf-8")(out))  # RFC 4180: CRLF, and both quoted
    rows.writerow(COLUMNS)
    for document in documents:
        rows.writerows(_rows(document, written))
    return written


def _rows(document: DocumentRecord, written: Written) -> Iterator[list[object]]:
    entities = document.entities or ()
    keeps = ("name", "split") if entities else ()
    count_document(document, written, keeps)
    written.properties["text"] += 1
    written.properties["rowless"] += not entities
    for span in entities:
        count_span(span, written, ("score", "source"))
        yield [_safe(cell, written) for cell in _cells(document, span)]


def _cells(document: DocumentRecord, span: SpanRecord) -> tuple[str | int | float | None, ...]:
    surface = document.text[span.start : span.end]
    return (
        document.name, document.split, span.start, span.end, span.label, surface,
        span.status, span.source, span.score,
    )  # fmt: skip


def _safe(cell: str | int | float | None, written: Written) -> str | int | float | None:
    if not isinstance(cell, str):
        return cell
    safe = not_a_formula(cell)
    written.properties["prefixed"] += safe != cell
    return safe


def not_a_formula(words: str) -> str:
    """The words as a cell that no spreadsheet takes for a formula."""
    return f"'{words}" if words.startswith(_FORMULA) else words
