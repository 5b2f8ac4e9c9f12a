"""A worker's part in webhooks: it sends the messages that are due until they arrive.

An attempt is counted, and the next one set, before it is made: a worker that is killed meanwhile
leaves a message that comes again, under the same id. So each arrives at least once, or is given up.
"""

from __future__ import annotations

import asyncio
import json
import logging
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import httpx

from app.services.webhooks import failures, target
from core.client.webhook_signature import sign
from storage.columns import now
from storage.engine import Sessions, writing
from storage.models import Webhook, WebhookDelivery
from storage.repository import webhooks

LOG = logging.getLogger(__name__)
EVERY = 1.0
"""Seconds between two looks for messages."""
TOGETHER = 10
"""Messages that are sent at once."""
TIMEOUT = 10.0
"""Seconds for one attempt as a whole; far below the first pause."""
PAUSES = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 30, 120, 300, 600))
"""Between two attempts; the message is given up after the attempt that follows the last."""
LONGEST_WAIT = 2 * PAUSES[-1]
"""What is to wait longer was written by a clock that was far ahead of this one."""
KEPT = timedelta(days=30)
"""How long it is seen what became of a message."""
_GONE = 410
_NO_REUSE = httpx.Limits(max_keepalive_connections=0)
"""A connection is of one receiver, though several may have an address in common."""


@dataclass(frozen=True, slots=True)
class _Attempt:
    delivery_id: int
    url: str
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class _Failure:
    reason: str
    gone: bool = False
    """Whether the receiver wants nothing more, ever."""


class WebhookDeliveries:
    """One worker's hands. `private`: whether messages may go into networks that are not public."""

    def __init__(
        self, sessions: Sessions, private: bool, transport: httpx.AsyncBaseTransport | None = None
    ) -> None:
        self._sessions, self._private, self._transport = sessions, private, transport

    def run(self, stop: threading.Event) -> None:
        """Sends until told to stop; a database that goes away is waited for."""
        while not stop.is_set():
            try:
                sent = self.step()
            except Exception:
                LOG.exception("webhooks could not be sent; it will be tried again")
                sent = 0
            stop.wait(0 if sent else EVERY)

    def step(self) -> int:
        """Attempts the messages that are due, at most `TOGETHER`; returns how many."""
        at = now()
        with self._sessions() as session:
            if not webhooks.due(session, at, 1, LONGEST_WAIT):
                return 0
        with writing(self._sessions, beside_others=True) as session:
            due = webhooks.due(session, at, TOGETHER, LONGEST_WAIT)
            begun = [_begin(*found, at) for found in due]
        attempts = [attempt for attempt in begun if attempt is not None]
        failures = asyncio.run(self._post_all(attempts)) if attempts else []
        with writing(self._sessions, beside_others=True) as session:
            for attempt, failure in zip(attempts, failures, strict=True):
                delivery = webhooks.delivery(session, attempt.delivery_id)
                if delivery is not None:
                    _finish(delivery, session.get_one(Webhook, delivery.webhook_id), failure)
            webhooks.forget(session, KEPT)
        return len(begun)

    async def _post_all(self, attempts: Sequence[_Attempt]) -> list[_Failure | None]:
        async with httpx.AsyncClient(
            transport=self._transport,
            trust_env=False,
            follow_redirects=False,
            timeout=TIMEOUT,
            limits=_NO_REUSE,
        ) as client:
            return await asyncio.gather(*(self._post(client, attempt) for attempt in attempts))

    async def _post(self, client: httpx.AsyncClient, attempt: _Attempt) -> _Failure | None:
        """None where the receiver took the message."""
        try:
            async with asyncio.timeout(TIMEOUT):
                status = await self._status(client, attempt)
        except target.WebhookTargetError as refused:
            return _Failure(str(refused))
        except (httpx.HTTPError, httpx.InvalidURL, OSError, UnicodeError) as error:
            return _Failure(failures.of_error(error, attempt.url, TIMEOUT))
        reason = failures.of_status(status, attempt.url)
        return _Failure(reason, gone=status == _GONE) if reason else None

    async def _status(self, client: httpx.AsyncClient, attempt: _Attempt) -> int:
        """The answer's status, of the first address that can be reached; the body stays unread."""
        url = httpx.URL(attempt.url)
        *others, last = await target.resolve(attempt.url, self._private)
        for address in others:
            try:
                return await _ask(client, url, address, attempt)
            except httpx.ConnectError:
                continue
        return await _ask(client, url, last, attempt)


async def _ask(client: httpx.AsyncClient, url: httpx.URL, address: str, attempt: _Attempt) -> int:
    """Asks the address by the URL's name, which its certificate must have."""
    async with client.stream(
        "POST",
        url.copy_with(host=address),
        headers={**attempt.headers, "host": url.netloc.decode("ascii")},
        content=attempt.body,
        extensions={"sni_hostname": url.host},
    ) as answer:
        return answer.status_code


def _begin(delivery: WebhookDelivery, webhook: Webhook, at: datetime) -> _Attempt | None:
    """Counts an attempt; None where the last one was made by a worker that never said how it
    ended."""
    if delivery.attempts > len(PAUSES):
        delivery.state, delivery.next_attempt_at = "failed", None
        delivery.last_error = "the worker ended during the last attempt"
        return None
    delivery.next_attempt_at = at + PAUSES[min(delivery.attempts, len(PAUSES) - 1)]
    delivery.attempts += 1
    body = _body(delivery, webhook)
    timestamp = int(at.timestamp())
    headers = {
        "content-type": "application/json",
        "user-agent": "Spanneal",
        "webhook-id": delivery.message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": sign(webhook.secret, delivery.message_id, timestamp, body),
    }
    return _Attempt(delivery.id, webhook.url, headers, body)


def _body(delivery: WebhookDelivery, webhook: Webhook) -> bytes:
    message = {
        "type": delivery.event,
        "timestamp": delivery.created_at.isoformat(),
        "data": {"project_id": webhook.project_id, **delivery.data},
    }
    return json.dumps(message).encode("ascii")


def _finish(delivery: WebhookDelivery, webhook: Webhook, failure: _Failure | None) -> None:
    delivery.last_error = failure.reason if failure else None
    if failure is None:
        delivery.state, delivery.next_attempt_at = "delivered", None
    elif failure.gone or delivery.attempts > len(PAUSES):
        delivery.state, delivery.next_attempt_at = "failed", None
        webhook.active = webhook.active and not failure.gone
