"""What Prometheus reads: this process's own measures, and what waits in the database.

Answered to who has the token (`SPANNEAL_METRICS_TOKEN`); without one, to this machine alone.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from app.services.operations.metrics import REGISTRY, stock
from app.services.retraining.jobs import Jobs
from app.settings import Settings
from app.web import listen_address
from app.web.gate import METRICS, database
from storage.engine import Sessions


async def metrics(request: Request) -> Response:
    settings = Settings.from_environment()
    if not _may(request, settings.metrics_token):
        return PlainTextResponse("Metrics require SPANNEAL_METRICS_TOKEN as a bearer token.\n", 401)
    text = await run_in_threadpool(_text, settings)
    return Response(text, media_type=CONTENT_TYPE_LATEST)


ROUTES = [Route(METRICS, metrics, methods=["GET"])]


class _Stock(Collector):
    """What is in the database at the moment in which it is asked for."""

    def __init__(self, sessions: Sessions, jobs: Jobs) -> None:
        self._sessions, self._jobs = sessions, jobs

    def collect(self) -> Iterator[Metric]:
        held = stock(self._sessions)
        yield _gauge("spanneal_documents", "Documents of all projects.", "status", held.documents)
        queued = GaugeMetricFamily(
            "spanneal_preannotation_waiting_documents", "Documents that wait for a worker."
        )
        queued.add_metric([], held.waiting)
        yield queued
        yield _gauge("spanneal_jobs", "Retraining jobs.", "state", self._jobs.states())
        working = GaugeMetricFamily("spanneal_worker_up", "Whether a worker is at work.")
        working.add_metric([], float(self._jobs.worker_running()))
        yield working


def _gauge(name: str, help: str, label: str, values: Mapping[Any, int]) -> Metric:
    family = GaugeMetricFamily(name, help, labels=[label])
    for value, number in values.items():
        family.add_metric([value], number)
    return family


def _text(settings: Settings) -> bytes:
    return generate_latest(REGISTRY) + generate_latest(_stock(settings))


@cache
def _stock(settings: Settings) -> CollectorRegistry:
    registry = CollectorRegistry()
    sessions = database(settings)
    registry.register(_Stock(sessions, Jobs(settings, sessions)))
    return registry


def _may(request: Request, token: str) -> bool:
    if token:
        given = request.headers.get("authorization", "").encode()
        return hmac.compare_digest(given, f"Bearer {token}".encode())
    return listen_address.asks_locally(request)
