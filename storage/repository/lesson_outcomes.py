"""How right suggestions were on documents that nothing behind them had learnt yet."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from storage.models import AnnotationSet, Document, InstantLesson, ModelVersion
from storage.repository import instant


@dataclass(frozen=True, slots=True)
class LessonTest:
    """A document, suggested by a model version and what was learnt on top of it, then learnt."""

    document_id: int
    model_version_id: int
    outcomes: Any
    """None where the version may have been trained on the document."""


def tested(session: Session, project_id: int) -> list[LessonTest]:
    """The lessons of the documents that count now, in the order of learning; none that was taken
    back.

    Another version learns all documents again, after it may have been trained on them. So a
    document's lesson is that of the oldest version, without outcomes if that version was trained
    after the document was first submitted.
    """
    last = (
        select(func.max(InstantLesson.id))
        .where(InstantLesson.project_id == project_id)
        .group_by(InstantLesson.document_id, InstantLesson.model_version_id)
    )
    query = (
        select(
            InstantLesson.id,
            InstantLesson.document_id,
            InstantLesson.model_version_id,
            InstantLesson.outcomes,
        )
        .where(InstantLesson.id.in_(last), InstantLesson.sign == 1)
        .order_by(InstantLesson.model_version_id, InstantLesson.id)
    )
    lessons: dict[int, tuple[int, LessonTest]] = {}
    for lesson_id, *lesson in session.execute(query):
        lesson_test = LessonTest(*lesson)
        lessons.setdefault(lesson_test.document_id, (lesson_id, lesson_test))
    if not lessons:
        return []
    counting = instant.submitted(session, project_id)
    first_submitted = _first_submitted(session, project_id)
    trained = {
        version_id: created_at
        for version_id, created_at, settings in session.execute(
            select(ModelVersion.id, ModelVersion.created_at, ModelVersion.settings)
        )
        if settings.get("snapshot")
    }
    return [
        replace(lesson, outcomes=None)
        if _may_know(first_submitted.get(document_id), trained.get(lesson.model_version_id))
        else lesson
        for document_id, (_, lesson) in sorted(lessons.items(), key=lambda item: item[1][0])
        if document_id in counting
    ]


def _may_know(submitted_at: datetime | None, trained_at: datetime | None) -> bool:
    return trained_at is not None and (submitted_at is None or submitted_at <= trained_at)


def _first_submitted(session: Session, project_id: int) -> dict[int, datetime | None]:
    query = (
        select(AnnotationSet.document_id, func.min(AnnotationSet.submitted_at))
        .join(Document, Document.id == AnnotationSet.document_id)
        .where(
            Document.project_id == project_id,
            AnnotationSet.origin == "person",
            AnnotationSet.state == "submitted",
        )
        .group_by(AnnotationSet.document_id)
    )
    return dict(session.execute(query).all())
