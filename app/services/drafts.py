"""Drafts between the database and the reducer."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict

from sqlalchemy.orm import Session

from app.editing import Draft, DraftSpan
from core.scores import HIGHEST
from core.types import Entity
from storage.models import AnnotationSet, Document
from storage.records import SpanRecord
from storage.repository import annotation_sets, projects


def load(session: Session, document: Document) -> Draft:
    """The document as the reducer sees it: its draft, or what was submitted, frozen."""
    labels = frozenset(label.name for label in projects.labels(session, document.project_id))
    if document.status == "submitted":
        source = annotation_sets.submitted_of(session, document.id)
    else:
        source = annotation_sets.draft_of(session, document.id)
    records = annotation_sets.spans_of(source) if source else ()
    return Draft(
        text_length=document.length,
        labels=labels,
        spans=tuple(map(to_draft_span, records)),
        state=document.status if document.status in ("submitted", "skipped") else "open",
        comment=document.comment,
        skip_reason=document.skip_reason,
    )


def ensure(session: Session, document: Document, person: str) -> AnnotationSet:
    """The document's draft; made from `base_of` if there is none.

    An untouched document's draft follows the newest suggestions; work is never replaced.
    """
    draft = annotation_sets.draft_of(session, document.id)
    base = base_of(session, document) if draft is None or document.status == "new" else None
    if draft is not None and (base is None or draft.parent_id == base.id):
        return draft
    if draft is not None:
        annotation_sets.discard_draft(session, draft)
    labels = {label.name for label in projects.labels(session, document.project_id)}
    spans = annotation_sets.spans_of(base) if base else ()
    return annotation_sets.add_person_set(
        session,
        document.id,
        [span for span in spans if span.label in labels],
        person=person,
        parent_id=base.id if base else None,
    )


def begin(session: Session, document: Document, person: str) -> None:
    """Makes the document's draft if there is none; one that a page shows is left as it is."""
    if annotation_sets.draft_of(session, document.id) is None:
        ensure(session, document, person)


def base_of(session: Session, document: Document) -> AnnotationSet | None:
    """What a new draft starts from: the last submitted set, else the newest suggestions."""
    return annotation_sets.submitted_of(session, document.id) or annotation_sets.latest_prediction(
        session, document.id
    )


def suggestions(
    entities: Iterable[Entity], model_version_id: int, run: str = ""
) -> tuple[SpanRecord, ...]:
    """Predicted entities as suggested spans, none twice, scores as shares of the highest.

    Their keys name the model version, and the `run` where there are several, so that a page that
    still shows an older model's suggestions cannot accept another span by mistake.
    """
    return tuple(
        SpanRecord(
            entity.start,
            entity.end,
            entity.label,
            "suggested",
            share(entity.score),
            "model",
            f"m{model_version_id}.{run}{number}",
            asdict(entity.confidence) if entity.confidence else None,
        )
        for number, entity in enumerate(best_once(entities), 1)
    )


def best_once(entities: Iterable[Entity]) -> list[Entity]:
    """Each place and label once, at its best score."""
    best: dict[tuple[int, int, str], Entity] = {}
    for entity in entities:
        place = (entity.start, entity.end, entity.label)
        if place not in best or (entity.score or 0.0) > (best[place].score or 0.0):
            best[place] = entity
    return list(best.values())


def to_draft_span(record: SpanRecord) -> DraftSpan:
    return DraftSpan(
        id=record.key,
        start=record.start,
        end=record.end,
        label=record.label,
        status=record.status,
        score=record.score,
        source=record.source,
        confidence=record.confidence,
    )


def to_records(spans: Iterable[DraftSpan]) -> tuple[SpanRecord, ...]:
    return tuple(
        SpanRecord(
            start=span.start,
            end=span.end,
            label=span.label,
            status=span.status,
            score=span.score,
            source=span.source,
            key=span.id,
            confidence=span.confidence,
        )
        for span in spans
    )


def share(score: float | None) -> float | None:
    """A model's score as a share of the highest, as it is stored and shown."""
    return None if score is None else min(max(score / HIGHEST, 0.0), 1.0)
