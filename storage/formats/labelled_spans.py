"""Entities as other tools write them, checked and made ours."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from storage.enums import Source, SpanStatus
from storage.formats.fields import FieldError, object_of
from storage.formats.offsets import Location, in_code_points
from storage.records import Counted, Note, SpanRecord

_LONGEST_KEY = 64
GIVEN_TWICE = "entities given twice, taken once"


@dataclass(frozen=True, slots=True)
class Mark:
    """One entity of a file. `surface`: its words, if the file says them; `score`: as it says."""

    start: int
    end: int
    label: str
    surface: str | None = None
    status: SpanStatus = "accepted"
    score: object = None
    source: Source = "person"
    key: str = ""


def to_spans(text: str, marks: Sequence[Mark]) -> tuple[tuple[SpanRecord, ...], tuple[Note, ...]]:
    """The entities, and notes on what was converted or left out.

    One that is given twice is one entity. Raises `FieldError` as `in_code_points` does.
    """
    locations, note = in_code_points(
        text, [Location(mark.start, mark.end, mark.surface, mark.label) for mark in marks]
    )
    notes: list[Note] = [note] if note else []
    spans: dict[tuple[int, int, str, bool], SpanRecord] = {}
    keys: set[str] = set()
    free = twins = unscored = 0
    for number, (mark, (start, end)) in enumerate(zip(marks, locations, strict=True), 1):
        identity = (start, end, mark.label, mark.status == "rejected")
        if identity in spans:
            twins += 1
            continue
        key, free = mark.key, max(free, number)
        if not _is_key(key) or key in keys:
            while (key := f"e{free}") in keys:
                free += 1  # never back, or the time were quadratic
        keys.add(key)
        score = _score(mark.score)
        unscored += mark.score is not None and score is None
        spans[identity] = SpanRecord(start, end, mark.label, mark.status, score, mark.source, key)
    if twins:
        notes.append(Counted(GIVEN_TWICE, twins))
    if unscored:
        notes.append(Counted("scores outside of 0 to 1, left out", unscored))
    return tuple(spans.values()), tuple(notes)


def _is_key(given: str) -> bool:
    return 0 < len(given) <= _LONGEST_KEY and given.isprintable()


def _score(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
        return None
    return float(value)


def entity_fields(entry: object, keys: tuple[str, str, str]) -> Mapping[str, Any]:
    """An entity's fields: an object's, or those of a list [start, end, label] under these keys."""
    if isinstance(entry, list):
        if len(entry) != 3:
            raise FieldError(f"an entity is [start, end, label], got {len(entry)} parts")
        entry = dict(zip(keys, entry, strict=True))
    return object_of(entry, "an entity")


def list_of(value: object, what: str) -> list[object]:
    if not isinstance(value, list):
        raise FieldError(f"{what} must be a list, got {type(value).__name__}")
    return value
