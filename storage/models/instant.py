"""Instant learning: what a project's submitted documents taught on top of a model version.

`core.inference.instant` has the learning itself. What it has learnt can always be learnt anew from
the documents; these tables make that rare, and let all processes share one result.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from storage.columns import UtcDateTime, now
from storage.models.base import Base


class InstantLesson(Base):
    """A document was learnt (`sign` 1) or taken back (-1): a log that is only added to, until pairs
    that cancel are removed.

    It holds no text. `document_id` and `set_id` are no foreign keys, so that what was learnt from
    a document is known even when the document is not there any more.
    """

    __tablename__ = "instant_lessons"
    __table_args__ = (
        CheckConstraint("sign IN (-1, 1)", name="sign_known"),
        Index(None, "project_id", "model_version_id", "document_id", "id"),
        {"sqlite_autoincrement": True},  # the id of a removed row never comes again
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id", ondelete="CASCADE"))
    model_version_id: Mapped[int] = mapped_column(ForeignKey("model_versions.id"))
    document_id: Mapped[int]
    set_id: Mapped[int]
    """The submitted set that was learnt."""
    sign: Mapped[int]
    content: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    """{"entities": [[start, end, label id], …], "rejected": […]}, in code points; None: only the
    outcomes are left of it."""
    outcomes: Mapped[list[Any] | dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    """How right the suggestions were before the document was learnt; {"error": why} of one that
    cannot be learnt, whose `sign` is -1."""
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)


class InstantHead(Base):
    """What was learnt: the part that suggests, the whole state, and who is learning.

    Both parts are safetensors. Each names the last lesson that went into it.
    """

    __tablename__ = "instant_heads"

    project_id: Mapped[int] = mapped_column(
        ForeignKey("projects.id", ondelete="CASCADE"), primary_key=True
    )
    model_version_id: Mapped[int] = mapped_column(ForeignKey("model_versions.id"), primary_key=True)
    suggester_lesson: Mapped[int] = mapped_column(default=0)
    documents: Mapped[int] = mapped_column(default=0)
    """How many documents the suggester has learnt."""
    suggester: Mapped[bytes | None] = mapped_column(LargeBinary)
    state_lesson: Mapped[int] = mapped_column(default=0)
    state: Mapped[bytes | None] = mapped_column(LargeBinary)
    leased_by: Mapped[str | None] = mapped_column(String(64))
    """The process that learns; no other does until `leased_until`."""
    leased_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
