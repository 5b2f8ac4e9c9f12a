"""Records of one text in a file, and texts that the project has: merged, kept apart, or named."""

from __future__ import annotations

import json
from collections.abc import Sequence
from itertools import permutations
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from app.services.annotation.annotation import AnnotationService
from app.services.interchange.importing import import_file, importing
from app.services.interchange.read_records import Incoming
from app.services.interchange.report_lines import changes, losses
from app.services.interchange.same_text import SameText
from app.services.team import adjudication, agreement
from storage.engine import writing
from storage.models import AnnotationSet, Assignment
from storage.repository import annotation_sets, projects
from tests.app.services.interchange.same_text_kit import (
    LIVES,
    MARA,
    OSLO,
    TEXT,
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


@pytest.mark.both_databases
def test_one_decision_a_record_becomes_one_document(
    sessions: sessionmaker[Session], project_id: int, batch: int
) -> None:
    content = lines(task(MARA, "PER"), task(OSLO, "LOC"), task(LIVES, "LOC", "reject"))
    report = import_file(sessions, project_id, content, name="a.jsonl")

    assert outcome(report) == (1, 0, 2, 0, 0, 0)
    assert report.entities == 3
    assert changes(report) == (
        "2 records of a repeated text with different annotations: merged into one document",
    )
    assert status(sessions) == "in_progress"
    assert entities(sessions) == [
        (*MARA, "PER", "accepted"),
        (*LIVES, "LOC", "rejected"),
        (*OSLO, "LOC", "accepted"),
    ]


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_the_order_of_decisions_does_not_matter(
    sessions: sessionmaker[Session], project_id: int, order: Sequence[int]
) -> None:
    tasks = (task(MARA, "PER"), task(OSLO, "LOC"), task(LIVES, "LOC", "reject"))
    import_file(sessions, project_id, lines(*(tasks[number] for number in order)), name="a.jsonl")

    assert status(sessions) == "in_progress"
    assert [entity[3] for entity in entities(sessions)] == ["accepted", "rejected", "accepted"]


def test_equal_records_are_duplicates(
    sessions: sessionmaker[Session], project_id: int, batch: int
) -> None:
    report = import_file(sessions, project_id, lines(*[whole((*MARA, "PER"))] * 3), name="a.jsonl")

    assert outcome(report) == (1, 2, 0, 0, 0, 0)
    assert losses(report) == changes(report) == ()


def test_a_sentence_of_a_corpus_that_is_repeated_is_merged_counted_or_named(
    sessions: sessionmaker[Session], project_id: int, batch: int
) -> None:
    sentences = [
        "Mara B-PER\nsings O\n",
        "Mara B-PER\nsings O\n",
        "Oslo O\nsings O\n",
        "Oslo B-LOC\nsings O\n",
        "Bo B-PER\nsings O\n",
        "Bo B-ORG\nsings O\n",
    ]
    report = import_file(sessions, project_id, "\n".join(sentences).encode(), name="a.conll")

    assert outcome(report) == (3, 1, 1, 0, 0, 1)
    assert [(bad.line, bad.reason) for bad in report.bad] == [
        (
            16,
            "contradicts an earlier record of the same text, 'a:13', which stands: PER [0, 2) "
            "there, ORG [0, 2) here",
        )
    ]
    assert [entities(sessions, number)[0][2] for number in (1, 2, 3)] == ["PER", "LOC", "PER"]
    assert losses(report) == (
        "1 record contradicts an earlier record of the same text, which stands",
    )


@pytest.mark.parametrize(
    ("first", "second", "nested", "reason"),
    [
        (task(MARA, "PER"), task(MARA, "PER", "reject"), True, "rejected PER [0, 4) here"),
        (task(MARA, "PER"), task(MARA, "ORG"), True, "PER [0, 4) there, ORG [0, 4) here"),
        (task(MARA, "PER"), task((0, 10), "ORG"), False, "PER [0, 4) there, ORG [0, 10) here"),
        (task((0, 10), "ORG"), task((5, 18), "LOC"), True, "ORG [0, 10) there, LOC [5, 18) here"),
    ],
)
def test_what_cannot_stand_together_is_named_and_the_first_stands(
    sessions: sessionmaker[Session],
    project_id: int,
    batch: int,
    first: dict[str, Any],
    second: dict[str, Any],
    nested: bool,
    reason: str,
) -> None:
    with writing(sessions) as session:
        projects.get(session, project_id).nested = nested
    report = import_file(sessions, project_id, lines(first, second), name="a.jsonl")

    assert outcome(report) == (1, 0, 0, 0, 0, 1)
    assert (report.bad[0].line, report.bad[0].reason.endswith(reason)) == (2, True)
    assert len(entities(sessions)) == 1


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (task(MARA, "ORG", "reject"), task(MARA, "PER")),
        (task(MARA, "PER"), task((0, 10), "ORG")),
        (task(MARA, "PER"), task(OSLO, "LOC")),
    ],
)
def test_what_can_stand_together_is_merged(
    sessions: sessionmaker[Session],
    project_id: int,
    batch: int,
    first: dict[str, Any],
    second: dict[str, Any],
) -> None:
    report = import_file(sessions, project_id, lines(first, second), name="a.jsonl")

    assert outcome(report) == (1, 0, 1, 0, 0, 0)
    assert len(entities(sessions)) == 2


@pytest.mark.both_databases
def test_different_peoples_annotations_are_responses_that_can_be_compared_and_decided(
    sessions: sessionmaker[Session], project_id: int, batch: int
) -> None:
    content = lines(
        whole((*MARA, "PER"), person="Ann"),
        whole((*MARA, "ORG"), (*OSLO, "LOC"), person="Bo"),
        whole((*MARA, "PER"), person="Cy"),
        whole((*MARA, "PER"), person="Ann"),
    )
    report = import_file(sessions, project_id, content, name="a.jsonl")

    assert outcome(report) == (1, 1, 0, 2, 0, 0)
    assert "by another person: kept as a response to compare" in changes(report)[0]
    (annotated,) = agreement.collect(sessions, project_id)
    assert {person: sorted(keys) for person, keys in annotated.responses.items()} == {
        "Ann": [(*MARA, "PER")],
        "Bo": [(*MARA, "ORG"), (*OSLO, "LOC")],
        "Cy": [(*MARA, "PER")],
    }
    assert adjudication.waiting(sessions, project_id) == ([1], [])
    with sessions() as session:
        parts = session.scalars(select(Assignment).order_by(Assignment.person)).all()
        assert [(part.person, part.status) for part in parts] == [
            (person, "submitted") for person in ("Ann", "Bo", "Cy")
        ]
    assert status(sessions) == "submitted"


@pytest.mark.parametrize("key", ["username", "completed_by"])
def test_the_annotators_of_other_tools_are_told_apart(
    sessions: sessionmaker[Session], project_id: int, batch: int, key: str
) -> None:
    if key == "username":
        records = [
            {"label": [[*MARA, "PER"]], "username": "ann"},
            {"label": [[*MARA, "ORG"]], "username": "bo"},
        ]
        content, name = lines(*records), "a.jsonl"
    else:
        result = {"type": "labels", "value": {"start": 0, "end": 4}}
        tasks = [
            {
                "data": {"text": TEXT},
                "annotations": [
                    {
                        "completed_by": number,
                        "result": [{**result, "value": {**result["value"], "labels": [label]}}],  # type: ignore[dict-item]
                    }
                ],
            }
            for number, label in ((7, "PER"), (8, "ORG"))
        ]
        content, name = json.dumps(tasks).encode(), "a.json"
    report = import_file(sessions, project_id, content, name=name)

    assert outcome(report) == (1, 0, 0, 1, 0, 0)
    (annotated,) = agreement.collect(sessions, project_id)
    people = {"username": {"ann", "bo"}, "completed_by": {"import", "import (8)"}}[key]
    assert set(annotated.responses) == people


def test_the_annotators_of_one_task_of_label_studio_give_a_response_each(
    sessions: sessionmaker[Session], project_id: int, batch: int
) -> None:
    results = [
        {"type": "labels", "value": {"start": 0, "end": 4, "labels": [label]}}
        for label in ("PER", "ORG")
    ]
    annotations = [
        {"completed_by": number, "updated_at": f"2026-01-0{number}T10:00:00Z", "result": [result]}
        for number, result in zip((2, 1), results, strict=True)
    ]
    content = json.dumps([{"data": {"text": TEXT}, "annotations": annotations}]).encode()
    report = import_file(sessions, project_id, content, name="a.json")

    assert outcome(report) == (1, 0, 0, 1, 0, 0)
    (annotated,) = agreement.collect(sessions, project_id)
    assert set(annotated.responses) == {"user 1", "user 2"}
    assert entities(sessions) == [(*MARA, "PER", "accepted")]


@pytest.mark.parametrize(
    ("way", "expected", "people"),
    [
        ("merge", (1, 1, 1, 0, 0, 1), 1),
        ("separate", (1, 1, 0, 2, 0, 0), 3),
        ("skip", (1, 1, 0, 0, 0, 2), 1),
    ],
)
def test_records_of_one_text_are_merged_kept_apart_or_skipped_as_asked(
    sessions: sessionmaker[Session],
    project_id: int,
    batch: int,
    way: SameText,
    expected: tuple[int, ...],
    people: int,
) -> None:
    content = lines(
        whole((*MARA, "PER")), whole((*MARA, "PER")), whole((*OSLO, "LOC")), whole((*MARA, "ORG"))
    )
    incoming = Incoming(content, "a.jsonl", same_text=way)
    *_, report = importing(sessions, project_id, incoming)

    assert outcome(report) == expected
    with sessions() as session:
        assert session.scalar(select(func.count()).select_from(AnnotationSet)) == people


def test_a_suggestion_stands_beside_an_annotation_of_the_same_text(
    sessions: sessionmaker[Session], project_id: int, batch: int
) -> None:
    suggestion = {
        "status": "new",
        "entities": [{"start": 14, "end": 18, "label": "LOC", "status": "suggested"}],
    }
    submitted = {"status": "submitted", "entities": [{"start": 0, "end": 4, "label": "PER"}]}
    report = import_file(sessions, project_id, lines(suggestion, submitted), name="a.jsonl")

    assert outcome(report) == (1, 0, 1, 0, 0, 0)
    assert status(sessions) == "submitted"
    assert entities(sessions) == [(*MARA, "PER", "accepted")]
    with sessions() as session:
        prediction = annotation_sets.latest_prediction(session, 1)
        assert prediction is not None
        assert [row.label for row in prediction.entities] == ["LOC"]


@pytest.mark.both_databases
def test_a_text_that_came_without_annotation_takes_that_of_a_later_record(
    sessions: sessionmaker[Session], project_id: int, batch: int
) -> None:
    report = import_file(
        sessions, project_id, lines({}, whole((*MARA, "PER")), {}), name="a.jsonl", format="prodigy"
    )

    assert outcome(report) == (1, 1, 1, 0, 0, 0)
    assert (status(sessions), entities(sessions)) == (
        "submitted",
        [(*MARA, "PER", "accepted")],
    )


def test_a_response_beside_others_can_be_corrected_and_exported(
    sessions: sessionmaker[Session], project_id: int
) -> None:
    content = lines(whole((*MARA, "PER"), person="Ann"), whole((*OSLO, "LOC"), person="Bo"))
    import_file(sessions, project_id, content, name="a.jsonl")
    with sessions() as session:
        assert [set_.person for set_ in session.scalars(select(AnnotationSet))] == ["Ann", "Bo"]

    reopened = AnnotationService(sessions).reopen(1, "Cy")
    assert reopened.status == "in_progress"
    assert [(span.start, span.end) for span in reopened.spans] == [OSLO]


def test_a_text_repeated_without_end_is_bounded(
    sessions: sessionmaker[Session], project_id: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.services.interchange.same_text.MOST_ENTITIES", 3)
    monkeypatch.setattr("app.services.interchange.same_text.MOST_RESPONSES", 2)
    spans = [task((number, number + 1), "X") for number in range(5)]
    people = [whole((0, 1, f"L{number}"), person=f"p{number}") for number in range(4)]
    other = [{"text": "Another text."} | record for record in people]
    report = import_file(sessions, project_id, lines(*spans, *other), name="a.jsonl")

    assert outcome(report) == (2, 0, 2, 1, 0, 4)
    assert ["at most 2 responses" in bad.reason for bad in report.bad] == [False] * 2 + [True] * 2
