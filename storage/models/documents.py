"""Documents, who works on them, and what a model says of them as a whole."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from storage.columns import RawText, UtcDateTime, now, one_of
from storage.enums import DOCUMENT_STATUSES, SPLITS, DocumentStatus, Split
from storage.models.base import Base


class Document(Base):
    """A text exactly as it came, its SHA-256 over UTF-8, and where it stands."""

    __tablename__ = "documents"
    __table_args__ = (
        UniqueConstraint("project_id", "sha256"),
        Index(None, "project_id", "deleted_at", "status", "id"),
        one_of("split", SPLITS),
        one_of("status", DOCUMENT_STATUSES),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(RawText)
    text: Mapped[str] = mapped_column(RawText)
    length: Mapped[int]
    """Code points, which SQLite's own length() does not count past a NUL."""
    sha256: Mapped[str] = mapped_column(String(64))
    split: Mapped[Split] = mapped_column(String(16))
    status: Mapped[DocumentStatus] = mapped_column(String(16), default="new")
    meta: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    comment: Mapped[str] = mapped_column(Text, default="", server_default="")
    skip_reason: Mapped[str] = mapped_column(Text, default="", server_default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now, onupdate=now)
    version: Mapped[int] = mapped_column(default=0, server_default="0")
    """Counts the operations that changed the one draft."""
    claimed_by: Mapped[str | None] = mapped_column(String(200))
    """Who works on it now, so that nobody else is sent there."""
    claimed_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    deleted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """Since when it lies in the trash."""


class Assignment(Base):
    """One person's own work on a document that several annotate, unseen by the others."""

    __tablename__ = "assignments"
    __table_args__ = (
        UniqueConstraint("document_id", "person"),
        Index(None, "person", "status"),
        one_of("status", DOCUMENT_STATUSES),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    document_id: Mapped[int] = mapped_column(ForeignKey("documents.id", ondelete="CASCADE"))
    person: Mapped[str] = mapped_column(String(200))
    status: Mapped[DocumentStatus] = mapped_column(String(16), default="new")
    version: Mapped[int] = mapped_column(default=0)
    comment: Mapped[str] = mapped_column(Text, default="")
    skip_reason: Mapped[str] = mapped_column(Text, default="")
    claimed_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """When an untouched one goes to somebody else; None: it stays this person's."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)


class Visit(Base):
    """A person opened a document to work on it. What was done then, `Operation` has."""

    __tablename__ = "visits"

    id: Mapped[int] = mapped_column(primary_key=True)
    document_id: Mapped[int] = mapped_column(
        ForeignKey("documents.id", ondelete="CASCADE"), index=True
    )
    person: Mapped[str] = mapped_column(String(200))
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    aided: Mapped[bool]
    """Whether suggestions were shown."""
    model_version_id: Mapped[int | None] = mapped_column(ForeignKey("model_versions.id"))
    """Whose."""


class DocumentSignal(Base):
    """What a model says of a whole document, for the order of the queue."""

    __tablename__ = "document_signals"

    document_id: Mapped[int] = mapped_column(
        ForeignKey("documents.id", ondelete="CASCADE"), primary_key=True
    )
    model_version_id: Mapped[int] = mapped_column(ForeignKey("model_versions.id"), primary_key=True)
    doubt: Mapped[float]
    """1 - the mean P^c of what it suggests; 0 where it suggests nothing."""
    disagreement: Mapped[float]
    """1 - the mean F1 of each two seeds' suggestions."""
    vector: Mapped[bytes] = mapped_column(LargeBinary)
    """The mean word state, as little-endian 32-bit floats."""
