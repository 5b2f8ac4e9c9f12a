"""A project with a webhook, and a receiver that keeps what comes."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import httpx

from app.services.webhooks import webhooks
from app.services.webhooks.delivery import WebhookDeliveries
from storage.engine import Sessions
from storage.enums import WEBHOOK_EVENTS
from tests.app.material import new_project

HERE = "http://127.0.0.1:9/hook"


@dataclass
class Receiver:
    """Answers with these statuses, the last one again and again."""

    statuses: list[int] = field(default_factory=lambda: [204])
    requests: list[httpx.Request] = field(default_factory=list)

    def answer(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        status = self.statuses.pop(0) if len(self.statuses) > 1 else self.statuses[0]
        return httpx.Response(status, headers={"location": "http://127.0.0.1/elsewhere"})

    @property
    def transport(self) -> httpx.MockTransport:
        return httpx.MockTransport(self.answer)


@dataclass
class Hooked:
    """A project and its webhook, which is told of every event."""

    sessions: Sessions
    project: int
    webhook: int
    secret: str

    @property
    def deliveries(self) -> tuple[webhooks.DeliveryView, ...]:
        return webhooks.deliveries(self.sessions, self.project, self.webhook)

    def send(self, receiver: Receiver, *, private: bool = True) -> int:
        return step(WebhookDeliveries(self.sessions, private, receiver.transport))


def hooked(sessions: Sessions, url: str = HERE, *, private: bool = True) -> Hooked:
    project = new_project(sessions, filled=False)
    webhook, secret = webhooks.create(sessions, project, url, WEBHOOK_EVENTS, private=private)
    return Hooked(sessions, project, webhook.id, secret)


def step(deliveries: WebhookDeliveries) -> int:
    """In a thread of its own, as in the worker: see `tests.coroutines`."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(deliveries.step).result()
