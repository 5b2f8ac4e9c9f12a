"""CSV and TSV: a term and its label in each row."""

from __future__ import annotations

import csv
from collections import Counter, deque
from collections.abc import Iterable, Iterator
from itertools import chain, islice

from storage.formats.fields import FieldError
from storage.rule_files.records import MAX_LABEL, RuleRecord, checked_text

_TERM = ("term", "text", "pattern", "phrase", "string", "name", "entity")
_LABEL = ("label", "type", "tag", "category", "class")
_UNCLOSED = "unexpected end of data"
"""What `csv` says of a quotation mark that nothing closes."""
_MOST_LINES = 100
"""Lines over which a cell may reach: one that is never closed spoils its first line alone."""
Line = tuple[int, str]


class Table:
    """Where a table has its terms and labels: by its header, else the first and second column."""

    def __init__(self, first: str, delimiter: str, notes: Counter[str]) -> None:
        self._delimiter = delimiter
        names = [" ".join(cell.split()).strip('"').lower() for cell in _names(first, delimiter)]
        term = next((names.index(name) for name in _TERM if name in names), None)
        label = next((names.index(name) for name in _LABEL if name in names), None)
        self.has_header = term is not None and (label is not None or len(names) == 1)
        self._term, self._label = (term or 0, label) if self.has_header else (0, 1)
        if self.has_header:
            for number, name in enumerate(names):
                if number not in (self._term, self._label):
                    notes[f"column {name[:40]!r} not read"] += 1

    def row(self, number: int, line: str, notes: Counter[str]) -> RuleRecord:
        """The rule of a line. Raises `FieldError`."""
        cells = self._cells(line)
        if self._term >= len(cells):
            raise FieldError(
                f"the row has {len(cells)} columns, and the term is in column {self._term + 1}"
            )
        if not self.has_header and len(cells) > 2:
            notes["cells beyond the second column not read"] += len(cells) - 2
        given = cells[self._label] if self._label is not None and self._label < len(cells) else ""
        label = checked_text(given, "a label", MAX_LABEL) if given.strip() else None
        return RuleRecord(number, "exact", checked_text(cells[self._term], "a term"), label)

    def _cells(self, line: str) -> list[str]:
        try:
            return _cells(line, self._delimiter)
        except csv.Error as error:
            raise FieldError(
                f"not a row of a table ({error}); close the quotation mark in its own row, and "
                'write a quotation mark in a cell as ""'
            ) from None


def rows_of(lines: Iterator[Line], *, tabs: bool) -> tuple[str, Iterator[Line]]:
    """What parts the cells of a table, and its rows with their first lines' numbers.

    Without tabs it is a comma or, as some spreadsheets write, a semicolon: what parts more cells of
    the first row.
    """
    start = list(islice(lines, _MOST_LINES + 1))
    delimiter = "\t" if tabs else max(",", ";", key=lambda mark: _width(start, mark))
    return delimiter, _rows(chain(start, lines), delimiter)


def _width(start: Iterable[Line], delimiter: str) -> int:
    """How many cells the first row has; 0 where it is none."""
    _, row = next(_rows(iter(start), delimiter))
    try:
        return len(_cells(row, delimiter))
    except csv.Error:
        return 0


def _rows(lines: Iterator[Line], delimiter: str) -> Iterator[Line]:
    """The rows: a quoted cell may go on in the next lines."""
    waiting: deque[Line] = deque()
    while line := waiting.popleft() if waiting else next(lines, None):
        number, text = line
        if not _is_unclosed(text, delimiter):
            yield line
            continue
        while len(waiting) < _MOST_LINES and (following := next(lines, None)):
            waiting.append(following)
        if joined := _closed(text, waiting, delimiter):
            for _ in range(joined.count("\n")):
                waiting.popleft()
        yield number, joined or text


def _closed(text: str, following: Iterable[Line], delimiter: str) -> str | None:
    """The row that begins with an unclosed cell, over as many lines as it has; None where nothing
    closes it."""
    parts = [text]
    for _, line in following:
        parts.append(line)
        if '"' not in line:
            continue
        row = "\n".join(parts)
        try:
            _cells(row, delimiter)
        except csv.Error as error:
            if str(error) == _UNCLOSED:
                continue
            return None
        return row
    return None


def _is_unclosed(text: str, delimiter: str) -> bool:
    try:
        _cells(text, delimiter)
    except csv.Error as error:
        return str(error) == _UNCLOSED
    return False


def _cells(row: str, delimiter: str) -> list[str]:
    """Raises `csv.Error`."""
    return next(csv.reader([row], strict=True, delimiter=delimiter), [])


def _names(first: str, delimiter: str) -> list[str]:
    try:
        return _cells(first, delimiter)
    except csv.Error:
        return first.split(delimiter)
