"""Models that can annotate."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from storage.columns import UtcDateTime, now, one_of
from storage.enums import VERSION_STATES, VersionState
from storage.models.base import Base


class ModelVersion(Base):
    """A model folder that can annotate. At most one is active; a person moves that."""

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
