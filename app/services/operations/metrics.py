"""What this process measures of itself, for Prometheus; `app.web.metrics` shows it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from prometheus_client import CollectorRegistry, Counter, Histogram
from prometheus_client.platform_collector import PlatformCollector
from prometheus_client.process_collector import ProcessCollector

from app.editing import Draft
from core.types import key_of
from storage.engine import Sessions
from storage.enums import DocumentStatus
from storage.repository import documents, preannotations

REGISTRY = CollectorRegistry()
_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
ProcessCollector(registry=REGISTRY)
PlatformCollector(registry=REGISTRY)
PREDICTING = Histogram(
    "spanneal_predict_seconds",
    "What the model took to suggest on a document.",
    registry=REGISTRY,
    buckets=_SECONDS,
)
SAVING = Histogram(
    "spanneal_save_seconds",
    "What a page's edits took until they were on the disk.",
    registry=REGISTRY,
    buckets=_SECONDS,
)
_DECIDED = Counter(
    "spanneal_suggestions_decided",
    "Suggestions that a person accepted, rejected or changed.",
    ["decision"],
    registry=REGISTRY,
)
REFUSED = Counter(
    "spanneal_refused_requests",
    "Requests of other tools' programs that were answered with an error.",
    ["tool", "status"],
    registry=REGISTRY,
)


@dataclass(frozen=True, slots=True)
class Stock:
    """What is in the database."""

    documents: Mapping[DocumentStatus, int]
    """Of all projects; every status is a key."""
    waiting: int
    """Documents that wait for a worker to pre-annotate them."""


def stock(sessions: Sessions) -> Stock:
    with sessions() as session:
        return Stock(
            documents.counts_everywhere(session), preannotations.waiting_documents(session)
        )


def decided(before: Draft, after: Draft) -> None:
    """Counts the suggestions that were open before and are not any more."""
    now = {span.id: span for span in after.spans}
    for span in before.spans:
        if span.status != "suggested" or span.source == "person":
            continue
        left = now.get(span.id)
        if left is None or left.status == "rejected":
            _DECIDED.labels("rejected").inc()
        elif left.status == "accepted":
            same = key_of(left) == key_of(span)
            _DECIDED.labels("accepted" if same else "changed").inc()
