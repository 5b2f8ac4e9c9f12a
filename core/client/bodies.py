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


def read_json_lines(parts: Iterable[bytes]) -> Iterator[dict[str, Any]]:
    """The objects of JSON lines that come in parts. Only a line feed ends a line: a text may hold
    other line ends, such as U+2028, as they are."""
    rest = b""
    for part in parts:
        *lines, rest = (rest + part).split(b"\n")
        yield from (json.loads(line) for line in lines if line)
    if rest:
        yield json.loads(rest)


def plain_times(selection: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: value.isoformat() if isinstance(value, datetime) else value
        for name, value in selection.items()
        if value is not None
    }
