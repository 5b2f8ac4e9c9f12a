"""A person's work on a document as the page's annotator takes it, in JSON."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from functools import lru_cache
from typing import Any

from app.editing import DraftSpan
from app.services.annotation.conflicts import Conflict
from app.services.suggestions.words import words_of

_PARTS = ("left", "right", "type")


def spans(shown: Iterable[DraftSpan]) -> list[dict[str, Any]]:
    """The spans with the parts of their confidence that the page shows, to a thousandth."""
    return [span(asdict(record)) for record in shown]


def span(record: Mapping[str, Any]) -> dict[str, Any]:
    shown = dict(record)
    confidence = shown.get("confidence") or {}
    known = all(part in confidence for part in _PARTS)
    shown["confidence"] = {part: round(confidence[part], 3) for part in _PARTS} if known else None
    return shown


def rows(records: Iterable[Mapping[str, Any]]) -> list[list[Any]]:
    """The spans as `[id, start, end, label, status, score, source]`, and the three parts of the
    confidence where they are known: names would be most of a long document's message.

    A score loses what lies below a ten-thousandth and never gains, so that it reaches a share of
    whole percents exactly where the stored one does.
    """
    return [
        [
            *(record["id"], record["start"], record["end"], record["label"], record["status"]),
            *(_floored(record["score"]), record["source"]),
            *(record["confidence"][part] for part in _PARTS if record.get("confidence")),
        ]
        for record in records
    ]


def _floored(score: float | None) -> float | None:
    if score is None:
        return None
    nearest = round(score, 4)
    return nearest if nearest <= score else round(nearest - 1e-4, 4)


def conflicts(waiting: Iterable[Conflict], person: str) -> list[dict[str, Any]]:
    """The person's open conflicts; what they did themselves was in another tab."""
    return [
        {
            **asdict(conflict),
            "by": f"{conflict.by}, in another tab" if conflict.by == person else conflict.by,
            "at": conflict.at.isoformat(),
        }
        for conflict in waiting
    ]


@lru_cache(maxsize=64)
def words(text: str) -> str:
    """The gap before each word and its length, in turn: a fifth of the size of pairs. It is kept,
    since a text is shown again after each of its edits."""
    steps: list[int] = []
    at = 0
    for token in words_of(text):
        steps += (token.start - at, token.end - token.start)
        at = token.end
    return " ".join(map(str, steps))
