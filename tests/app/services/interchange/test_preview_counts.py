"""A preview says of records of one text what the import then does with them."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from app.services.interchange.importing import importing
from app.services.interchange.preview import previewing
from app.services.interchange.read_records import ImportReport, Incoming
from app.services.interchange.same_text import SAME_TEXT, SameText
from storage.engine import writing
from storage.models import Document, Project
from storage.repository import annotation_sets, projects
from tests.app.services.interchange.same_text_kit import (
    LIVES,
    MARA,
    OSLO,
    TEXT,
    lines,
    outcome,
    task,
)
from tests.thorough import examples

pytestmark = pytest.mark.both_databases


statements = st.lists(
    st.tuples(
        st.sampled_from([MARA, LIVES, OSLO, (0, 10)]),
        st.sampled_from(["PER", "LOC"]),
        st.sampled_from(["accept", "reject", "ignore", None]),
        st.sampled_from([None, "Ann", "Bo"]),
        st.booleans(),
        st.sampled_from([TEXT, "Another text of 31 characters."]),
    ),
    max_size=8,
)


@example(  # the second response is stored anew, behind Ann's
    statements=[
        (MARA, "PER", "accept", None, False, TEXT),
        (MARA, "PER", "accept", "Ann", False, TEXT),
        (MARA, "LOC", "reject", None, False, TEXT),
        (LIVES, "PER", "accept", None, False, TEXT),
    ],
    size=1,
    way="merge",
)
@example(  # a rejection that goes to one of two people's responses, whichever is the first
    statements=[
        (OSLO, "LOC", "accept", "Bo", False, TEXT),
        (OSLO, "LOC", "accept", "Ann", False, TEXT),
        (MARA, "PER", "reject", "Bo", False, TEXT),
        (LIVES, "LOC", "reject", "Bo", False, TEXT),
    ],
    size=1,
    way="merge",
)
@settings(max_examples=examples(25), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(statements=statements, size=st.integers(1, 4), way=st.sampled_from(SAME_TEXT))
def test_a_preview_counts_what_the_import_does_in_any_batches_and_every_record_is_counted_once(
    sessions: sessionmaker[Session], statements: list[Any], size: int, way: SameText
) -> None:
    records = [
        {"text": text}
        | task(location, label, **({"answer": answer} if answer else {}))
        | {"_is_binary": binary, "_view_id": "ner" if binary else "ner_manual"}
        | ({"_annotator_id": person} if person else {})
        for location, label, answer, person, binary, text in statements
    ]
    with writing(sessions) as session:
        project = projects.create(session, f"P{session.scalar(select(func.count(Project.id)))}").id
    reported = []
    for batch_size in (250, size):
        incoming = Incoming(lines(*records), "a.jsonl", "prodigy", same_text=way)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("app.services.interchange.read_records.BATCH", batch_size)
            *_, preview = previewing(sessions, project, incoming)
            reported.append(counted(preview.report))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("app.services.interchange.read_records.BATCH", size)
        *_, report = importing(sessions, project, incoming)

    assert reported == [counted(report)] * 2
    assert sum(outcome(report)) == len(records) - (report.bad_count - report.contradictions)
    with sessions() as session:
        for document in session.scalars(select(Document)):
            assert not documents_broken(session, document)


def counted(report: ImportReport) -> dict[str, Any]:
    return asdict(report) | {"labels_created": sorted(report.labels_created)}


def documents_broken(session: Session, document: Document) -> bool:
    """Whether a submitted document has an undecided span, or one without an answer is submitted."""
    answer = annotation_sets.submitted_of(session, document.id)
    if document.status != "submitted":
        return answer is not None
    return answer is None or any(row.status == "suggested" for row in answer.entities)
