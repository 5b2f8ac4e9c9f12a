"""CSV and TSV: a term and its label in each row."""

from __future__ import annotations

import csv
from collections import Counter

from storage.formats.fields import FieldError
from storage.rule_files.records import MAX_LABEL, RuleRecord, checked_text

_TERM = ("term", "text", "pattern", "phrase", "string", "name", "entity")
_LABEL = ("label", "type", "tag", "category", "class")


class Table:
    """Where a table has its terms and labels: by its header, else the first and second column."""

    def __init__(self, first: str, tabs: bool, notes: Counter[str]) -> None:
        self._delimiter = "\t" if tabs else _delimiter(first)
        names = [cell.strip(' "').lower() for cell in first.split(self._delimiter)]
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
            return next(csv.reader([line], strict=True, delimiter=self._delimiter), [])
        except csv.Error as error:
            raise FieldError(
                f"not a row of a table ({error}); close the quotation mark in its own line, and "
                'write a quotation mark in a cell as ""'
            ) from None


def _delimiter(line: str) -> str:
    """A semicolon where spreadsheets write one, else a comma."""
    return ";" if line.count(";") > line.count(",") else ","
