"""The corpora's token JSONL: `{"tokens": [...], "entities": [{"start", "end", "type"}]}`.

Offsets count tokens, end exclusive. The text becomes the tokens joined by single spaces.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.types import Key
from storage.formats.fields import FieldError, object_of, string, whole
from storage.formats.words import Words
from storage.records import DocumentRecord, SpanRecord


def parse_tokens(raw: Mapping[str, Any], name: str, line: int) -> DocumentRecord:
    """A document from one record. Raises `FieldError`; an entity given twice is one entity."""
    tokens = raw["tokens"]
    if not isinstance(tokens, list) or not tokens:
        raise FieldError("'tokens' must be a non-empty list of words")
    words = Words()
    for token in tokens:
        words.add(string({"token": token}, "token"))
    entities = raw.get("entities")
    if entities is not None and not isinstance(entities, list):
        raise FieldError(f"'entities' must be a list, got {type(entities).__name__}")
    keys = None if entities is None else dict.fromkeys(_key(e, len(tokens)) for e in entities)
    return DocumentRecord(
        text=words.text,
        name=name,
        entities=None
        if keys is None
        else tuple(
            SpanRecord(*words.offsets(start, end), label, key=f"e{number}")
            for number, (start, end, label) in enumerate(keys, 1)
        ),
        line=line,
    )


def _key(raw: object, length: int) -> Key:
    entity = object_of(raw, "an entity")
    start, end, label = whole(entity, "start"), whole(entity, "end"), string(entity, "type")
    if not 0 <= start < end <= length:
        raise FieldError(
            f"entity [{start}, {end}) {label!r} does not lie in the {length} tokens; "
            "token offsets are half-open"
        )
    return start, end, label
