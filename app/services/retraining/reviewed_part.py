"""The part of a submitted document that people decided on.

A suggestion that nobody accepted or rejected says nothing: its sentence is left out, neither
learnt nor measured by. A rejected one needs no mark: its sentence is learnt without it, which
makes it a negative.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from app.services.interchange.sentences import by_sentence
from core.data.examples import split_document
from core.types import Entity
from storage.records import DocumentRecord, SpanRecord


def decided(
    document: DocumentRecord, labels: Sequence[str]
) -> tuple[tuple[DocumentRecord, ...], str | None]:
    """The whole document, or those of its sentences that nobody left undecided; and what keeps
    it from being learnt."""
    known = replace(
        document, entities=tuple(s for s in document.entities or () if s.label in labels)
    )
    if not _undecided(known):
        return _checked(known)
    waiting = replace(known, entities=tuple(s for s in _spans(known) if s.status != "rejected"))
    parts: list[DocumentRecord] = []
    for piece in by_sentence([waiting]):
        if not isinstance(piece, DocumentRecord):
            return (), piece.reason
        if not _undecided(piece):
            parts += _checked(piece)[0]
    return tuple(parts), None if parts else "every sentence has an undecided suggestion"


def _spans(document: DocumentRecord) -> tuple[SpanRecord, ...]:
    return tuple(document.entities or ())


def _undecided(document: DocumentRecord) -> bool:
    return any(span.status == "suggested" for span in _spans(document))


def _checked(document: DocumentRecord) -> tuple[tuple[DocumentRecord, ...], str | None]:
    """With its accepted entities alone, if it can be read as sentences."""
    spans = tuple(
        SpanRecord(span.start, span.end, span.label, key=span.key)
        for span in _spans(document)
        if span.status == "accepted"
    )
    try:
        entities = [Entity(span.start, span.end, span.label) for span in spans]
        examples = split_document(document.text, entities).examples
    except ValueError as error:
        return (), str(error)
    if not examples:
        return (), "it has no words"
    return (replace(document, entities=spans, provenance={}, meta={}),), None
