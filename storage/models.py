"""The tables. Every query over them is in `storage.repository`.

Offsets are code points of the raw text, end exclusive. Scores lie in [0, 1]: shares of the
highest that the model can give (`core.scores`). Machine and person sets have one shape; their
provenance differs.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    LargeBinary,
    MetaData,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

from storage.columns import UtcDateTime, hex_colour, now, one_of
from storage.vocabulary import (
    DOCUMENT_STATUSES,
    ORIGINS,
    SET_STATES,
    SOURCES,
    SPAN_STATUSES,
    SPLITS,
    VERSION_STATES,
    DocumentStatus,
    Origin,
    QueueOrder,
    SetState,
    Source,
    SpanStatus,
    Split,
    VersionState,
)


class Base(DeclarativeBase):
    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class Project(Base):
    __tablename__ = "projects"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(200), unique=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    guidelines: Mapped[str] = mapped_column(Text, default="", server_default="")
    """How to decide, in the project's own words (Markdown)."""
    control_share: Mapped[float] = mapped_column(default=0.2, server_default="0.2")
    """The share of documents held back: shown without suggestions, and never trained on."""
    queue: Mapped[QueueOrder] = mapped_column(
        String(16), default="arrival", server_default="arrival"
    )
    hotkeys: Mapped[dict[str, str]] = mapped_column(JSON, default=dict, server_default="{}")
    """The keys of actions that are not where they are by default."""


class Label(Base):
    """A type of entity in a project. `key` is the keyboard key that chooses it."""

    __tablename__ = "labels"
    __table_args__ = (UniqueConstraint("project_id", "name"), hex_colour("color"))

    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(100))
    color: Mapped[str] = mapped_column(String(7))
    key: Mapped[str | None] = mapped_column(String(1))
    description: Mapped[str] = mapped_column(Text, default="")
    position: Mapped[int]


class Document(Base):
    """A text exactly as it came, its SHA-256 over UTF-8, and where it stands."""

    __tablename__ = "documents"
    __table_args__ = (
        UniqueConstraint("project_id", "sha256"),
        Index(None, "project_id", "status", "id"),
        one_of("split", SPLITS),
        one_of("status", DOCUMENT_STATUSES),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(Text)
    text: Mapped[str] = mapped_column(Text)
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


class ModelVersion(Base):
    """A model directory that can annotate. At most one is active; a person moves that."""

    __tablename__ = "model_versions"
    __table_args__ = (
        one_of("state", VERSION_STATES),
        Index(
            "uq_model_versions_active",
            "state",
            unique=True,
            sqlite_where=text("state = 'active'"),
            postgresql_where=text("state = 'active'"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    path: Mapped[str] = mapped_column(Text)
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("model_versions.id"))
    labels: Mapped[list[str]] = mapped_column(JSON)
    metrics: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    data_hash: Mapped[str | None] = mapped_column(String(64))
    settings: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    state: Mapped[VersionState] = mapped_column(String(16), default="proposed")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)


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
        Index(
            "uq_annotation_sets_draft",
            "document_id",
            unique=True,
            sqlite_where=text("state = 'draft'"),
            postgresql_where=text("state = 'draft'"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    document_id: Mapped[int] = mapped_column(ForeignKey("documents.id", ondelete="CASCADE"))
    origin: Mapped[Origin] = mapped_column(String(16))
    model_version_id: Mapped[int | None] = mapped_column(ForeignKey("model_versions.id"))
    provenance: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    """Machine: {"sampler": settings, "uncovered": [[start, end], …]} or {"imported": …}."""
    person: Mapped[str | None] = mapped_column(String(200))
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
    refused: Mapped[str | None] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)


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
