"""Webhooks, and the messages to them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from storage.columns import now
from storage.engine import Sessions, writing
from storage.models import Project, WebhookDelivery
from storage.repository import trash, webhooks
from tests.app.material import new_project

pytestmark = pytest.mark.both_databases
URL = "https://example.org/hook"
LONGEST = timedelta(hours=20)


def test_an_event_is_written_once_for_each_webhook_that_is_told_of_it(sessions: Sessions) -> None:
    project = new_project(sessions, filled=False)
    with writing(sessions) as session:
        subscriber = webhooks.add(session, project, URL, "s", ["document.submitted", "job.failed"])
        webhooks.add(session, project, URL, "s", ["job.finished"])
        for _ in range(2):
            hooks = webhooks.subscribed(session, "document.submitted", project)
            webhooks.enqueue(session, hooks, "document.submitted", "7", {"document_id": 7})

    with sessions() as session:
        (delivery,) = session.scalars(select(WebhookDelivery)).all()
        assert (delivery.webhook_id, delivery.event_key) == (subscriber.id, "document.submitted:7")
        assert (delivery.state, delivery.attempts, delivery.data) == (
            "pending",
            0,
            {"document_id": 7},
        )
        assert delivery.message_id.startswith("msg_")
    with pytest.raises(IntegrityError), writing(sessions) as session:
        webhooks.add_delivery(session, subscriber, "document.submitted", "document.submitted:7", {})


def test_what_is_due_comes_in_the_order_of_its_time(sessions: Sessions) -> None:
    project = new_project(sessions, filled=False)
    with writing(sessions) as session:
        webhook = webhooks.add(session, project, URL, "s", ["job.failed"])
        keys = ("late", "done", "later", "early")
        late, done, later, early = (
            webhooks.add_delivery(session, webhook, "job.failed", key, {}) for key in keys
        )
        at = now()
        late.next_attempt_at, early.next_attempt_at = at, at - timedelta(minutes=1)
        later.next_attempt_at = at + timedelta(minutes=1)
        done.state = "delivered"

    with writing(sessions) as session:
        assert [d.event_key for d, _ in webhooks.due(session, at, 9, LONGEST)] == ["early", "late"]
        assert [d.event_key for d, _ in webhooks.due(session, at, 1, LONGEST)] == ["early"]
        webhooks.get(session, project, webhook.id).active = False
        session.flush()
        assert webhooks.due(session, at, 9, LONGEST) == []


def test_nothing_is_due_for_a_project_in_the_trash(sessions: Sessions) -> None:
    project = new_project(sessions, filled=False)
    with writing(sessions) as session:
        webhook = webhooks.add(session, project, URL, "s", ["job.failed"])
        webhooks.add_delivery(session, webhook, "job.failed", "job", {})
        trash.put(session, session.get_one(Project, project))
        assert webhooks.due(session, now(), 9, LONGEST) == []
        assert webhooks.subscribed(session, "job.failed") == []


def test_messages_go_with_their_webhook_and_old_ones_are_forgotten(sessions: Sessions) -> None:
    project = new_project(sessions, filled=False)
    with writing(sessions) as session:
        webhook = webhooks.add(session, project, URL, "s", ["job.failed"])
        other = webhooks.add(session, project, URL, "s", ["job.failed"])
        for key, state in (("a", "delivered"), ("b", "pending")):
            delivery = webhooks.add_delivery(session, webhook, "job.failed", key, {})
            delivery.created_at = now() - timedelta(days=2)
            delivery.state = state  # type: ignore[assignment]
        webhooks.add_delivery(session, other, "job.failed", "a", {})

    with writing(sessions) as session:
        webhooks.forget(session, timedelta(days=1))
        assert [d.event_key for d in webhooks.deliveries(session, webhook.id, 9)] == ["b"]
        webhooks.remove(session, webhook.id)
        assert session.scalar(select(func.count()).select_from(WebhookDelivery)) == 1
        with pytest.raises(LookupError, match="has no webhook"):
            webhooks.get(session, project, webhook.id)
        webhooks.remove_of_project(session, project)
        assert webhooks.of_project(session, project) == []
