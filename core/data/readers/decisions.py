"""What of a file people decided on: all that a model may learn from or be measured on.

The words are those of our own JSONL. A document is decided once it is submitted, an entity once it
is accepted or rejected; a rejected one is no entity. An undecided one says nothing about its
sentence. A retraining of the app takes the same documents and sentences.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, get_args

UNDECIDED = "sentences left out: accept or reject the suggestions in them to use them"
_UNREAD = (
    'records left out: nobody has annotated them, as they have no "entities"; an empty list says '
    "that there are none"
)
_NOT_SUBMITTED = ("new", "in_progress", "skipped")
_NO_ANNOTATION = frozenset(
    {"tokens", "relations", "ltokens", "rtokens", "meta", "provenance", "history"}
)

Decision = Literal["accepted", "rejected", "suggested"]


def why_left_out(record: Mapping[str, Any]) -> str | None:
    """Why nobody has finished a whole record; None if somebody has, or if it is another format's.

    A list or an object under a key that is not ours may be its annotation, so that the record is
    not taken for one without.
    """
    status = record.get("status")
    if status in _NOT_SUBMITTED:
        return f"records left out: their status is {status}; submit and export them to use them"
    annotated = any(
        isinstance(value, list | dict) for key, value in record.items() if key not in _NO_ANNOTATION
    )
    return None if annotated or record.get("entities") is not None else _UNREAD


def decision(entity: Any) -> Decision:
    """What people made of an entity; one without a status is accepted."""
    status = entity.get("status") if isinstance(entity, dict) else None
    return next((word for word in get_args(Decision) if word == status), "accepted")
