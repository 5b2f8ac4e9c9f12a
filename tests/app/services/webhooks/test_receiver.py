"""The receiver of docs/programs.md takes what the worker sends, and nothing else."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

import core
import core.client
from app.services.webhooks import webhooks
from app.services.webhooks.delivery import WebhookDeliveries
from storage.engine import Sessions
from tests.app.webhooks_kit import hooked, step
from tests.test_examples import CLIENT_EXAMPLES

(RECEIVER,) = (source for _, source in CLIENT_EXAMPLES if "verify_webhook" in source)


@contextmanager
def serving(handler: type[BaseHTTPRequestHandler]) -> Iterator[str]:
    with HTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield f"http://localhost:{server.server_port}/hook"
        finally:
            server.shutdown()
            thread.join()


def test_the_documents_receiver_verifies_what_the_worker_sends(
    sessions: Sessions, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "spanneal", core)
    monkeypatch.setitem(sys.modules, "spanneal.client", core.client)
    example: dict[str, object] = {"__name__": "example"}
    exec(compile(RECEIVER, "docs/programs.md", "exec"), example)
    receiver = example["Receiver"]
    assert isinstance(receiver, type)
    assert issubclass(receiver, BaseHTTPRequestHandler)
    with serving(receiver) as url:
        hook = hooked(sessions, url)
        webhooks.send_test(sessions, hook.project, hook.webhook)
        step(WebhookDeliveries(sessions, private=True))
        assert "answered 400 Bad Request: it does not take the message; check that it has this" in (
            str(hook.deliveries[0].last_error)
        )

        example["SECRET"] = hook.secret
        webhooks.send_test(sessions, hook.project, hook.webhook)
        step(WebhookDeliveries(sessions, private=True))
        assert [delivery.state for delivery in hook.deliveries] == ["delivered", "pending"]
    assert capsys.readouterr().out == f"webhook.test {{'project_id': {hook.project}}}\n"
