"""Accounts, and what people did beside annotating."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from storage.columns import UtcDateTime, now
from storage.models.base import Base


class User(Base):
    """An account. `name` is what annotations are kept under, and never changes."""

    __tablename__ = "users"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(200), unique=True)
    folded: Mapped[str] = mapped_column(String(200), unique=True)
    """The name without its case: two accounts must not look alike."""
    password: Mapped[str | None] = mapped_column(String(200))
    """An Argon2id hash; None for who signs in elsewhere (OpenID Connect)."""
    administrator: Mapped[bool] = mapped_column(default=False)
    active: Mapped[bool] = mapped_column(default=True)
    failures: Mapped[int] = mapped_column(default=0)
    """Wrong passwords since the last right one."""
    locked_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)


class Login(Base):
    """A session that a person signed in to. Only the token's SHA-256 is kept."""

    __tablename__ = "logins"

    token: Mapped[str] = mapped_column(String(64), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Event(Base):
    """Who did what to a project, beside editing documents: never changed, never deleted.

    Its ids are no foreign keys, so that it outlasts what it tells of.
    """

    __tablename__ = "events"
    __table_args__ = (Index(None, "project_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    person: Mapped[str] = mapped_column(String(200))
    action: Mapped[str] = mapped_column(String(40))
    project_id: Mapped[int | None]
    document_id: Mapped[int | None]
    detail: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
