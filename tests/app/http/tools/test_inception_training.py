"""INCEpTION sends its people's work again and again, in whatever state it is."""

from __future__ import annotations

import cassis
import pytest

from app.services.annotation.annotation import AnnotationService
from app.services.interchange import refusals
from app.services.retraining.jobs import Jobs
from app.services.team import assignment
from storage.repository import annotation_sets, assignments
from tests.app.http.api.test_api import Served, served
from tests.app.http.tools.inception_requests import (
    document,
    document_id,
    nothing_remembered,
    shown,
    to_train,
    train,
)
from tests.operation_log import log_of

__all__ = ["nothing_remembered", "served"]
TEXT = "Eve saw 🦊 Rome."


def test_what_somebody_has_annotated_so_far_is_a_draft_that_follows_them(served: Served) -> None:
    train(served, document(TEXT, [(0, 3, "PER")]))
    assert shown(served) == ("in_progress", [(0, 3, "PER")])

    four = [(0, 3, "PER"), (4, 7, "ACT"), (8, 9, "ANIMAL"), (10, 14, "LOC")]
    train(served, document(TEXT, four))
    assert shown(served) == ("in_progress", four)

    train(served, document(TEXT, [(10, 14, "CITY")]))
    assert shown(served) == ("in_progress", [(10, 14, "CITY")])
    with served.sessions() as session:
        draft = annotation_sets.draft_of(session, document_id(served))
        assert draft is not None
        assert draft.person == "ada"
        log = [row.payload["op"] for row in log_of(session, document_id(served))]
    assert log == ["follow", "follow"], "each later state is a step that can be taken back"


def test_the_same_state_sent_again_changes_nothing(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[int] = []
    load = cassis.load_cas_from_xmi
    monkeypatch.setattr(
        cassis, "load_cas_from_xmi", lambda *a, **k: read.append(1) or load(*a, **k)
    )
    train(served, document(TEXT, [(0, 3, "PER")]))
    train(served, document(TEXT, [(0, 3, "PER")]))
    assert len(read) == 1, "it is not even read"

    train(served, document(TEXT, [(0, 3, "PER")], changed=1_700_000_000_000))

    with served.sessions() as session:
        assert log_of(session, document_id(served)) == []


def test_only_an_address_that_says_so_submits_and_later_states_follow(served: Served) -> None:
    train(served, document(TEXT, [(0, 3, "PER")]), location="/finished")
    assert shown(served) == ("submitted", [(0, 3, "PER")])

    train(served, document(TEXT, [(0, 3, "PER"), (10, 14, "LOC")]), location="/finished")
    assert shown(served) == ("submitted", [(0, 3, "PER"), (10, 14, "LOC")])


def test_a_draft_that_is_finished_there_is_submitted_here(served: Served) -> None:
    train(served, document(TEXT, [(0, 3, "PER")]))
    train(served, document(TEXT, [(0, 3, "PER")]), location="/finished")

    assert shown(served) == ("submitted", [(0, 3, "PER")])


def test_what_was_stored_earlier_and_overtook_on_the_way_does_not_come_back(
    served: Served,
) -> None:
    train(served, document(TEXT, [(0, 3, "PER"), (10, 14, "LOC")], changed=1_700_000_002_000))
    train(served, document(TEXT, [(0, 3, "PER")], changed=1_700_000_001_000))

    assert shown(served) == ("in_progress", [(0, 3, "PER"), (10, 14, "LOC")])


def test_work_that_is_open_here_is_not_touched_and_its_history_says_once_what_came(
    served: Served,
) -> None:
    train(served, document(TEXT, [(0, 3, "PER")]))
    number, service = document_id(served), AnnotationService(served.sessions)
    added = {"seq": 1, "op": "add", "id": "p", "start": 10, "end": 14, "label": "PER"}
    assert service.apply(number, "page", [added], "Bo").error is None

    later = [(0, 3, "PER"), (8, 9, "ANIMAL")]
    train(served, document(TEXT, later))
    train(served, document(TEXT, later, changed=1_700_000_000_000))

    assert shown(served) == ("in_progress", [(0, 3, "PER"), (10, 14, "PER")])
    with served.sessions() as session:
        (row,) = (row for row in log_of(session, number) if row.refused)
    assert row.payload["spans"] == [[0, 3, "PER"], [8, 9, "ANIMAL"]]
    assert "somebody is working on the document here" in str(row.refused)
    (refusal,) = refusals.of_project(served.sessions, served.project)
    assert "history says why" in refusal.reason


def test_what_was_submitted_here_is_not_changed_by_unfinished_work_there(served: Served) -> None:
    train(served, document(TEXT, [(0, 3, "PER")]))
    AnnotationService(served.sessions).submit(document_id(served), "Bo")

    train(served, document(TEXT, [(8, 9, "ANIMAL")]))

    assert shown(served) == ("submitted", [(0, 3, "PER")])


def test_what_was_corrected_here_since_stands_though_finished_work_is_sent_again(
    served: Served,
) -> None:
    train(served, document(TEXT, [(0, 3, "PER")]), location="/finished")
    number, service = document_id(served), AnnotationService(served.sessions)
    service.reopen(number, "Bo")
    added = {"seq": 1, "op": "add", "id": "p", "start": 10, "end": 14, "label": "PER"}
    assert service.apply(number, "page", [added], "Bo").error is None
    service.submit(number, "Bo")

    train(served, document(TEXT, [(0, 3, "PER")], changed=1_700_000_000_000), location="/finished")

    assert shown(served) == ("submitted", [(0, 3, "PER"), (10, 14, "PER")])


def test_a_second_persons_answer_to_a_text_replaces_nothing_and_is_on_record(
    served: Served,
) -> None:
    train(served, document(TEXT, [(0, 3, "PER")], user="ada"))
    train(served, document(TEXT, [(10, 14, "LOC")], user="bo"))

    assert shown(served) == ("in_progress", [(0, 3, "PER")])
    with served.sessions() as session:
        (row,) = (r for r in log_of(session, document_id(served)) if r.refused)
    assert (row.person, row.payload["spans"]) == ("bo", [[10, 14, "LOC"]])
    assert "'ada'" in str(row.refused)
    assert "2 or more" in str(row.refused)


def test_where_several_annotate_each_document_everybodys_answer_is_their_own(
    served: Served,
) -> None:
    assignment.set_annotators(served.sessions, served.project, 2)
    ada, bo = [(0, 3, "PER")], [(10, 14, "LOC")]
    train(served, document(TEXT, ada, user="ada"))
    train(served, document(TEXT, bo, user="bo"))
    train(served, document(TEXT, [*ada, (8, 9, "ANIMAL")], user="ada"), location="/finished")

    number = document_id(served)
    with served.sessions() as session:
        personal = annotation_sets.submitted_of(session, number, "ada")
        begun = annotation_sets.draft_of(session, number, "bo")
        parts = {part.person: part.status for part in assignments.of_document(session, number)}
    assert parts == {"ada": "submitted", "bo": "in_progress"}
    assert personal is not None
    assert [(s.start, s.end, s.label) for s in annotation_sets.spans_of(personal)] == [
        (0, 3, "PER"),
        (8, 9, "ANIMAL"),
    ]
    assert begun is not None
    assert [(s.start, s.label) for s in annotation_sets.spans_of(begun)] == [(10, "LOC")]


def test_no_training_queues_a_retraining(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[int] = []
    monkeypatch.setattr(Jobs, "start", lambda self, project: started.append(project))
    for number in range(3):
        train(served, document(TEXT, [(0, 3, f"L{number}")]), location="/finished")

    assert started == []


def test_a_document_that_cannot_be_read_is_named_and_the_others_come_in(served: Served) -> None:
    broken = {"xmi": "<a/>", "documentId": 8, "userId": "ada"}
    train(served, broken, document(TEXT, [(0, 3, "PER")]))

    assert shown(served) == ("in_progress", [(0, 3, "PER")])
    (refusal,) = refusals.of_project(served.sessions, served.project)
    assert refusal.tool == "INCEpTION"
    assert "document 8 was not taken" in refusal.reason

    single = to_train(broken)
    answer = served.client.post(f"/inception/{served.project}/train", json=single)
    assert answer.status_code == 400


def test_an_unfinished_document_without_annotations_is_not_added(served: Served) -> None:
    train(served, document(TEXT, [(0, 3, None)]))

    path = f"/api/v1/projects/{served.project}/documents?search=Eve"
    assert served.client.get(path).json()["total"] == 0


def test_the_types_are_read_once_however_many_documents_come_with_them(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    load, read = cassis.load_typesystem, []
    monkeypatch.setattr(cassis, "load_typesystem", lambda file: read.append(1) or load(file))
    train(served, *(document(f"{name} Li", [(0, 1, "PER")], number=name) for name in "ABC"))

    path = f"/api/v1/projects/{served.project}/documents?search=inception-"
    assert served.client.get(path).json()["total"] == 3
    assert len(read) == 1
