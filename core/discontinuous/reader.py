"""Read sentences with fragmented entities from JSON lines.

{"tokens": ["left", "and", "right", "shoulder", "pain"],
 "entities": [{"fragments": [[0, 1], [3, 5]], "type": "Problem"},
              {"start": 2, "end": 5, "type": "Problem"}]}
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from ..data.examples import DataError
from ..data.readers.records import lines_of
from .records import FragmentedEntity, FragmentedExample


def read_fragmented(path: Path) -> list[FragmentedExample]:
    """Read one sentence a line. Raises `DataError` with the number of an invalid line."""
    examples = []
    for number, line in enumerate(lines_of(path), 1):
        if not line.strip():
            continue
        try:
            examples.append(_example(json.loads(line)))
        except ValueError as error:
            raise DataError(path, number, str(error)) from None
    if not examples:
        raise DataError(path, 1, "expected at least one sentence, got an empty file")
    return examples


def _example(record: Any) -> FragmentedExample:
    if not isinstance(record, dict) or not all(
        isinstance(record.get(key), list) for key in ("tokens", "entities")
    ):
        raise ValueError(
            'expected an object with the lists "tokens" and "entities", got '
            f"{json.dumps(record)[:80]}"
        )
    words = tuple(record["tokens"])
    if not words or not all(isinstance(word, str) and word.strip() for word in words):
        raise ValueError(f"expected every token to be a word, got {json.dumps(words)[:80]}")
    return FragmentedExample(
        words, tuple(sorted({_entity(entity) for entity in record["entities"]}))
    )


def _entity(record: Any) -> FragmentedEntity:
    if isinstance(record, dict) and isinstance(label := record.get("type"), str) and label:
        fragments = record.get("fragments", [[record.get("start"), record.get("end")]])
        if isinstance(fragments, list) and all(map(_is_fragment, fragments)):
            return FragmentedEntity(tuple(sorted((s, e) for s, e in fragments)), label)
    raise ValueError(
        'expected an entity {"fragments": [[start, end], …], "type": str} or {"start": int, '
        f'"end": int, "type": str}}, got {json.dumps(record)[:80]}'
    )


def _is_fragment(value: Any) -> bool:
    return (
        isinstance(value, list) and len(value) == 2 and all(type(offset) is int for offset in value)
    )
