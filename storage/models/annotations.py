"""What machines and people say of documents, and every operation that led there."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    String,
    Text,
    UniqueConstraint,
    false,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from storage.columns import UtcDateTime, now, one_of
from storage.enums import (
    ORIGINS,
    SET_STATES,
    SOURCES,
    SPAN_STATUSES,
    Origin,
    SetState,
    Source,
    SpanStatus,
)
from storage.models.base import Base


def _one(name: str, where: str, *columns: str) -> Index:
    """At most one row of these columns where the condition holds."""
    condition = text(where)
    return Index(name, *columns, unique=True, sqlite_where=condition, postgresql_where=condition)


class AnnotationSet(Base):
    """One answer to one document: a prediction, a person's draft, or a submitted set.

    A machine's set and a submitted set never change; a correction is a child set.
    A machine set with no entities means "predicted: nothing found".
    An imported machine set has no model version; `provenance` says where it came from.
    """

    __tablename__ = "annotation_sets"
    __table_args__ = (
        one_of("origin", ORIGINS),
        one_of("state", SET_STATES),
        CheckConstraint(
            "(origin = 'machine' AND person IS NULL AND state = 'submitted') OR "
            "(origin = 'person' AND person IS NOT NULL AND model_version_id IS NULL)",
            name="provenance",
        ),
        Index(None, "document_id", "origin", "id"),
        _one("uq_annotation_sets_draft", "state = 'draft' AND NOT blind", "document_id"),
        _one("uq_annotation_sets_blind", "state = 'draft' AND blind", "document_id", "person"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    document_id: Mapped[int] = mapped_column(ForeignKey("documents.id", ondelete="CASCADE"))
    origin: Mapped[Origin] = mapped_column(String(16))
    model_version_id: Mapped[int | None] = mapped_column(ForeignKey("model_versions.id"))
    provenance: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    """Machine: {"sampler": settings, "uncovered": [[start, end], …]} or {"imported": …}; of a long
    document also "unread", see `app.services.suggestions.by_parts`."""
    person: Mapped[str | None] = mapped_column(String(200))
    blind: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Whether it is one of several people's answers, given unseen by each other."""
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("annotation_sets.id"))
    state: Mapped[SetState] = mapped_column(String(16))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    submitted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    entities: Mapped[list[EntityRow]] = relationship(
        lazy="raise",
        order_by="(EntityRow.start, EntityRow.end.desc(), EntityRow.id)",
        cascade="all, delete-orphan",
        passive_deletes=True,
    )


class EntityRow(Base):
    """A labelled stretch of a set's document. `key` is the id that the page knows it by."""

    __tablename__ = "entities"
    __table_args__ = (
        UniqueConstraint("annotation_set_id", "key"),
        CheckConstraint('start >= 0 AND start < "end"', name="start_before_end"),
        CheckConstraint("score IS NULL OR (score >= 0 AND score <= 1)", name="score_share"),
        one_of("status", SPAN_STATUSES),
        one_of("source", SOURCES),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    annotation_set_id: Mapped[int] = mapped_column(
        ForeignKey("annotation_sets.id", ondelete="CASCADE")
    )
    key: Mapped[str] = mapped_column(String(64))
    start: Mapped[int]
    end: Mapped[int]
    label: Mapped[str] = mapped_column(String(100))
    status: Mapped[SpanStatus] = mapped_column(String(16))
    score: Mapped[float | None]
    source: Mapped[Source] = mapped_column(String(16))
    confidence: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    """The three parts of a suggestion's score, see `core.types.Confidence`."""


class Operation(Base):
    """One action of one page, recorded once: the audit log and the idempotency key.

    `refused` holds the reason when the action was received but could not be applied.
    """

    __tablename__ = "operations"

    client: Mapped[str] = mapped_column(String(64), primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    document_id: Mapped[int] = mapped_column(
        ForeignKey("documents.id", ondelete="CASCADE"), index=True
    )
    person: Mapped[str] = mapped_column(String(200))
    payload: Mapped[dict[str, Any]] = mapped_column(JSON)
    blind: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Whether it was done to the person's own draft, see `AnnotationSet.blind`."""
    version: Mapped[int | None]
    """What the draft's version was after it; None where it was refused."""
    changes: Mapped[list[dict[str, Any]] | None] = mapped_column(JSON(none_as_null=True))
    """What it did: {"before": span | null, "after": span | null} for each span that it touched."""
    refused: Mapped[str | None] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
