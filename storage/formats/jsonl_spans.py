"""The entities of our JSONL, see `storage.formats.jsonl`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.types import Key, key_of
from storage.enums import SOURCES, SPAN_STATUSES
from storage.formats.fields import FieldError, object_of, one_word, own_data, score, string, whole
from storage.formats.unclaimed import hint
from storage.records import SpanRecord

_ENTITY_KEYS = ("start", "end", "label", "status", "score", "source", "id", "confidence")


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


def entities(raw: Mapping[str, Any], text: str) -> tuple[SpanRecord, ...] | None:
    """What stands under `entities`: None where it is absent or null. Raises `FieldError`."""
    if raw.get("entities") is None:
        return None
    if not isinstance(raw["entities"], list):
        raise FieldError(f"'entities' must be a list, got {type(raw['entities']).__name__}")
    spans = tuple(
        _entity(object_of(entity, "an entity"), number, text)
        for number, entity in enumerate(raw["entities"], 1)
    )
    _refuse_twins(spans)
    return spans


def _entity(raw: Mapping[str, Any], number: int, text: str) -> SpanRecord:
    only(raw, _ENTITY_KEYS, "an entity")
    start, end, label = whole(raw, "start"), whole(raw, "end"), string(raw, "label")
    if not 0 <= start < end <= len(text):
        raise FieldError(
            f"entity [{start}, {end}) {label!r} does not lie in the text of {len(text)} code "
            "points; offsets are code points (not bytes or UTF-16 units), end exclusive"
        )
    status = one_word(raw, "status", SPAN_STATUSES) or "accepted"
    return SpanRecord(
        start=start,
        end=end,
        label=label,
        status=status,
        score=score(raw),
        source=one_word(raw, "source", SOURCES) or ("model" if status == "suggested" else "person"),
        key=string(raw, "id", f"e{number}", longest=64),
        confidence=own_data(raw, "confidence") if raw.get("confidence") else None,
    )


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
