"""A document as the page's annotator takes it, in JSON, whether a run of the page brings it or the
answer to an edit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from app.services.annotation import wire
from app.services.annotation.document_view import DocumentView

HELD_OUT = "This document is shown without suggestions. Drag over words to add an entity."
NEVER_LOOKED = "No model has processed this text yet. Drag over words to add an entity."
OTHER_LABELS = (
    "The model does not know this project’s labels yet: it learns them from what you submit. "
    "Drag over words to add an entity."
)
NOTHING_FOUND = "The model found no entities here. Drag over words to add one."
NOT_YET = "No suggestions yet. Drag over words to add an entity."
AWAITED: Mapping[str, Any] = {"read": 0, "sentences": 0, "unread": [], "stopped": False}
"""How far a model has read a document whose suggestions are still to be made."""


def document_data(
    view: DocumentView, person: str, *, can_ask: bool, reading: Mapping[str, Any] | None
) -> dict[str, Any]:
    """What `app.components.span_annotator` takes of the document itself, and of the person's work
    on it; the rest is the page's. `can_ask`: whether there is a model."""
    held_out = view.split == "holdout"
    return {
        "doc_id": view.document_id,
        "text": view.text,
        "labels": [asdict(label) for label in view.labels],
        "spans": wire.spans(view.spans),
        "hints": [asdict(hint) for hint in view.hints],
        "title": f"{view.heading.name} · {view.heading.project}",
        "read_only": view.read_only,
        "status": view.status,
        "empty": NOT_YET if reading else _nothing(view),
        "comment": view.comment,
        "skip_reason": view.skip_reason,
        "can_ask": can_ask and not view.read_only and not held_out,
        "held_out": held_out,
        "version": view.version,
        "conflicts": wire.conflicts(view.conflicts, person),
        "reading": reading,
    }


def reading(view: DocumentView, *, stopped: bool) -> Mapping[str, Any] | None:
    """How far a model has read a long document, and whether it stopped; None where nothing is to
    come."""
    if not view.being_read or view.progress is None:
        return None
    return {
        "read": view.progress.read,
        "sentences": view.progress.sentences,
        "unread": [list(stretch) for stretch in view.progress.unread],
        "stopped": stopped,
    }


def _nothing(view: DocumentView) -> str:
    if view.held_out:
        return HELD_OUT
    if view.progress:
        return NOT_YET
    if view.predicted == "other_labels":
        return OTHER_LABELS
    return NEVER_LOOKED if view.predicted == "never" else NOTHING_FOUND
