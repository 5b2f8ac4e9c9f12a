"""Records of one text in a file, and texts that the project has: merged, kept apart, or named."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import timedelta
from itertools import permutations
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from app.services.annotation.annotation import AnnotationService
from app.services.interchange.importing import import_file, importing
from app.services.interchange.preview import previewing
from app.services.interchange.read_records import ImportReport, Incoming
from app.services.interchange.report_lines import changes, losses
from app.services.interchange.same_text import SAME_TEXT, SameText
from app.services.team import adjudication, agreement
from storage.columns import now
from storage.engine import writing
from storage.models import AnnotationSet, Assignment, Document, EntityRow, Project
from storage.repository import annotation_sets, documents, model_versions, projects

pytestmark = pytest.mark.both_databases
TEXT = "Mara lives in Oslo."
MARA, LIVES, OSLO = (0, 4), (5, 10), (14, 18)


@pytest.fixture
def project_id(sessions: sessionmaker[Session]) -> int:
    with writing(sessions) as session:
        return projects.create(session, "P").id


@pytest.fixture(params=[1, 2, 250])
def batch(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> int:
    """Records a transaction: all in one, and each in its own."""
    monkeypatch.setattr("app.services.interchange.read_records.BATCH", request.param)
    return int(request.param)


def lines(*records: dict[str, Any]) -> bytes:
    return "".join(json.dumps({"text": TEXT} | record) + "\n" for record in records).encode()


def task(place: tuple[int, int], label: str, answer: str = "accept", **more: Any) -> dict[str, Any]:
    """One of Prodigy's binary decisions."""
    span = {"start": place[0], "end": place[1], "label": label}
    return {"spans": [span], "_view_id": "ner", "_is_binary": True, "answer": answer} | more


def whole(*spans: tuple[int, int, str], person: str | None = None) -> dict[str, Any]:
    """A whole annotation, as Prodigy's manual view makes it."""
    marks = [{"start": start, "end": end, "label": label} for start, end, label in spans]
    by = {"_annotator_id": person} if person else {}
    return {"spans": marks, "_view_id": "ner_manual", "answer": "accept"} | by


def entities(sessions: sessionmaker[Session], number: int = 1) -> list[tuple[Any, ...]]:
    """Of the set that counts of a document: place, label and status."""
    with sessions() as session:
        found = (
            annotation_sets.draft_of(session, number)
            or annotation_sets.submitted_of(session, number)
            or annotation_sets.latest_prediction(session, number)
        )
        spans = annotation_sets.spans_of(found) if found else []
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


def test_one_decision_a_record_becomes_one_document(
    sessions: sessionmaker[Session], project_id: int, batch: int
) -> None:
    content = lines(task(MARA, "PER"), task(OSLO, "LOC"), task(LIVES, "LOC", "reject"))
    report = import_file(sessions, project_id, content, name="a.jsonl")

    assert outcome(report) == (1, 0, 2, 0, 0, 0)
    assert report.entities == 3
    assert changes(report) == (
        "2 records of a text that came before, with other annotation: merged into one document",
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
        "2 records have a text that the project has with other annotation, which stays as it is",
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


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(statements=statements, size=st.integers(1, 4), way=st.sampled_from(SAME_TEXT))
def test_a_preview_counts_what_the_import_does_in_any_batches_and_every_record_is_counted_once(
    sessions: sessionmaker[Session], statements: list[Any], size: int, way: SameText
) -> None:
    records = [
        {"text": text}
        | task(place, label, **({"answer": answer} if answer else {}))
        | {"_is_binary": binary, "_view_id": "ner" if binary else "ner_manual"}
        | ({"_annotator_id": person} if person else {})
        for place, label, answer, person, binary, text in statements
    ]
    with writing(sessions) as session:
        project = projects.create(session, f"P{session.scalar(select(func.count(Project.id)))}").id
    told = []
    for batch_size in (250, size):
        incoming = Incoming(lines(*records), "a.jsonl", "prodigy", same_text=way)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("app.services.interchange.read_records.BATCH", batch_size)
            *_, preview = previewing(sessions, project, incoming)
            told.append(counted(preview.report))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("app.services.interchange.read_records.BATCH", size)
        *_, report = importing(sessions, project, incoming)

    assert told == [counted(report)] * 2
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
