"""The entities of our JSONL, see `storage.formats.jsonl`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.types import Key, key_of
from storage.enums import SOURCES, SPAN_STATUSES
from storage.formats.fields import (
    FieldError,
    label_in,
    object_of,
    one_word,
    own_data,
    score,
    string,
    whole,
)
from storage.formats.labelled_spans import list_of
from storage.formats.offsets import Location, in_code_points
from storage.formats.unclaimed import hint
from storage.records import Note, SpanRecord

_ENTITY_KEYS = ("start", "end", "label", "status", "score", "source", "id", "confidence", "text")


def entity_json(span: SpanRecord) -> dict[str, Any]:
    entity = {
        "start": span.start,
        "end": span.end,
        "label": span.label,
        "status": span.status,
        "score": span.score,
        "source": span.source,
        "id": span.key,
    }
    return {**entity, "confidence": dict(span.confidence)} if span.confidence else entity


def entities(
    raw: Mapping[str, Any], text: str
) -> tuple[tuple[SpanRecord, ...] | None, tuple[Note, ...]]:
    """What stands under `entities`, None where it is absent or null, and what to tell of it.

    Raises `FieldError`.
    """
    if raw.get("entities") is None:
        return None, ()
    given = [object_of(entry, "an entity") for entry in list_of(raw["entities"], "'entities'")]
    locations, note = in_code_points(text, [_location(entry) for entry in given])
    spans = tuple(
        _entity(entry, number, location)
        for number, (entry, location) in enumerate(zip(given, locations, strict=True), 1)
    )
    _refuse_twins(spans)
    return spans, (note,) if note else ()


def _location(raw: Mapping[str, Any]) -> Location:
    """Where an entity says that it lies; its words under `text`, if it says them."""
    only(raw, (*_ENTITY_KEYS, *(("type",) if raw.get("label") is None else ())), "an entity")
    surface = None if raw.get("text") is None else string(raw, "text")
    return Location(whole(raw, "start"), whole(raw, "end"), surface, _label(raw))


def _entity(raw: Mapping[str, Any], number: int, location: tuple[int, int]) -> SpanRecord:
    status = one_word(raw, "status", SPAN_STATUSES) or "accepted"
    return SpanRecord(
        *location,
        label=_label(raw),
        status=status,
        score=score(raw),
        source=one_word(raw, "source", SOURCES) or ("model" if status == "suggested" else "person"),
        key=identifier(raw, f"e{number}", longest=64),
        confidence=own_data(raw, "confidence") if raw.get("confidence") else None,
    )


def _label(raw: Mapping[str, Any]) -> str:
    return label_in(raw, "label", "type")


def identifier(raw: Mapping[str, Any], default: str, longest: int | None = None) -> str:
    """What stands under `id`, which other tools write as a number, too."""
    value = raw.get("id")
    given = default if value in (None, "") else str(value) if type(value) is int else value
    return string({"id": given}, "id", longest=longest)


def _refuse_twins(spans: tuple[SpanRecord, ...]) -> None:
    ids: set[str] = set()
    keys: set[Key] = set()
    for span in spans:
        key = key_of(span)
        if span.key in ids:
            raise FieldError(f"two entities share the id {span.key!r}; ids are unique in a record")
        if span.status != "rejected" and key in keys:
            raise FieldError(f"entity [{span.start}, {span.end}) {span.label!r} is given twice")
        ids.add(span.key)
        if span.status != "rejected":
            keys.add(key)


def only(raw: Mapping[str, Any], known: tuple[str, ...], what: str) -> None:
    """Refuses any other key by name, so that a misspelt one is not lost in silence."""
    unknown = sorted(raw.keys() - set(known))
    if unknown:
        raise FieldError(
            f"{what} has no key {unknown[0]!r}; known are {', '.join(known)}"
            + ("; keep your own data under 'meta'" if "meta" in known else "")
            + hint(unknown[0], known)
        )
