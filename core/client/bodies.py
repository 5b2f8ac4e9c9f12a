"""What requests and answers carry, in the forms that the interface has for it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from ..types import Entity

PART = 2**20
"""Bytes of a body that are sent at once."""


def entities(answer: Mapping[str, Any]) -> tuple[Entity, ...]:
    return tuple(
        Entity(item["start"], item["end"], item["label"], item["score"], text=item["text"])
        for item in answer["entities"]
    )


def json_lines(rows: Iterable[Mapping[str, Any]]) -> Iterator[bytes]:
    """JSON lines, many in each part."""
    part = bytearray()
    for row in rows:
        part += json.dumps(row).encode() + b"\n"
        if len(part) >= PART:
            yield bytes(part)
            part.clear()
    if part:
        yield bytes(part)


def parsed_lines(parts: Iterable[bytes]) -> Iterator[Any]:
    """The values of JSON lines that come part by part; blank lines are skipped.

    Only a line feed ends a line: U+2028, U+0085 and others of Unicode stand in texts as they are.
    """
    unfinished = bytearray()
    for part in parts:
        unfinished += part
        if b"\n" in part:
            *lines, unfinished = unfinished.split(b"\n")
            yield from (json.loads(line) for line in lines if line.strip())
    if unfinished.strip():
        yield json.loads(unfinished)


def plain_times(selection: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: value.isoformat() if isinstance(value, datetime) else value
        for name, value in selection.items()
        if value is not None
    }
