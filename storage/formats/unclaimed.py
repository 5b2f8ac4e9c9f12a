"""Annotation under keys that a format does not read: named and counted, never dropped in silence.

A reader says which keys it claims: those that it takes and those that it leaves out knowingly. The
values of all others are looked at. Entities (objects or lists with a start, an end or a label) and
tags (a list of O, B-… and the like, or a value for each word) look like annotation.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from difflib import get_close_matches
from functools import lru_cache
from itertools import islice
from typing import Any

from storage.records import Counted

_LOOKED_AT = 500
"""Elements of a list by which it is judged: a long one is not looked through."""
_DEPTH = 3
"""Objects in objects that are looked into."""
_LONGEST_KEY = 40
_MOST_NAMED = 20
"""Keys of a record that are named; a record has few, unless it is made to do harm."""
_STARTS = frozenset(("start", "begin", "start_offset", "startoffset", "beginoffset", "from"))
_ENDS = frozenset(("end", "stop", "end_offset", "endoffset", "to"))
_PLACES = frozenset(("offset", "offsets", "span", "spans", "indices", "location", "locations"))
_LABELS = frozenset(
    ("label", "labels", "tag", "type", "entity", "entity_type", "entity_group", "category", "class")
)
_TAG = re.compile(r"O|[BIMELSUW][-_]\S{1,80}")
_TAG_OF_ANY_KIND = re.compile(r"[^\sa-z]{1,80}|[BIMELSUW][-_]\S{1,80}")


def unclaimed(
    raw: Mapping[str, Any], claimed: Collection[str], words: int | None = None
) -> tuple[Counted, ...]:
    """A note for each key outside of `claimed` whose value looks like annotation.

    `words`: how many the record has, if it says them.
    """
    notes: list[Counted] = []
    further = 0
    for key, count in _annotation(raw, claimed, words):
        if len(notes) == _MOST_NAMED:
            further += count
            continue
        kind = f"{_shown(key)} not read, though it looks like annotation{hint(key, claimed)}"
        notes.append(Counted(kind, count))
    if further:
        notes.append(Counted("further keys not read, though they look like annotation", further))
    return tuple(notes)


def misspelt(
    raw: Mapping[str, Any], claimed: Collection[str], words: int | None = None
) -> str | None:
    """What to say of the first key that looks like annotation and like a claimed key; or None."""
    for key, _ in islice(_annotation(raw, claimed, words), _MOST_NAMED):
        if meant := hint(key, claimed):
            return f"{_shown(key)} is no key of a record{meant}"
    return None


def annotations_in(value: object, words: int | None = None) -> int:
    """How many entities or tags a value seems to hold; 0 where it looks like something else."""
    return _count(value, words, _DEPTH, within=False)


def _annotation(
    raw: Mapping[str, Any], claimed: Collection[str], words: int | None
) -> Iterator[tuple[str, int]]:
    for key, value in raw.items():
        if key not in claimed and (count := annotations_in(value, words)):
            yield key, count


def _count(value: object, words: int | None, depth: int, within: bool) -> int:
    """`within`: it stands under a key of an object, as `{"PER": [[0, 4]]}` has its places."""
    if isinstance(value, dict):
        if depth == 0:
            return 0
        return sum(_count(inner, words, depth - 1, within=True) for inner in value.values())
    if not isinstance(value, list) or not value:
        return 0
    first = list(islice(value, _LOOKED_AT))
    if any(map(_is_entity, first)) or _are_tags(value, first, words):
        return len(value)
    return len(value) if within and all(map(_is_pair, first)) else 0


def _is_entity(entry: object, depth: int = _DEPTH) -> bool:
    """Whether it has a place or a label, or holds something that has."""
    if isinstance(entry, dict):
        keys = {str(key).lower() for key in islice(entry, 40)}
        placed = bool(keys & _STARTS and keys & _ENDS) or bool(keys & _PLACES)
        inner = (value[0] if isinstance(value, list) and value else value
                 for value in islice(entry.values(), 40))  # fmt: skip
        return (
            placed
            or bool(keys & _LABELS)
            or (
                depth > 0
                and any(_is_entity(value, depth - 1) for value in inner if isinstance(value, dict))
            )
        )
    if not isinstance(entry, list) or not 2 <= len(entry) <= 6:
        return False
    parts = list(islice(_parts(entry), 40))
    numbers = sum(type(part) is int for part in parts)
    return numbers >= 2 and any(isinstance(part, str) for part in parts)


def _parts(entry: list[object], depth: int = 3) -> Iterator[object]:
    for part in entry:
        if isinstance(part, list) and depth:
            yield from _parts(part, depth - 1)
        else:
            yield part


def _is_pair(entry: object) -> bool:
    return isinstance(entry, list) and len(entry) == 2 and all(type(part) is int for part in entry)


def _are_tags(value: list[object], first: list[object], words: int | None) -> bool:
    texts = [entry for entry in first if isinstance(entry, str)]
    if len(texts) == len(first):
        if all(map(_TAG.fullmatch, texts)):
            return any(text != "O" for text in texts) or len(value) == words
        return len(value) == words and all(map(_TAG_OF_ANY_KIND.fullmatch, texts))
    return len(value) == words and all(type(entry) is int for entry in first)


def hint(key: str, claimed: Collection[str]) -> str:
    """The claimed key that was meant, as the end of a sentence; empty where none is like it."""
    close = _closest(key.lower(), frozenset(claimed)) if len(key) <= _LONGEST_KEY else None
    return f"; did you mean {close!r}?" if close else ""


@lru_cache(maxsize=256)
def _closest(key: str, claimed: frozenset[str]) -> str | None:
    return next(iter(get_close_matches(key, sorted(claimed), 1, 0.8)), None)


def _shown(key: str) -> str:
    shown = key if len(key) <= _LONGEST_KEY else f"{key[: _LONGEST_KEY - 1]}…"
    return repr(shown.encode(errors="backslashreplace").decode())
