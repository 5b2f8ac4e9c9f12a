"""Records of one text, as several tools write them, and what an import makes of them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from sqlalchemy.orm import Session, sessionmaker

from app.services.interchange.read_records import ImportReport
from storage.engine import writing
from storage.repository import annotation_sets, documents, projects

TEXT = "Mara lives in Oslo."
MARA, LIVES, OSLO = (0, 4), (5, 10), (14, 18)


def lines(*records: dict[str, Any]) -> bytes:
    return "".join(json.dumps({"text": TEXT} | record) + "\n" for record in records).encode()


def task(
    location: tuple[int, int], label: str, answer: str = "accept", **more: Any
) -> dict[str, Any]:
    """One of Prodigy's binary decisions."""
    span = {"start": location[0], "end": location[1], "label": label}
    return {"spans": [span], "_view_id": "ner", "_is_binary": True, "answer": answer} | more


def whole(*spans: tuple[int, int, str], person: str | None = None) -> dict[str, Any]:
    """A whole annotation, as Prodigy's manual view makes it."""
    marks = [{"start": start, "end": end, "label": label} for start, end, label in spans]
    by = {"_annotator_id": person} if person else {}
    return {"spans": marks, "_view_id": "ner_manual", "answer": "accept"} | by


def entities(sessions: sessionmaker[Session], number: int = 1) -> list[tuple[Any, ...]]:
    """Of the set that counts of a document: place, label and status."""
    with sessions() as session:
        result = (
            annotation_sets.draft_of(session, number)
            or annotation_sets.submitted_of(session, number)
            or annotation_sets.latest_prediction(session, number)
        )
        spans = annotation_sets.spans_of(result) if result else []
        return sorted((span.start, span.end, span.label, span.status) for span in spans)


def status(sessions: sessionmaker[Session], number: int = 1) -> str:
    with sessions() as session:
        return documents.get(session, number).status


def outcome(report: ImportReport) -> tuple[int, ...]:
    return (
        report.added,
        report.duplicates,
        report.merged,
        report.responses,
        report.differing,
        report.contradictions,
    )


@pytest.fixture
def project_id(sessions: sessionmaker[Session]) -> int:
    with writing(sessions) as session:
        return projects.create(session, "P").id


@pytest.fixture(params=[1, 2, 250])
def batch(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> int:
    """Records a transaction: all in one, and each in its own."""
    monkeypatch.setattr("app.services.interchange.read_records.BATCH", request.param)
    return int(request.param)
