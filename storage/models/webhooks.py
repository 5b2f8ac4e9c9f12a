"""Webhooks: addresses that are told what happens in a project, and the messages to them."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from storage.columns import UtcDateTime, now, one_of
from storage.enums import DELIVERY_STATES, DeliveryState, WebhookEvent
from storage.models.base import Base


def _message_id() -> str:
    return f"msg_{uuid4().hex}"


class Webhook(Base):
    """An address that is told of some of a project's events."""

    __tablename__ = "webhooks"

    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(
        ForeignKey("projects.id", ondelete="CASCADE"), index=True
    )
    url: Mapped[str] = mapped_column(Text)
    secret: Mapped[str] = mapped_column(String(100))
    """What messages are signed with, which a hash of it could not do."""
    events: Mapped[list[WebhookEvent]] = mapped_column(JSON)
    active: Mapped[bool] = mapped_column(default=True)
    """False once it was switched off, or its receiver answered that it is gone: nothing is sent."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)


class WebhookDelivery(Base):
    """A message to a webhook, written in the transaction of what it tells of."""

    __tablename__ = "webhook_deliveries"
    __table_args__ = (
        one_of("state", DELIVERY_STATES),
        UniqueConstraint("webhook_id", "event_key"),
        Index(None, "state", "next_attempt_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    webhook_id: Mapped[int] = mapped_column(ForeignKey("webhooks.id", ondelete="CASCADE"))
    event_key: Mapped[str] = mapped_column(String(200))
    """What happened, and to what: a webhook is told of it in one message."""
    message_id: Mapped[str] = mapped_column(String(40), default=_message_id)
    """By which a receiver knows a message that comes again; no other ever has it, not even after a
    restored backup."""
    event: Mapped[str] = mapped_column(String(32))
    data: Mapped[dict[str, Any]] = mapped_column(JSON)
    state: Mapped[DeliveryState] = mapped_column(String(16), default="pending")
    attempts: Mapped[int] = mapped_column(default=0)
    next_attempt_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=now)
    """None once it was delivered or given up."""
    last_error: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
