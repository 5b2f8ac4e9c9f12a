"""Every acknowledged operation outlives the process that took it, and none is there twice."""

from __future__ import annotations

import os

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session, sessionmaker

from app.services.annotation.annotation import AnnotationService
from tests.faults.killing import Killed, Outcome, examine, seeded_project

pytestmark = pytest.mark.both_databases

OPERATIONS = int(os.environ.get("SPANNEAL_FAULTS", "10000"))
MOST_REFUSED = 0.05
"""The share of operations: by chance one may mark what is marked already."""


def _check(
    url: str, sessions: sessionmaker[Session], clients: int, item: int, kills: int, count: int
) -> Outcome:
    run = Killed(url, clients, item, seed=1)
    outcome = run.run(seeded_project(sessions, count), kills)
    examine(sessions, run.acknowledged, outcome)
    assert outcome.acknowledged == outcome.operations == clients * item
    assert (outcome.lost, outcome.doubled, outcome.torn) == (0, 0, [])
    assert outcome.empty == []
    assert outcome.refused <= outcome.operations * MOST_REFUSED
    if url.startswith("sqlite"):
        with sessions() as session:
            assert session.scalar(text("PRAGMA integrity_check")) == "ok"
            assert session.execute(text("PRAGMA foreign_key_check")).all() == []
    return outcome


def test_operations_outlive_a_serving_process_that_is_killed(
    database_url: str, sessions: sessionmaker[Session]
) -> None:
    _check(database_url, sessions, clients=2, item=60, kills=2, count=2)


@pytest.mark.faults
def test_ten_thousand_operations_of_five_clients_outlive_twenty_kills(
    database_url: str, sessions: sessionmaker[Session], capsys: pytest.CaptureFixture[str]
) -> None:
    outcome = _check(database_url, sessions, clients=5, item=OPERATIONS // 5, kills=20, count=60)
    with capsys.disabled():
        print(f"\n{outcome}")


def test_a_document_to_which_nothing_could_be_done_is_seen(sessions: sessionmaker[Session]) -> None:
    document, _ = seeded_project(sessions, count=2)
    refused = {"seq": 1, "op": "add", "id": "x", "start": 0, "end": 9_999, "label": "PER"}
    assert AnnotationService(sessions).apply(document, "page", [refused], "Ada").error

    assert examine(sessions, {"page": 1}, Outcome()).empty == ["0"]
