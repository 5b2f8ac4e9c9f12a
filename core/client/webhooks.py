"""A project's webhooks, as `Client.webhooks`; all of it an administrator's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from .connection import Connection
from .records import read


@dataclass(frozen=True, slots=True)
class Webhook:
    id: int
    url: str
    events: tuple[str, ...]
    active: bool
    """False once it was switched off or its receiver answered 410: nothing is sent."""
    created_at: datetime


@dataclass(frozen=True, slots=True)
class NewWebhook(Webhook):
    secret: str = field(repr=False)
    """What messages are signed with, see `verify_webhook`; it is told only now."""


@dataclass(frozen=True, slots=True)
class WebhookDelivery:
    """A message, and what became of it."""

    message_id: str
    """The header `webhook-id`: the same in every attempt."""
    event: str
    state: str
    """`pending`, `delivered` or `failed`."""
    attempts: int
    next_attempt_at: datetime | None
    last_error: str | None
    created_at: datetime


class Webhooks:
    """Where a project's events are sent. Every method raises as those of `Client`."""

    def __init__(self, server: Connection) -> None:
        self._server = server

    def every(self, project_id: int) -> list[Webhook]:
        return [read(Webhook, item) for item in self._server.ask("GET", _path(project_id))]

    def create(self, project_id: int, url: str, events: Sequence[str] | None = None) -> NewWebhook:
        """Tells the address of these events: `document.submitted`, `job.finished`, `job.failed`,
        `model.promoted`; None: of all."""
        body = {"url": url, **({} if events is None else {"events": list(events)})}
        return read(NewWebhook, self._server.ask("POST", _path(project_id), json=body))

    def set_active(self, project_id: int, webhook_id: int, active: bool) -> Webhook:
        """Switches a webhook off, or on again: what waits is then sent."""
        path = f"{_path(project_id)}/{webhook_id}"
        return read(Webhook, self._server.ask("PATCH", path, json={"active": active}))

    def delete(self, project_id: int, webhook_id: int) -> None:
        """Ends a webhook; what was not delivered is dropped."""
        self._server.ask("DELETE", f"{_path(project_id)}/{webhook_id}")

    def deliveries(self, project_id: int, webhook_id: int) -> list[WebhookDelivery]:
        """The newest hundred messages, the newest first."""
        answer = self._server.ask("GET", f"{_path(project_id)}/{webhook_id}/deliveries")
        return [read(WebhookDelivery, item) for item in answer]

    def test(self, project_id: int, webhook_id: int) -> WebhookDelivery:
        """Queues a message of the type `webhook.test`."""
        answer = self._server.ask("POST", f"{_path(project_id)}/{webhook_id}/test")
        return read(WebhookDelivery, answer)


def _path(project_id: int) -> str:
    return f"/projects/{project_id}/webhooks"
