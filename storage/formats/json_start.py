"""How a JSON file begins, for sniffers: the keys of its first objects, with the first values."""

from __future__ import annotations

import json
import re
from contextlib import suppress
from typing import Any

MOST_ABRIDGED = 16 * 2**20
"""Bytes of a file's beginning that are looked at where its first 64 kB do not tell its format."""
_SNIFFED = 50
"""Objects by which a format is told."""
_ABRIDGED = 5_000
"""Objects that are looked at where those do not tell it."""
_ITEMS, _CHARACTERS, _DEPTH = 3, 100, 6
"""What stays of a list, of a string, and of objects in objects."""
_DECODER = json.JSONDecoder()
_NOT_BLANK = re.compile(r"[^ \t\r\n]")
_OBJECTS = re.compile(rb"(?:\xef\xbb\xbf)?\s*(?P<array>\[\s*)?\{\s*\"")


def begins_with_object(start: bytes) -> bool:
    """Whether a file that begins so holds JSON objects, one after another or in an array."""
    return _OBJECTS.match(start) is not None


def abridged(start: bytes) -> bytes:
    """The file's first objects as one, with long values cut short, as `first_object` reads it."""
    match = _OBJECTS.match(start)
    content = json.dumps(_brief(first_object(start, _ABRIDGED), _DEPTH)).encode()
    return b"[" + content + b"]" if match and match["array"] else content


def _brief(value: Any, depth: int) -> Any:
    if isinstance(value, str):
        return value[:_CHARACTERS]
    if isinstance(value, list):
        return [_brief(element, depth - 1) for element in value[:_ITEMS]] if depth else []
    if isinstance(value, dict):
        return {key: _brief(item, depth - 1) for key, item in value.items()} if depth else {}
    return value


def first_object(start: bytes, most: int = _SNIFFED) -> dict[str, Any]:
    """The first objects of a file that begins so, as one; empty where there are none.

    The first value of a key that is not empty counts, since the first record may be one without
    annotation. A value that is cut off counts as None. At most so many objects are looked at.
    """
    text = start.decode(errors="ignore").lstrip("\ufeff \t\r\n[")
    found: dict[str, Any] = {}
    with suppress(ValueError, RecursionError, IndexError):
        at = _after_blanks(text, 0)
        for _ in range(most):
            at = _add_object(text, at, found)
            at = _after_blanks(text, at + 1)
            at = _after_blanks(text, at + 1) if text[at] == "," else at
    return found


def _add_object(text: str, at: int, found: dict[str, Any]) -> int:
    """Adds the values of the object that begins there, and gives where it ends.

    Raises `ValueError` or `IndexError` where there is none, or it is cut off.
    """
    if text[at] != "{":
        raise ValueError("no object")
    while text[at] in "{,":
        key, at = _DECODER.raw_decode(text, _after_blanks(text, at + 1))
        found.setdefault(str(key), None)
        at = _after_blanks(text, at)  # the colon
        value, at = _DECODER.raw_decode(text, _after_blanks(text, at + 1))
        found[str(key)] = found[str(key)] or value
        at = _after_blanks(text, at)
    return at


def first_of(value: object) -> object:
    """The first element of a list, None where there is none."""
    return value[0] if isinstance(value, list) and value else None


def _after_blanks(text: str, at: int) -> int:
    match = _NOT_BLANK.search(text, at)
    if match is None:
        raise ValueError("the text ends")
    return match.start()
