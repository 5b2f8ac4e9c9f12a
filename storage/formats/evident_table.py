"""Tables of texts, known by their first row, and what to do with them."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from itertools import islice

from storage.formats.gzipped import ending
from storage.formats.table import COLUMNS

_ENDINGS = (".csv", ".psv")
_DELIMITERS = ",;\t|"
_COLUMN = re.compile(r"\w[\w.:#/()-]{0,39}")
_COLUMN_OF_CSV = re.compile(r"\w[\w .:#/()-]{0,59}")
# fmt: off
_USUAL = frozenset([
    "id", "text", "texts", "sentence", "sentences", "document", "documents", "doc", "doc_id",
    "document_id", "label", "labels", "entity", "entities", "annotation", "annotations",
    "annotator", "tag", "tags", "ner", "ner_tags", "token", "tokens", "word", "words", "title",
    "abstract", "body", "content", "comment", "review", "message", "tweet", "spans", "start", "end",
])
# fmt: on
"""Columns that a table of texts has, at least one of them."""
_ROWS = 20
"""Rows by which a table is told."""
_MAY_BE_CUT = 60_000
"""Characters from which on the last row may not be whole."""
_LABEL_STUDIO = frozenset(("annotation_id", "annotator"))


def table_refusal(text: str, name: str) -> str | None:
    """What table this is, and what to do, of a file that begins so; None where it is none.

    A file that calls itself CSV needs a row of columns alone. Any other needs a usual column, and
    rows with as many cells.
    """
    is_csv = ending(name) in _ENDINGS
    tables = [rows for mark in _DELIMITERS if (rows := _rows(text, mark))]
    rows = max(tables, key=lambda rows: len(rows[0]), default=[])
    if not rows or not (_is_csv(rows) if is_csv else _is_table(rows)):
        return None
    columns = tuple(rows[0])
    if columns == COLUMNS:
        return (
            "this is the table that is exported for spreadsheets, which holds no texts; export "
            "'JSON lines – everything' and import that"
        )
    if _LABEL_STUDIO.issubset(columns):
        return "this is Label Studio's CSV, which is not read; export from it as JSON"
    return (
        f"this is a table with the columns {', '.join(columns)[:80]}, which is not read; write a "
        'line {"text": …} of each row (--format jsonl), or, if its rows are words with tags, '
        "choose their columns (--format conll --columns word=1,tag=2)"
    )


def _rows(text: str, delimiter: str) -> list[list[str]]:
    try:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
        rows = list(islice(filter(None, reader), _ROWS))
    except csv.Error:
        return []
    return rows[:-1] if len(text) > _MAY_BE_CUT and len(rows) < _ROWS else rows


def _is_csv(rows: Sequence[Sequence[str]]) -> bool:
    columns = rows[0]
    usual = len(columns) > 1 or columns[0].lower() in _USUAL
    return len(rows) > 1 and usual and _are_columns(columns, _COLUMN_OF_CSV)


def _is_table(rows: Sequence[Sequence[str]]) -> bool:
    columns, *others = rows
    return (
        len(columns) > 1
        and bool(others)
        and _are_columns(columns, _COLUMN)
        and not _USUAL.isdisjoint(column.lower() for column in columns)
        and all(len(row) == len(columns) for row in others)
    )


def _are_columns(cells: Sequence[str], pattern: re.Pattern[str]) -> bool:
    names = {cell.lower() for cell in cells}
    return len(names) == len(cells) and all(map(pattern.fullmatch, cells))
