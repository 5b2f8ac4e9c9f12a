"""Where a project's events are sent: webhooks, and what became of their messages."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from app.http.api.projects import Id
from app.http.common.authentication import Calling
from app.services.webhooks import target, webhooks
from storage.enums import WEBHOOK_EVENTS, DeliveryState, WebhookEvent

router = APIRouter(prefix="/projects/{project_id}/webhooks", tags=["webhooks"])


class NewWebhook(BaseModel):
    model_config = ConfigDict(extra="forbid")

    url: Annotated[str, Field(pattern=target.PATTERN)]
    """A public address, by http or https. Others need the server's `SPANNEAL_WEBHOOKS=private`."""
    events: Annotated[list[WebhookEvent], Field(min_length=1)] = list(WEBHOOK_EVENTS)


class WebhookChange(BaseModel):
    model_config = ConfigDict(extra="forbid")

    active: bool


class WebhookOut(BaseModel):
    id: int
    url: str
    events: list[WebhookEvent]
    active: bool
    """False once it was switched off or its receiver answered 410: nothing is sent."""
    created_at: datetime


class CreatedWebhook(WebhookOut):
    secret: str
    """What messages are signed with; it is shown only now."""


class DeliveryOut(BaseModel):
    message_id: str
    """The header `webhook-id`: the same in every attempt."""
    event: str
    state: DeliveryState
    attempts: int
    next_attempt_at: datetime | None
    """null once it was delivered or given up."""
    last_error: str | None
    created_at: datetime


@router.get("")
def list_webhooks(project_id: Id, caller: Calling) -> list[WebhookOut]:
    """The project's webhooks; an administrator's."""
    found = webhooks.every(caller.sessions, caller.reach(project_id))
    return [WebhookOut.model_validate(webhook, from_attributes=True) for webhook in found]


@router.post("", status_code=201)
def create(project_id: Id, new: NewWebhook, caller: Calling) -> CreatedWebhook:
    """Tells an address of the project's events, each in a signed request; an administrator's. 409
    where there are too many."""
    webhook, secret = webhooks.create(
        caller.sessions,
        caller.reach(project_id),
        new.url,
        new.events,
        private=caller.settings.webhooks == "private",
    )
    made = WebhookOut.model_validate(webhook, from_attributes=True)
    return CreatedWebhook(**made.model_dump(), secret=secret)


@router.patch("/{webhook_id}")
def change(project_id: Id, webhook_id: Id, wanted: WebhookChange, caller: Calling) -> WebhookOut:
    """Switches a webhook off, or on again; what waits is sent once it is on. An administrator's."""
    project = caller.reach(project_id)
    changed = webhooks.set_active(caller.sessions, project, webhook_id, wanted.active)
    return WebhookOut.model_validate(changed, from_attributes=True)


@router.delete("/{webhook_id}", status_code=204)
def delete(project_id: Id, webhook_id: Id, caller: Calling) -> None:
    """Ends a webhook, and drops what was not delivered; an administrator's."""
    webhooks.delete(caller.sessions, caller.reach(project_id), webhook_id)


@router.get("/{webhook_id}/deliveries")
def list_deliveries(
    project_id: Id,
    webhook_id: Id,
    caller: Calling,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> list[DeliveryOut]:
    """The messages of the last 30 days and what became of them, the newest first; an
    administrator's."""
    found = webhooks.deliveries(caller.sessions, caller.reach(project_id), webhook_id, limit)
    return [DeliveryOut.model_validate(delivery, from_attributes=True) for delivery in found]


@router.post("/{webhook_id}/test", status_code=202)
def test(project_id: Id, webhook_id: Id, caller: Calling) -> DeliveryOut:
    """Queues a message of the type `webhook.test`, for the worker to send; an administrator's."""
    delivery = webhooks.send_test(caller.sessions, caller.reach(project_id), webhook_id)
    return DeliveryOut.model_validate(delivery, from_attributes=True)
