"""Webhooks of projects, and the messages to them: written with an event, sent by a worker."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ScalarSelect, delete, exists, func, or_, select
from sqlalchemy.orm import Session

from storage.columns import now
from storage.enums import DeliveryState, WebhookEvent
from storage.models import Project, Webhook, WebhookDelivery

_OF_PROJECTS = select(Project.id)
"""Those that do not lie in the trash."""


def add(
    session: Session, project_id: int, url: str, secret: str, events: Sequence[WebhookEvent]
) -> Webhook:
    webhook = Webhook(project_id=project_id, url=url, secret=secret, events=list(events))
    session.add(webhook)
    session.flush()
    return webhook


def of_project(session: Session, project_id: int) -> Sequence[Webhook]:
    """A project's webhooks, the oldest first."""
    query = select(Webhook).where(Webhook.project_id == project_id).order_by(Webhook.id)
    return session.scalars(query).all()


def get(session: Session, project_id: int, webhook_id: int) -> Webhook:
    """Raises `LookupError` where the project has none of this number."""
    query = select(Webhook).where(Webhook.id == webhook_id, Webhook.project_id == project_id)
    webhook = session.scalars(query).one_or_none()
    if webhook is None:
        raise LookupError(
            f"project {project_id} has no webhook {webhook_id}; GET "
            f"/projects/{project_id}/webhooks lists its webhooks"
        )
    return webhook


def remove(session: Session, webhook_id: int) -> None:
    """Deletes a webhook, with the messages to it."""
    session.execute(delete(Webhook).where(Webhook.id == webhook_id))


def remove_of_project(session: Session, project_id: int) -> None:
    """Deletes all webhooks of a project, with the messages to them."""
    session.execute(delete(Webhook).where(Webhook.project_id == project_id))


def subscribed(
    session: Session, event: WebhookEvent, project_id: int | None = None
) -> list[Webhook]:
    """The active webhooks that are told of such events, of a project or of all."""
    query = select(Webhook).where(Webhook.active, Webhook.project_id.in_(_OF_PROJECTS))
    if project_id is not None:
        query = query.where(Webhook.project_id == project_id)
    return [hook for hook in session.scalars(query.order_by(Webhook.id)) if event in hook.events]


def enqueue(
    session: Session,
    webhooks: Sequence[Webhook],
    event: WebhookEvent,
    subject: str,
    data: Mapping[str, Any],
) -> None:
    """Writes a message to each webhook that has none yet of what happened to this subject."""
    key = f"{event}:{subject}"
    for webhook in webhooks:
        written = exists().where(
            WebhookDelivery.webhook_id == webhook.id, WebhookDelivery.event_key == key
        )
        if not session.scalar(select(written)):
            add_delivery(session, webhook, event, key, data)


def add_delivery(
    session: Session, webhook: Webhook, event: str, event_key: str, data: Mapping[str, Any]
) -> WebhookDelivery:
    delivery = WebhookDelivery(
        webhook_id=webhook.id, event_key=event_key, event=event, data=dict(data)
    )
    session.add(delivery)
    session.flush()
    return delivery


def deliveries(session: Session, webhook_id: int, limit: int) -> Sequence[WebhookDelivery]:
    """The messages to a webhook, the newest first."""
    query = select(WebhookDelivery).where(WebhookDelivery.webhook_id == webhook_id)
    return session.scalars(query.order_by(WebhookDelivery.id.desc()).limit(limit)).all()


def with_newest(
    session: Session, project_id: int
) -> list[tuple[Webhook, WebhookDelivery | None, int, int]]:
    """A project's webhooks, the oldest first, each with its newest message and with how many
    messages wait and have failed."""
    of_webhook = WebhookDelivery.webhook_id == Webhook.id
    newest = (
        select(func.max(WebhookDelivery.id)).where(of_webhook).correlate(Webhook).scalar_subquery()
    )

    def number(state: DeliveryState) -> ScalarSelect[int]:
        counted = select(func.count()).where(of_webhook, WebhookDelivery.state == state)
        return counted.correlate(Webhook).scalar_subquery()

    query = (
        select(Webhook, WebhookDelivery, number("pending"), number("failed"))
        .outerjoin(WebhookDelivery, WebhookDelivery.id == newest)
        .where(Webhook.project_id == project_id)
        .order_by(Webhook.id)
    )
    return [
        (webhook, newest, waiting, failed)
        for webhook, newest, waiting, failed in session.execute(query)
    ]


def due(
    session: Session, at: datetime, limit: int, longest: timedelta
) -> list[tuple[WebhookDelivery, Webhook]]:
    """Messages whose next attempt is due, those that wait longest first; locked until the
    transaction ends, and without those that another worker holds. One that is to wait longer than
    `longest` was written by a clock that was ahead, and is due, too."""
    next_attempt = WebhookDelivery.next_attempt_at
    query = (
        select(WebhookDelivery, Webhook)
        .join(Webhook, Webhook.id == WebhookDelivery.webhook_id)
        .where(
            WebhookDelivery.state == "pending",
            or_(next_attempt <= at, next_attempt > at + longest),
            Webhook.active,
            Webhook.project_id.in_(_OF_PROJECTS),
        )
        .order_by(next_attempt, WebhookDelivery.id)
        .limit(limit)
        .with_for_update(of=WebhookDelivery, skip_locked=True)
    )
    return [(delivery, webhook) for delivery, webhook in session.execute(query)]


def delivery(session: Session, delivery_id: int) -> WebhookDelivery | None:
    """A message, fresh; None where its webhook was deleted meanwhile."""
    return session.get(WebhookDelivery, delivery_id, populate_existing=True)


def forget(session: Session, older_than: timedelta) -> None:
    """Deletes messages that were delivered or given up, and are older than this."""
    session.execute(
        delete(WebhookDelivery).where(
            WebhookDelivery.state != "pending", WebhookDelivery.created_at < now() - older_than
        )
    )
