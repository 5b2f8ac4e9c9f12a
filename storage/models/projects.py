"""Projects, their labels and their members."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, ForeignKey, String, UniqueConstraint, true
from sqlalchemy.orm import Mapped, mapped_column

from storage.columns import RawText, UtcDateTime, hex_colour, now, one_of
from storage.enums import ROLES, QueueOrder, Role
from storage.models.base import Base

HOLDOUT_SHARE = 0.2
"""Of the documents of a project that says nothing else."""


class Project(Base):
    __tablename__ = "projects"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(200), unique=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    guidelines: Mapped[str] = mapped_column(RawText, default="", server_default="")
    """How to decide, in the project's own words (Markdown)."""
    holdout_share: Mapped[float] = mapped_column(
        default=HOLDOUT_SHARE, server_default=str(HOLDOUT_SHARE)
    )
    """The share of documents held out: shown without suggestions, and never trained on."""
    queue: Mapped[QueueOrder] = mapped_column(
        String(16), default="arrival", server_default="arrival"
    )
    nested: Mapped[bool] = mapped_column(default=True, server_default=true())
    """Whether a suggestion may lie within another. What people mark may in any case."""
    hotkeys: Mapped[dict[str, str]] = mapped_column(JSON, default=dict, server_default="{}")
    """The keys of actions that are not where they are by default."""
    annotators: Mapped[int] = mapped_column(default=1, server_default="1")
    """How many people annotate each document. With 1, whoever opens it works on the one draft;
    with more, each has a draft of their own and sees nobody else's."""
    retrain_after: Mapped[int | None]
    """After how many submitted documents it retrains by itself; None: never."""
    instant: Mapped[bool] = mapped_column(default=True, server_default=true())
    """Whether it learns from every submitted document at once, see `storage.models.instant`."""
    deleted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """Since when it lies in the trash."""


class Label(Base):
    """A type of entity in a project. `key` is the keyboard key that chooses it."""

    __tablename__ = "labels"
    __table_args__ = (UniqueConstraint("project_id", "name"), hex_colour("color"))

    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(100))
    color: Mapped[str] = mapped_column(String(7))
    key: Mapped[str | None] = mapped_column(String(1))
    description: Mapped[str] = mapped_column(RawText, default="")
    position: Mapped[int]
    deleted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """Since when it lies in the trash; entities that have it are kept, and not shown."""


class Member(Base):
    """A person's part in a project. Administrators need none."""

    __tablename__ = "members"
    __table_args__ = (one_of("role", ROLES),)

    project_id: Mapped[int] = mapped_column(
        ForeignKey("projects.id", ondelete="CASCADE"), primary_key=True
    )
    user_id: Mapped[int] = mapped_column(
        ForeignKey("users.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    role: Mapped[Role] = mapped_column(String(16))
