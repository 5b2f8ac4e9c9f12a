"""Tables of texts, one document a row: CSV, TSV and their kind below a row of columns. Read only.

    id,text,source,label
    17,"Mara lives, as they say, in Oslo.",news,"[[0, 4, ""PER""]]"

The text is the column `text`, or the only one with a name such as `sentence` or `content`. `name`,
else `id`, names the document; `split` is its split. Entities are read from a column `label`,
`labels`, `entities`, `annotations` or `spans` that holds JSON, as doccano's CSV does: `[start, end,
label]` or objects with these, offsets end exclusive. Every other cell is data about the document.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import PurePath
from typing import Any, BinaryIO

from storage.formats.conll_reader import sniff_conll
from storage.formats.encodings import utf8_lines
from storage.formats.evident_table import (
    DELIMITERS,
    ENTITY_COLUMNS,
    NAME_COLUMNS,
    first_rows,
    is_table_of_texts,
    named,
    text_column,
    without_separator_line,
)
from storage.formats.fields import FieldError, others, split_in, string, whole
from storage.formats.labelled_spans import Mark, entity_fields, to_spans
from storage.formats.unclaimed import unclaimed
from storage.records import BadRecord, Counted, DocumentRecord, Record

_STARTS, _ENDS = ("start", "start_offset"), ("end", "end_offset")
_LABELS = ("label", "type")
_JSON = ("[", "{")


@dataclass(frozen=True, slots=True)
class _Columns:
    """The names of a table's columns, and which of them holds the texts."""

    names: tuple[str, ...]
    text: str


def read_text_table(file: BinaryIO, name: str) -> Iterator[Record]:
    """Documents and bad records. Raises `ValueError` where no column holds texts, and for quotes
    that leave open where a row ends."""
    stem = PurePath(name).stem
    rows = _rows(file)
    _, cells = next(rows, (1, ()))
    columns = _columns(cells)
    number = 0
    for number, (line, cells) in enumerate(rows, 1):
        try:
            yield _document(_fields(cells, columns), columns, f"{stem}:{number}", line)
        except FieldError as error:
            yield BadRecord(line, str(error))
    if not number:
        yield BadRecord(1, "no rows below the columns: a text in each is expected")


def sniff_text_table(start: bytes) -> bool:
    """Whether a file that begins so is a table with a column of texts, and not one of words."""
    return is_table_of_texts(start.decode(errors="ignore")) and not sniff_conll(start)


def _rows(file: BinaryIO) -> Iterator[tuple[int, Sequence[str]]]:
    """Each row that is not blank, and the line that it begins at."""
    lines = (line.decode(errors="surrogateescape") for line in utf8_lines(file))
    first = next(lines, "")
    skipped = without_separator_line(first) != first
    first = next(lines, "") if skipped else first
    rows = csv.reader(chain([first], lines), delimiter=_delimiter(first), strict=True)
    line = 1 + skipped
    while True:
        try:
            row = next(rows)
        except StopIteration:
            return
        except csv.Error as error:
            raise ValueError(_unreadable(line, error)) from None
        if any(cell.strip() for cell in row):
            yield line, row
        line = 1 + skipped + rows.line_num


def _delimiter(header: str) -> str:
    return max(DELIMITERS, key=lambda mark: len(next(iter(first_rows(header, mark)), [])))


def _unreadable(line: int, error: csv.Error) -> str:
    return (
        f"the row from line {line} on cannot be read: {error}; a cell that begins with a quotation "
        "mark must end with one, and have those inside doubled, and no cell may have more than "
        f"{csv.field_size_limit():,} characters"
    )


def _columns(cells: Sequence[str]) -> _Columns:
    names = tuple(named(cells))
    if len({name.lower() for name in names}) < len(names):
        raise ValueError(f"two columns have one name: {', '.join(names)[:200]}; rename one")
    text = text_column(names)
    if text is None:
        raise ValueError(
            f"no column holds texts, or several do: {', '.join(names)[:200]}; name the column of "
            "the texts 'text'"
        )
    return _Columns(names, text)


def _fields(cells: Sequence[str], columns: _Columns) -> Mapping[str, str]:
    if len(cells) != len(columns.names):
        raise FieldError(
            f"{len(cells)} cells below {len(columns.names)} columns; a cell that holds the "
            "separator must stand in quotation marks"
        )
    return {name: cell for name, cell in zip(columns.names, cells, strict=True) if cell.strip()}


def _document(row: Mapping[str, str], columns: _Columns, default: str, line: int) -> DocumentRecord:
    text = string(row, columns.text)
    by_name = {column.lower(): column for column in row}
    name = next((by_name[key] for key in NAME_COLUMNS if key in by_name), "")
    split = by_name.get("split", "")
    decoded = {column: _decoded(cell) for column, cell in row.items()}
    given = {
        column: entries
        for key, column in by_name.items()
        if key in ENTITY_COLUMNS and isinstance(entries := decoded[column], list)
    }
    spans, notes = to_spans(text, [_mark(e) for entries in given.values() for e in entries])
    known_split, open_split = split_in({"split": row[split]} if split else {})
    taken = {columns.text, *given, *filter(None, (name, split))}
    return DocumentRecord(
        text=text,
        name=string(row, name) if name else default,
        split=known_split,
        entities=spans if given else None,
        meta=others(row, taken),
        line=line,
        notes=(*notes, *open_split, *_unread(decoded, taken)),
    )


def _decoded(cell: str) -> object:
    """The JSON that a cell holds, else the cell."""
    if not cell.lstrip().startswith(_JSON):
        return cell
    try:
        return json.loads(cell)
    except (ValueError, RecursionError):
        return cell


def _unread(cells: Mapping[str, object], taken: set[str]) -> Iterator[Counted]:
    """Notes on annotation that stays data: in other columns, or in another notation than JSON."""
    yield from unclaimed(cells, taken)
    for column, cell in cells.items():
        if column in taken or column.lower() not in ENTITY_COLUMNS or not isinstance(cell, str):
            continue
        if cell.lstrip().startswith(("[", "{", "(")):
            yield Counted(
                f'cells of {column!r} not read, since they are no JSON ([[0, 4, "PER"]])', 1
            )


def _mark(entry: object) -> Mark:
    entity = entity_fields(entry, ("start", "end", "label"))
    start, end, label = (_key(entity, keys) for keys in (_STARTS, _ENDS, _LABELS))
    surface = entity.get("text")
    return Mark(
        whole(entity, start),
        whole(entity, end),
        string(entity, label),
        surface if isinstance(surface, str) else None,
    )


def _key(entity: Mapping[str, Any], keys: Sequence[str]) -> str:
    return next((key for key in keys if key in entity), keys[0])
