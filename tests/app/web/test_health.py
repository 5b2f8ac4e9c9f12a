"""What restarts the page, and what Prometheus reads."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.testclient import TestClient

from app.editing import Draft, DraftSpan
from app.logs import JsonLines
from app.services.model_registry.registry import ModelRegistry
from app.services.operations import metrics as meters
from app.settings import ROOT, VARIABLES, Settings
from app.web import gate, health, metrics
from app.web.gate import Gate
from tests.app.material import environment_in, new_project, tiny_model
from tests.waiting import until


@pytest.fixture
def client(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[TestClient]:
    """The routes behind the gate, where people sign in, asked from this machine."""
    for name, value in environment_in(tmp_path).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("SPANNEAL_AUTH", "accounts")
    monkeypatch.setattr(health, "_model", health._Model())
    settings = Settings.from_environment()
    new_project(gate.database(settings))
    guard = Middleware(Gate, settings=Settings.from_environment)
    app = Starlette(routes=[*health.ROUTES, *metrics.ROUTES], middleware=[guard])
    with TestClient(app, "http://localhost", client=("127.0.0.1", 5000)) as single:
        yield single
    metrics._stock.cache_clear()
    gate.database(settings).kw["bind"].dispose()
    gate._database.cache_clear()


def test_whoever_asks_hears_that_the_page_lives_and_nothing_else(client: TestClient) -> None:
    answer = client.get("/healthz", headers={"host": "10.1.2.3:8501"})

    assert (answer.status_code, answer.text) == (200, "ok")


def test_the_page_is_ready_once_the_model_is_in_memory(client: TestClient) -> None:
    settings = Settings.from_environment()
    assert client.get("/readyz").json() == {"database": "ok", "model": "missing"}
    ModelRegistry(gate.database(settings)).ensure_bundled(tiny_model(settings.model))

    first = client.get("/readyz")
    assert first.status_code == 503
    until(lambda: client.get("/readyz").json()["model"] != "loading")
    assert client.get("/readyz").status_code == 200


def test_a_database_that_is_gone_makes_it_unready_without_a_word_on_why(
    client: TestClient,
) -> None:
    database = Settings.from_environment().data / "spanneal.db"
    client.get("/readyz")
    database.unlink()

    answer = client.get("/readyz")

    assert answer.status_code == 503
    assert answer.json() == {"database": "failed", "model": "unknown"}


def test_metrics_tell_what_waits_and_how_long_things_take(client: TestClient) -> None:
    before, after = _draft("suggested", "suggested"), _draft("accepted", "rejected")
    meters.decided(before, after)
    text = client.get("/metrics").text
    result = {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }

    assert result["spanneal_documents", "submitted"] == 4
    assert result["spanneal_jobs", "queued"] == 0
    assert result["spanneal_preannotation_waiting_documents",] == 0
    assert result["spanneal_worker_up",] == 0
    assert result["spanneal_suggestions_decided_total", "accepted"] >= 1
    assert result["spanneal_suggestions_decided_total", "rejected"] >= 1
    assert ("spanneal_save_seconds_count",) in result
    assert ("spanneal_predict_seconds_count",) in result


def _draft(*statuses: str) -> Draft:
    spans = tuple(
        DraftSpan(str(n), n, n + 1, "PER", status, 0.9, "model")  # type: ignore[arg-type]
        for n, status in enumerate(statuses)
    )
    return Draft(10, ("PER",), spans)


def test_metrics_are_for_this_machine_or_who_has_the_token(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert client.get("/metrics").status_code == 200
    assert client.get("/metrics", headers={"x-forwarded-for": "10.0.0.9"}).status_code == 401
    assert client.get("/metrics", headers={"host": "rebound.example"}).status_code == 421

    monkeypatch.setenv("SPANNEAL_METRICS_TOKEN", "a-token")
    assert client.get("/metrics").status_code == 401
    assert client.get("/metrics", headers={"authorization": b"Bearer \xe0"}).status_code == 401
    assert client.get("/metrics", headers={"authorization": "Bearer a-token"}).status_code == 200
    assert "a-token" not in repr(Settings.from_environment())


@pytest.mark.parametrize("host", ["10.244.1.7:8501", "[fd00::7]:8501"])
def test_probes_and_metrics_answer_under_a_pods_address(
    client: TestClient, monkeypatch: pytest.MonkeyPatch, host: str
) -> None:
    monkeypatch.setenv("SPANNEAL_METRICS_TOKEN", "a-token")
    headers = {"host": host, "authorization": "Bearer a-token"}

    assert client.get("/healthz", headers=headers).status_code == 200
    assert client.get("/metrics", headers=headers).status_code == 200
    assert client.get("/metrics", headers={"host": host}).status_code == 401
    assert client.get("/", headers=headers).status_code == 421


def test_a_line_of_the_log_is_one_json_object_whatever_was_said() -> None:
    try:
        raise ValueError("two\nlines")
    except ValueError:
        record = logging.getLogger("app").makeRecord(
            "app", logging.ERROR, "f", 1, 'a "quote"\n%s', ("é",), sys.exc_info()
        )
    line = JsonLines().format(record)

    assert "\n" not in line
    message = json.loads(line)
    assert (message["level"], message["logger"], message["message"]) == (
        "error",
        "app",
        'a "quote"\né',
    )
    assert "ValueError: two\nlines" in message["error"]


def test_the_log_takes_in_what_streamlit_says() -> None:
    script = (
        "from streamlit.logger import get_logger\n"
        "told = get_logger('streamlit.told')\n"
        "from app.logs import configure\n"
        "configure('json')\n"
        "told.warning('hello')\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
    )

    assert [json.loads(line)["message"] for line in done.stderr.splitlines()] == ["hello"]


def test_an_unknown_form_of_the_log_is_refused_and_every_variable_is_described() -> None:
    with pytest.raises(ValueError, match="SPANNEAL_LOG must be text or json, got 'xml'"):
        Settings.from_environment({"SPANNEAL_LOG": "xml"})
    assert all(VARIABLES.values())
