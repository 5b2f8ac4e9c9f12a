"""A project's webhooks as its administrators see them: make, list, test, switch off, delete."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

from sqlalchemy.orm import Session

from app.services.team.permissions import doer, require
from app.services.webhooks.target import require_allowed
from core.client.webhook_signature import PREFIX
from storage.engine import Sessions, writing
from storage.enums import DeliveryState, WebhookEvent
from storage.models import Webhook, WebhookDelivery
from storage.repository import events, projects, webhooks

MOST = 20
"""Webhooks of a project."""
TEST = "webhook.test"
_SECRET_BYTES = 32


class WebhookLimitError(ValueError):
    """That a project has as many webhooks as it may, and what to do."""


@dataclass(frozen=True, slots=True)
class WebhookView:
    """A webhook without its secret."""

    id: int
    url: str
    events: tuple[WebhookEvent, ...]
    active: bool
    """False once it was switched off, or its receiver answered that it is gone (410)."""
    created_at: datetime


@dataclass(frozen=True, slots=True)
class DeliveryView:
    """A message to a webhook, and what became of it."""

    message_id: str
    event: str
    state: DeliveryState
    attempts: int
    next_attempt_at: datetime | None
    """None once it was delivered or given up."""
    last_error: str | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class WebhookSummary:
    """A webhook, and how its messages fare."""

    webhook: WebhookView
    newest: DeliveryView | None
    waiting: int
    failed: int


def create(
    sessions: Sessions,
    project_id: int,
    url: str,
    subscribed: Sequence[WebhookEvent],
    *,
    private: bool,
) -> tuple[WebhookView, str]:
    """A new webhook and its secret, told only now. `private`: whether it may lead into networks
    that are not public.

    Raises `WebhookTargetError`, `WebhookLimitError`, `LookupError` and `NotAllowedError`.
    """
    require_allowed(url, private)
    secret = PREFIX + base64.b64encode(secrets.token_bytes(_SECRET_BYTES)).decode()
    with writing(sessions) as session:
        require(session, projects.get(session, project_id).id, "administer")
        if len(webhooks.of_project(session, project_id)) >= MOST:
            raise WebhookLimitError(
                f"project {project_id} has {MOST} webhooks, the most there may be; delete one first"
            )
        webhook = webhooks.add(session, project_id, url, secret, list(dict.fromkeys(subscribed)))
        _record(session, webhook, "created")
        return _view(webhook), secret


def every(sessions: Sessions, project_id: int) -> tuple[WebhookView, ...]:
    """A project's webhooks, the oldest first. Raises `LookupError` and `NotAllowedError`."""
    with sessions() as session:
        require(session, projects.get(session, project_id).id, "administer")
        return tuple(map(_view, webhooks.of_project(session, project_id)))


def summaries(sessions: Sessions, project_id: int) -> tuple[WebhookSummary, ...]:
    """A project's webhooks and how their messages of the last 30 days fare, the oldest first.
    Raises `NotAllowedError`."""
    with sessions() as session:
        require(session, project_id, "administer")
        return tuple(
            WebhookSummary(_view(webhook), _delivery(newest) if newest else None, waiting, failed)
            for webhook, newest, waiting, failed in webhooks.with_newest(session, project_id)
        )


def set_active(sessions: Sessions, project_id: int, webhook_id: int, active: bool) -> WebhookView:
    """Switches a webhook off, or on again. While it is off no message is written for it; those that
    wait are sent once it is on. Raises `LookupError` and `NotAllowedError`."""
    with writing(sessions) as session:
        require(session, project_id, "administer")
        webhook = webhooks.get(session, project_id, webhook_id)
        if webhook.active != active:
            webhook.active = active
            _record(session, webhook, "switched on" if active else "switched off")
        return _view(webhook)


def delete(sessions: Sessions, project_id: int, webhook_id: int) -> None:
    """Ends a webhook; messages that were not delivered are dropped. Raises `LookupError` and
    `NotAllowedError`."""
    with writing(sessions) as session:
        require(session, project_id, "administer")
        webhook = webhooks.get(session, project_id, webhook_id)
        _record(session, webhook, "deleted")
        webhooks.remove(session, webhook.id)


def deliveries(
    sessions: Sessions, project_id: int, webhook_id: int, limit: int = 100
) -> tuple[DeliveryView, ...]:
    """The messages to a webhook, the newest first. Raises `LookupError` and `NotAllowedError`."""
    with sessions() as session:
        require(session, project_id, "administer")
        webhook = webhooks.get(session, project_id, webhook_id)
        return tuple(map(_delivery, webhooks.deliveries(session, webhook.id, limit)))


def send_test(sessions: Sessions, project_id: int, webhook_id: int) -> DeliveryView:
    """Queues a message that tells of nothing, for the worker to send like any other. Raises
    `LookupError` and `NotAllowedError`."""
    with writing(sessions) as session:
        require(session, project_id, "administer")
        webhook = webhooks.get(session, project_id, webhook_id)
        key = f"{TEST}:{uuid4().hex}"
        return _delivery(webhooks.add_delivery(session, webhook, TEST, key, {}))


def _record(session: Session, webhook: Webhook, what: str) -> None:
    detail = {"what": what, "webhook": webhook.id, "events": webhook.events}
    events.record(session, doer(session), "webhook", project_id=webhook.project_id, detail=detail)


def _view(webhook: Webhook) -> WebhookView:
    return WebhookView(
        webhook.id, webhook.url, tuple(webhook.events), webhook.active, webhook.created_at
    )


def _delivery(delivery: WebhookDelivery) -> DeliveryView:
    return DeliveryView(
        delivery.message_id,
        delivery.event,
        delivery.state,
        delivery.attempts,
        delivery.next_attempt_at,
        delivery.last_error,
        delivery.created_at,
    )
