"""Suggestions for documents that are there already, one document a line:

    {"document": int,                  its number
     "entities": [{"start": int, "end": int, "label": str, "score": float in [0, 1] | null}]}

Offsets are code points, end exclusive. An empty list says that a model looked and found nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import BinaryIO

from core.types import Entity
from storage.formats.fields import FieldError, object_of, score, string, whole
from storage.formats.json_records import read_values
from storage.formats.jsonl_spans import only
from storage.records import BadRecord

_KEYS, _ENTITY_KEYS = ("document", "entities"), ("start", "end", "label", "score")


@dataclass(frozen=True, slots=True)
class Suggested:
    """What a model says of one document."""

    document_id: int
    entities: tuple[Entity, ...]
    line: int


def read_suggested(file: BinaryIO) -> Iterator[Suggested | BadRecord]:
    """Each line; blank ones are skipped."""
    return read_values(file, "suggestions", _parse, lines=True)


def _parse(value: object, _: str, line: int) -> Suggested:
    raw = object_of(value, "a line")
    only(raw, _KEYS, "a line of suggestions")
    entities = raw.get("entities")
    if not isinstance(entities, list):
        raise FieldError(
            f"'entities' must be a list, got {type(entities).__name__}; an empty list says that "
            "the model found nothing"
        )
    number = whole(raw, "document")
    if not 0 < number < 2**31:
        raise FieldError(f"'document' must be a document's number, got {number}")
    return Suggested(number, tuple(map(_entity, entities)), line)


def _entity(value: object) -> Entity:
    raw: Mapping[str, object] = object_of(value, "an entity")
    only(raw, _ENTITY_KEYS, "a suggested entity")
    start, end, label = whole(raw, "start"), whole(raw, "end"), string(raw, "label")
    if not 0 <= start < end:
        raise FieldError(
            f"an entity needs 0 <= start < end, got [{start}, {end}) {label[:100]!r}; offsets are "
            "code points, end exclusive"
        )
    return Entity(start, end, label, score(raw))
