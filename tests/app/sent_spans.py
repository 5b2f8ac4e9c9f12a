"""Spans as the annotator receives them, by their names again."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

NAMES = ("id", "start", "end", "label", "status", "score", "source")
PARTS = ("left", "right", "type")


def named(rows: Iterable[Sequence[Any]]) -> list[dict[str, Any]]:
    """What `app.services.annotation.wire.rows` made them of."""
    return [
        {
            **dict(zip(NAMES, row, strict=False)),
            "confidence": dict(zip(PARTS, row[len(NAMES) :], strict=False)) or None,
        }
        for row in rows
    ]
