"""Messages are signed, sent until they arrive, and go nowhere that nobody allowed."""

from __future__ import annotations

import socket
from datetime import timedelta
from typing import Any

import pytest

from app.services.webhooks import delivery, webhooks
from app.services.webhooks.delivery import PAUSES, WebhookDeliveries
from core.client.webhook_signature import SignatureError, verify_webhook
from storage.columns import now
from storage.engine import Sessions
from tests.app.webhooks_kit import HERE, Hooked, Receiver, hooked, step

pytestmark = pytest.mark.both_databases


class Clock:
    """The time of day for deliveries, moved by hand."""

    def __init__(self) -> None:
        self.at = now()

    def __call__(self) -> Any:
        return self.at


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(delivery, "now", clock)
    return clock


@pytest.fixture
def hook(sessions: Sessions, clock: Clock) -> Hooked:
    """With one message that waits."""
    made = hooked(sessions)
    webhooks.send_test(sessions, made.project, made.webhook)
    clock.at = now()
    return made


def test_a_message_arrives_once_and_its_signature_holds(hook: Hooked, clock: Clock) -> None:
    receiver = Receiver()
    assert hook.send(receiver) == 1
    assert hook.send(receiver) == 0

    (request,) = receiver.requests
    message = verify_webhook(hook.secret, request.headers, request.content, clock.at.timestamp())
    assert (message["type"], message["data"]) == ("webhook.test", {"project_id": hook.project})
    with pytest.raises(SignatureError, match="another secret or another message"):
        verify_webhook(hook.secret, request.headers, request.content + b" ")
    (delivered,) = hook.deliveries
    assert (delivered.state, delivered.attempts, delivered.next_attempt_at) == (
        "delivered",
        1,
        None,
    )
    assert request.headers["webhook-id"] == delivered.message_id


def test_a_receiver_that_fails_is_asked_again_under_the_same_id_ever_later(
    hook: Hooked, clock: Clock
) -> None:
    receiver = Receiver([500, 503, 200])
    hook.send(receiver)
    (waiting,) = hook.deliveries
    assert (waiting.state, waiting.last_error) == (
        "pending",
        "127.0.0.1:9 answered 500 Internal Server Error: it, or the program behind it, fails; see "
        "its log",
    )
    assert waiting.next_attempt_at == clock.at + PAUSES[0]
    assert hook.send(receiver) == 0

    clock.at += PAUSES[0]
    hook.send(receiver)
    assert hook.deliveries[0].next_attempt_at == clock.at + PAUSES[1]
    clock.at += PAUSES[1]
    hook.send(receiver)

    (delivered,) = hook.deliveries
    assert (delivered.state, delivered.attempts, delivered.last_error) == ("delivered", 3, None)
    assert len({request.headers["webhook-id"] for request in receiver.requests}) == 1


def test_a_message_is_given_up_after_its_last_attempt(hook: Hooked, clock: Clock) -> None:
    receiver = Receiver([404])
    for pause in (*PAUSES, PAUSES[-1], PAUSES[-1]):
        hook.send(receiver)
        clock.at += pause

    (failed,) = hook.deliveries
    assert len(receiver.requests) == len(PAUSES) + 1
    assert (failed.state, failed.next_attempt_at) == ("failed", None)


def test_what_was_written_while_the_clock_was_a_year_ahead_is_sent_once_it_is_right(
    hook: Hooked, clock: Clock
) -> None:
    clock.at -= timedelta(days=365)
    receiver = Receiver([503, 204])
    assert hook.send(receiver) == 1
    (waiting,) = hook.deliveries
    assert waiting.next_attempt_at == clock.at + PAUSES[0]
    assert hook.send(receiver) == 0

    clock.at += PAUSES[0]
    assert hook.send(receiver) == 1


def test_a_receiver_that_is_gone_gets_nothing_more(hook: Hooked, sessions: Sessions) -> None:
    hook.send(Receiver([410]))
    webhooks.send_test(sessions, hook.project, hook.webhook)
    receiver = Receiver()
    assert hook.send(receiver) == 0
    assert not receiver.requests
    (webhook,) = webhooks.every(sessions, hook.project)
    assert not webhook.active


def test_while_a_webhook_is_off_nothing_is_sent_and_what_waits_follows(hook: Hooked) -> None:
    webhooks.set_active(hook.sessions, hook.project, hook.webhook, False)
    receiver = Receiver()
    assert hook.send(receiver) == 0

    webhooks.set_active(hook.sessions, hook.project, hook.webhook, True)
    assert hook.send(receiver) == 1
    assert len(receiver.requests) == 1


def test_a_summary_counts_what_waits_and_what_failed(hook: Hooked, clock: Clock) -> None:
    hook.send(Receiver([410]))
    webhooks.send_test(hook.sessions, hook.project, hook.webhook)
    created, _ = webhooks.create(hook.sessions, hook.project, HERE, ["job.failed"], private=True)

    first, second = webhooks.summaries(hook.sessions, hook.project)

    assert (first.waiting, first.failed, first.newest) == (1, 1, hook.deliveries[0])
    assert not first.webhook.active
    assert (second.webhook, second.newest, second.waiting, second.failed) == (created, None, 0, 0)


def test_no_redirect_is_followed(hook: Hooked) -> None:
    receiver = Receiver([302])
    hook.send(receiver)
    assert len(receiver.requests) == 1
    assert hook.deliveries[0].last_error == (
        "127.0.0.1:9 answered 302 Found: redirects are not followed; add a webhook for the address "
        "that it leads to"
    )


def test_what_a_killed_worker_was_sending_comes_again(
    hook: Hooked, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    first, again = Receiver(), Receiver()
    with monkeypatch.context() as patch:
        patch.setattr(delivery, "_finish", killed)
        with pytest.raises(KeyboardInterrupt):
            hook.send(first)
    assert hook.send(again) == 0
    clock.at += PAUSES[0]
    hook.send(again)

    ids = [request.headers["webhook-id"] for request in (*first.requests, *again.requests)]
    assert len(ids) == 2
    assert ids[0] == ids[1]
    assert hook.deliveries[0].state == "delivered"


def test_a_worker_that_is_killed_in_every_attempt_gives_up_too(
    hook: Hooked, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivery, "_finish", lambda *_: None)
    for _ in range(len(PAUSES) + 2):
        hook.send(Receiver())
        clock.at += timedelta(days=1)

    (failed,) = hook.deliveries
    assert (failed.state, failed.attempts) == ("failed", len(PAUSES) + 1)
    assert failed.last_error == "the worker ended during the last attempt"


def test_a_name_that_leads_into_a_private_network_is_refused_before_anything_is_sent(
    sessions: Sessions, monkeypatch: pytest.MonkeyPatch
) -> None:
    hook = hooked(sessions, "https://example.org/hook", private=False)
    webhooks.send_test(sessions, hook.project, hook.webhook)
    infos = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("10.0.0.7", 443))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: infos)
    receiver = Receiver()
    hook.send(receiver, private=False)

    assert not receiver.requests
    assert "example.org (10.0.0.7) is this machine or in a private network" in str(
        hook.deliveries[0].last_error
    )


def test_a_message_goes_to_the_address_that_was_checked_under_the_receivers_name(
    sessions: Sessions, monkeypatch: pytest.MonkeyPatch
) -> None:
    hook = hooked(sessions, "https://example.org/hook", private=False)
    webhooks.send_test(sessions, hook.project, hook.webhook)
    infos = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("93.184.215.14", 443))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: infos)
    receiver = Receiver()
    hook.send(receiver, private=False)

    (request,) = receiver.requests
    assert str(request.url) == "https://93.184.215.14/hook"
    assert request.headers["host"] == "example.org"
    assert request.extensions["sni_hostname"] == "example.org"


def test_a_name_that_leads_nowhere_is_tried_again(
    sessions: Sessions, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unknown(*_: object, **__: object) -> None:
        raise socket.gaierror(-2, "Name or service not known")

    hook = hooked(sessions, "https://example.org/hook", private=False)
    webhooks.send_test(sessions, hook.project, hook.webhook)
    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    hook.send(Receiver(), private=False)
    assert hook.deliveries[0].state == "pending"
    assert hook.deliveries[0].last_error == (
        "the name example.org is not known to DNS; check its spelling"
    )


def test_a_receiver_that_does_not_run_is_told_as_nothing_that_listens(sessions: Sessions) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    hook = hooked(sessions, f"http://127.0.0.1:{port}/secret?token=t")
    webhooks.send_test(sessions, hook.project, hook.webhook)
    step(WebhookDeliveries(sessions, private=True))

    assert hook.deliveries[0].last_error == (
        f"nothing listens at 127.0.0.1:{port}; check the port, and that the program there runs"
    )
