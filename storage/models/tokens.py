"""Secrets that programs come with instead of a person's session."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from storage.columns import UtcDateTime, now
from storage.enums import TokenScope
from storage.models.base import Base


class ApiToken(Base):
    """A program's access, in a person's name. Only the secret's SHA-256 is kept."""

    __tablename__ = "api_tokens"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(200), unique=True)
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    """Whose; None where the installation knows no accounts."""
    project_id: Mapped[int | None] = mapped_column(ForeignKey("projects.id", ondelete="CASCADE"))
    """The only project that it reaches; None: all that the person does."""
    scope: Mapped[TokenScope] = mapped_column(String(16), default="manage", server_default="manage")
    expires_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """None: never."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
