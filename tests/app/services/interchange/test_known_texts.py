"""Texts that a project has when a file brings them again: people's work stands, and it is told."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from app.services.annotation.annotation import AnnotationService
from app.services.interchange.importing import import_file, importing
from app.services.interchange.read_records import Incoming
from app.services.interchange.report_lines import losses
from storage.columns import now
from storage.engine import writing
from storage.models import AnnotationSet, EntityRow
from storage.repository import annotation_sets, documents, model_versions
from tests.app.services.interchange.same_text_kit import (
    LIVES,
    MARA,
    OSLO,
    batch,
    entities,
    lines,
    outcome,
    project_id,
    status,
    task,
    whole,
)

__all__ = ["batch", "project_id"]
pytestmark = pytest.mark.both_databases


def test_a_text_that_the_project_has_without_annotation_takes_that_of_a_file(
    sessions: sessionmaker[Session], project_id: int
) -> None:
    import_file(sessions, project_id, lines({}), name="a.jsonl")
    report = import_file(sessions, project_id, lines(whole((*MARA, "PER"))), name="b.jsonl")

    assert outcome(report) == (0, 0, 1, 0, 0, 0)
    assert (status(sessions), entities(sessions)) == (
        "submitted",
        [(*MARA, "PER", "accepted")],
    )


def test_a_held_out_text_of_the_project_takes_no_suggestions(
    sessions: sessionmaker[Session], project_id: int
) -> None:
    import_file(sessions, project_id, lines({}), name="a.jsonl", split="holdout")
    report = import_file(
        sessions, project_id, lines(whole((*MARA, "PER"))), name="b.jsonl", as_suggestions=True
    )

    assert outcome(report) == (0, 0, 0, 0, 0, 1)
    assert "held out" in report.bad[0].reason
    assert entities(sessions) == []


@pytest.mark.parametrize("by", ["file", "person", "open page"])
def test_what_people_have_is_never_changed_by_an_import(
    sessions: sessionmaker[Session], project_id: int, batch: int, by: str
) -> None:
    first = lines({} if by != "file" else whole((*MARA, "PER")))
    import_file(sessions, project_id, first, name="a.jsonl")
    with writing(sessions) as session:
        if by == "person":
            annotation_sets.add_person_set(session, 1, [], person="Ann", state="submitted")
        if by == "open page":
            document = documents.get(session, 1)
            document.claimed_by, document.claimed_until = "Ann", now() + timedelta(hours=1)
    before = entities(sessions)

    report = import_file(
        sessions, project_id, lines(whole((*OSLO, "LOC")), whole((*LIVES, "X"))), name="b.jsonl"
    )

    assert outcome(report) == (0, 0, 0, 0, 2, 0)
    assert losses(report) == (
        "2 records have a text of the project with different annotations: the project's are kept",
    )
    assert entities(sessions) == before


def test_a_file_that_is_imported_again_is_known_although_it_was_merged_and_corrected(
    sessions: sessionmaker[Session], project_id: int, batch: int
) -> None:
    content = lines(task(MARA, "PER"), task(OSLO, "LOC"), whole((*LIVES, "X"), person="Bo"))
    import_file(sessions, project_id, content, name="a.jsonl")
    before = entities(sessions)
    report = import_file(sessions, project_id, content, name="a.jsonl")

    assert outcome(report) == (0, 3, 0, 0, 0, 0)
    assert entities(sessions) == before


def test_what_somebody_does_during_an_import_is_not_added_to(
    sessions: sessionmaker[Session], project_id: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.services.interchange.read_records.BATCH", 1)
    incoming = Incoming(lines(task(MARA, "PER"), task(OSLO, "LOC")), "a.jsonl")
    steps = importing(sessions, project_id, incoming)
    for number, report in enumerate(steps):  # noqa: B007  # it is the one report that grows
        if number == 0:
            mark = {"seq": 1, "op": "add", "id": "u1", "start": 5, "end": 10, "label": "PER"}
            applied = AnnotationService(sessions).apply(1, "c", [mark], "Ann")
            assert applied.error is None
    assert outcome(report) == (1, 0, 0, 0, 1, 0)
    assert entities(sessions) == [(*MARA, "PER", "accepted"), (*LIVES, "PER", "accepted")]


def test_a_prediction_made_during_an_import_stays(
    sessions: sessionmaker[Session], project_id: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.services.interchange.read_records.BATCH", 1)
    incoming = Incoming(lines(whole((*MARA, "PER")), whole((*OSLO, "LOC"))), "a.jsonl")
    steps = importing(sessions, project_id, incoming)
    next(steps)
    with writing(sessions) as session:
        version = model_versions.ensure_active(session, "one", ["PER"]).id
        annotation_sets.add_prediction(
            session, 1, [], model_version_id=version, provenance={"sampler": {}}
        )
    *_, report = steps

    assert outcome(report) == (1, 0, 1, 0, 0, 0)
    with sessions() as session:
        versions = session.scalars(select(AnnotationSet.model_version_id)).all()
        assert sorted(versions, key=str) == [version, None]
        assert session.scalar(select(func.count()).select_from(EntityRow)) == 2
