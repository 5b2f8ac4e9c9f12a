"""Lines to cells: separated by tabs, blanks, commas or semicolons, decided for the whole file."""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from typing import Literal

Separator = Literal["tab", "blank", "comma", "semicolon"]

_BLANKS = re.compile(r"[ \t]+")
_DELIMITERS = {"comma": ",", "semicolon": ";"}
_QUOTED = re.compile(r'"(?:[^"]|"")*"')
_MOST = 0.9
"""The share of lines that must hold a separator before it is the file's."""


def find_separator(lines: Sequence[str]) -> Separator:
    """The separator of lines that are neither blank nor comments."""
    if any("\t" in line.strip(" \t") for line in lines):
        return "tab"
    spaced = sum(" " in line.strip(" ") for line in lines)
    delimiters: tuple[Separator, Separator] = ("comma", "semicolon")
    for separator in delimiters:
        delimited = sum(_DELIMITERS[separator] in line for line in lines)
        if spaced < _MOST * len(lines) <= delimited:
            return separator
    return "blank"


def are_quoted(lines: Sequence[str]) -> bool:
    """Whether a table with tabs was written as CSV: no cell holds a quotation mark outside of
    quotation marks, and `""` may be a word where no other cell has any."""
    cells = {cell for line in lines for cell in line.split("\t") if '"' in cell}
    return cells != {'""'} and all(map(_QUOTED.fullmatch, cells))


def split_cells(line: str, separator: Separator, quoted: bool = False) -> list[str]:
    """The cells of a line; [] for a line without any content.

    Tabs and delimiters keep empty cells and the blanks within cells; runs of blanks are one
    separator. In a file with tabs, a line without any is split by its blanks. `quoted`: cells
    between tabs stand as CSV has them, a quotation mark as four.
    """
    if separator in _DELIMITERS:
        cells = _delimited(line, _DELIMITERS[separator])
    elif separator == "tab" and "\t" in line:
        cells = [_unquoted(cell) if quoted else cell for cell in line.split("\t")]
    else:
        stripped = line.strip(" \t")
        cells = _BLANKS.split(stripped) if stripped else []
    return cells if any(cell.strip() for cell in cells) else []


def _delimited(line: str, delimiter: str) -> list[str]:
    try:
        return next(csv.reader([line], delimiter=delimiter), [])
    except csv.Error:  # a cell beyond the module's limit
        return line.split(delimiter)


def _unquoted(cell: str) -> str:
    return cell[1:-1].replace('""', '"') if _QUOTED.fullmatch(cell) else cell
