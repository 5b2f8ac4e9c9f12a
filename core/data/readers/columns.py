"""Columns: one word a line, blank lines between sentences, the tag in the last column.

    Bank NNP B-NP B-ORG

CoNLL-2003 and similar formats, and MSRA with one character a line. Columns are separated by tabs or
spaces; tags may use any scheme that `core.text.tag_schemes` reads, such as IOB1 and IOB2.
`-DOCSTART-` lines end a sentence like blank ones.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from ...text.tag_schemes import TagError, decode_tags, split_tag
from ...types import Example
from .records import DataError, ParsedLine, ParseResult

_BLANKS = re.compile(r" +")
_TABS = re.compile(r"\t+")


def read_columns(path: Path, lines: Sequence[str]) -> Iterator[ParsedLine]:
    """Yield the sentences, each with the number of its last line. Blank words are dropped.

    Raises `DataError`, also if the lines of a sentence differ in their number of columns.
    """
    words: list[str] = []
    tags: list[str] = []
    width = 0
    for number, line in enumerate([*lines, ""], 1):
        columns = _columns(line)
        if not columns or columns[0] == "-DOCSTART-":
            if words:
                yield number - 1, ParseResult((Example(tuple(words), decode_tags(tags)),))
            words, tags, width = [], [], 0
            continue
        width = width or len(columns)
        _check(path, number, columns, width)
        if columns[0].strip():
            words.append(columns[0])
            tags.append(columns[-1])


def _columns(line: str) -> list[str]:
    if not line.strip():
        return []
    if "\t" in line:
        return _TABS.split(line.rstrip(" \t"))
    return _BLANKS.split(line.strip(" "))


def _check(path: Path, number: int, columns: Sequence[str], width: int) -> None:
    if len(columns) < 2:
        raise DataError(
            path, number, f"expected a word and a tag, or JSON, got {columns[0][:80]!r}"
        )
    if len(columns) != width:
        raise DataError(
            path,
            number,
            f"expected {width} columns as in the lines before, got {len(columns)}: "
            f"{' '.join(columns)[:80]!r}; is a blank line or a column missing?",
        )
    try:
        split_tag(columns[-1])
    except TagError as error:
        raise DataError(path, number, str(error)) from None
