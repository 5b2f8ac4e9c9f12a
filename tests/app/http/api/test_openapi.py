"""Requests made out of the interface's description, and answers that keep to it."""

from __future__ import annotations

import os
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import openapi
from schemathesis.checks import ignored_auth, positive_data_acceptance

from app.services.team import accounts, tokens
from tests.app.http.running import Server
from tests.load.site import opened

pytestmark = [
    pytest.mark.sqlite,
    pytest.mark.thorough,
    pytest.mark.xdist_group("http-server"),
]
REQUESTS = 25
"""To each endpoint, half of them wrong on purpose."""
FILES = ("application/zip", "application/x-ndjson")
"""Bodies of which a description cannot say what they hold."""


@schemathesis.serializer(*FILES)
def as_bytes(_: object, value: object) -> bytes:
    return value if isinstance(value, bytes) else str(value).encode()


def test_every_answer_is_as_the_description_says(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(os.environ, "NO_PROXY", "127.0.0.1")
    with opened(server.database) as sessions:
        accounts.add(sessions, "Fuzz", None, administrator=True)
        secrets = (tokens.create(sessions, f"fuzz {number}", "Fuzz") for number in range(1000))
        described = openapi.from_url(f"{server.url}/api/v1/openapi.json")
        for result in described.get_all_operations():
            ask(result.ok(), f"{server.url}/api/v1", next(secrets))  # a token has 600 a minute


def decide_in_the_text(body: object) -> None:
    """Brings what was decided into the text, of one kind, one entity, and without a trace: what a
    JSON Schema cannot ask for."""
    if isinstance(body, dict) and isinstance(body.get("texts"), list):
        for item in body["texts"]:
            decide_in_the_text(item)
    if not isinstance(body, dict) or not isinstance(body.get("text"), str):
        return
    length = len(body["text"])
    for name in ("fixed", "suppressed"):
        entities = body.get(name, [])
        if body.get("trace") or not length or (name == "suppressed" and body.get("fixed")):
            entities.clear()
        del entities[1:]  # num_spans may be 1
        for entity in entities:
            entity["start"] %= length
            entity["end"] = entity["start"] + 1


def ask(operation: Any, url: str, secret: str) -> None:
    @settings(
        max_examples=REQUESTS,
        deadline=None,
        database=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy())
    def keeps_to_it(case: Any) -> None:
        if case.meta.generation.mode.is_positive:
            decide_in_the_text(case.body)
        headers = {"Authorization": f"Bearer {secret}"}
        answer = case.call(base_url=url, headers=headers, timeout=120)
        excluded = [ignored_auth]
        if case.media_type in FILES:
            excluded.append(positive_data_acceptance)
        case.validate_response(answer, excluded_checks=excluded)

    keeps_to_it()
