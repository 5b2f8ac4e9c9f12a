"""WebAnno TSV's escapes, as INCEpTION writes and reads them, and its two fixed names."""

from __future__ import annotations

import re

LAYER = "de.tudarmstadt.ukp.dkpro.core.api.ner.type.NamedEntity"
FEATURE = "value"

_LETTERS = {"\t": "t", "\n": "n", "\f": "f", "\r": "r", "\b": "b"}
_CHARACTERS = {letter: character for character, letter in _LETTERS.items()}
_IN_TEXT = re.compile(r"[\x00-\x0a\x0c-\x1f\\]")
_IN_VALUE = re.compile(r"->|[\\\[\]|_;*\t\n\r]")
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_VALUES = re.compile(r"(?:\\.|[^\\|])+", re.DOTALL)
_NUMBERED = re.compile(r"(?P<value>.*)\[(?P<id>\d{1,9})\]", re.DOTALL)


def escape_text(text: str) -> str:
    """A line of `#Text=`, without control characters that would break it."""
    return _IN_TEXT.sub(lambda match: "\\" + _LETTERS.get(match[0], match[0]), text)


def unescape_text(text: str) -> str:
    return _ESCAPED.sub(lambda match: _unescaped(match, "\\tnfrb"), text)


def escape_value(value: str) -> str:
    """A label, without what parts the values of a cell."""
    return _IN_VALUE.sub(lambda match: "\\" + _LETTERS.get(match[0], match[0]), value)


def cell_values(cell: str) -> list[tuple[str | None, int | None]]:
    """The labels of a cell with their `[n]`. `_`: no annotation; `*`: one without a label."""
    values: list[tuple[str | None, int | None]] = []
    for raw in _VALUES.findall(cell):
        match = _NUMBERED.fullmatch(raw)
        value, number = (match["value"], int(match["id"])) if match else (raw, None)
        if value != "_":
            values.append((None if value in ("*", "") else unescape_value(value), number))
    return values


def unescape_value(raw: str) -> str:
    return _ESCAPED.sub(lambda match: _unescaped(match, "\\[]|_;*-tnr"), raw)


def _unescaped(match: re.Match[str], known: str) -> str:
    """The character that an escape stands for; a backslash before any other stays."""
    character = match[1]
    if character in known:
        return _CHARACTERS.get(character, character)
    return character if character < " " else match[0]
