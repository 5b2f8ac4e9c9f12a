"""Pre-annotation in bulk: what was asked for, and the batches that workers take."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from storage.columns import UtcDateTime, now, one_of
from storage.enums import PREANNOTATION_STATES, PreannotationState
from storage.models.base import Base

_OPEN = text("state IN ('running', 'paused')")


class Preannotation(Base):
    """One model version's pass over the documents of a project. At most one is open a project."""

    __tablename__ = "preannotations"
    __table_args__ = (
        one_of("state", PREANNOTATION_STATES),
        Index(
            "uq_preannotations_open",
            "project_id",
            unique=True,
            sqlite_where=_OPEN,
            postgresql_where=_OPEN,
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(
        ForeignKey("projects.id", ondelete="CASCADE"), index=True
    )
    model_version_id: Mapped[int] = mapped_column(ForeignKey("model_versions.id"))
    person: Mapped[str] = mapped_column(String(200))
    state: Mapped[PreannotationState] = mapped_column(String(16), default="running")
    reason: Mapped[str | None] = mapped_column(Text)
    """Why a worker paused it; None where a person did."""
    documents: Mapped[int]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class PreannotationBatch(Base):
    """Documents that one worker takes together: those from `first_id` to `last_id` that wait.

    Its row is locked while a worker is at it, and free again however the worker ends.
    """

    __tablename__ = "preannotation_batches"
    __table_args__ = (Index(None, "preannotation_id", "finished_at", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    preannotation_id: Mapped[int] = mapped_column(
        ForeignKey("preannotations.id", ondelete="CASCADE")
    )
    first_id: Mapped[int]
    last_id: Mapped[int]
    documents: Mapped[int]
    failed: Mapped[int] = mapped_column(default=0)
    """Documents that the model could not predict."""
    error: Mapped[str | None] = mapped_column(Text)
    """Why, of the last."""
    worker: Mapped[str | None] = mapped_column(String(200))
    """Who finished it."""
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
