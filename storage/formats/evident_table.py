"""Tables, known by their first rows: those of texts, and those that are refused with what to do."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from itertools import islice

from storage.formats.gzipped import ending
from storage.formats.table import COLUMNS

_ENDINGS = (".csv", ".psv")
DELIMITERS = ",;\t|"
_COLUMN = re.compile(r"\w[\w.:#/()-]{0,39}")
_COLUMN_OF_CSV = re.compile(r"\w[\w .:#/()-]{0,59}")
# fmt: off
_USUAL = frozenset([
    "id", "text", "texts", "sentence", "sentences", "document", "documents", "doc", "doc_id",
    "document_id", "label", "labels", "entity", "entities", "annotation", "annotations",
    "annotator", "tag", "tags", "ner", "ner_tags", "token", "tokens", "word", "words", "title",
    "abstract", "body", "content", "comment", "review", "message", "tweet", "spans", "start", "end",
])
"""Columns that a table has, at least one of them."""
_TEXT_COLUMNS = (
    "texts", "sentence", "content", "body", "message", "tweet", "review", "comment", "abstract",
)
# fmt: on
"""A table has its texts under `text`, or under the only one of these that it has."""
NAME_COLUMNS = ("name", "id")
ENTITY_COLUMNS = frozenset(("label", "labels", "entities", "annotations", "spans"))
OWN_JSON = '{"text": …, "entities": [{"start": …, "end": …, "label": …}]}'
_ROWS = 20
"""Rows by which a table is told."""
_MAY_BE_CUT = 60_000
"""Characters from which on the last row may not be whole."""
_SEPARATOR_LINE = re.compile(r"\Asep=.\r?\n")
_SINGLE_COLUMN = re.compile(r"\"?text\"?\r?\n[^\r\n]")
_LABEL_STUDIO = frozenset(("annotation_id", "annotator"))


def table_refusal(text: str, name: str) -> str | None:
    """What table this is, and what to do, of a file that begins so; None where it is none.

    A file that calls itself CSV needs a row of columns alone. Any other needs a usual column, and
    rows with as many cells.
    """
    is_csv = ending(name) in _ENDINGS
    rows = _widest(text)
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
    shown = f"this is a table with the columns {', '.join(columns)[:80]}"
    if _is_of_entities(columns):
        return f"{shown}, a row an entity, which is not read; write a line {OWN_JSON} of each text"
    return (
        f"{shown}, and it is unclear which of them holds the texts; name that one 'text', or, if "
        "its rows are words with tags, choose their columns (--format conll --columns word=1,tag=2)"
    )


def is_table_of_texts(text: str) -> bool:
    """Whether a file that begins so has a row of columns, one of them of texts, and rows below.

    A table of entities, with their starts and ends, is none; a single column must be called `text`.
    """
    rows = _widest(without_separator_line(text))
    if not rows or tuple(rows[0]) == COLUMNS or _LABEL_STUDIO.issubset(rows[0]):
        return False
    columns, *others = [named(rows[0]), *rows[1:]]
    several = len(columns) > 1 and _are_columns(columns, _COLUMN_OF_CSV)
    if not several and not _SINGLE_COLUMN.match(text):
        return False
    if text_column(columns) is None or _is_of_entities(columns):
        return False
    as_long = sum(len(row) == len(columns) for row in others)
    return 2 * as_long >= len(others) if others else len(text) > _MAY_BE_CUT


def named(columns: Sequence[str]) -> list[str]:
    """The columns' names without blanks behind; pandas writes its row numbers under none."""
    return [column.rstrip() or "row" for column in columns]


def text_column(columns: Sequence[str]) -> str | None:
    """The column that holds the texts; None where none does, or several may."""
    by_name = {column.lower(): column for column in columns}
    usual = [by_name[name] for name in _TEXT_COLUMNS if name in by_name]
    return by_name.get("text") or (usual[0] if len(usual) == 1 else None)


def _is_of_entities(columns: Sequence[str]) -> bool:
    """Whether its rows have a place each, and so are parts of texts."""
    names = [column.lower() for column in columns]
    starts = any(name.startswith(("start", "begin")) for name in names)
    return starts and any(name.startswith("end") for name in names)


def without_separator_line(text: str) -> str:
    """The text without the first line `sep=;`, in which Excel may say the separator."""
    return _SEPARATOR_LINE.sub("", text, count=1)


def _widest(text: str) -> list[list[str]]:
    """The first rows, at the separator that gives the most columns."""
    tables = [rows for mark in DELIMITERS if (rows := first_rows(text, mark))]
    return max(tables, key=lambda rows: len(rows[0]), default=[])


def first_rows(text: str, delimiter: str) -> list[list[str]]:
    """The first rows that are not blank; none where they cannot be read."""
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
