"""A label in the bin: what is marked with it is in no list, and is lost by nothing that is done."""

from __future__ import annotations

import json

import pytest
from sqlalchemy.orm import Session, sessionmaker

from app.services.interchange.importing import import_file
from app.services.interchange.insert_batch import LABEL_IN_TRASH, TEXT_IN_TRASH
from app.services.interchange.preview import previewing
from app.services.interchange.read_records import Incoming, NoteTotal
from app.services.team import adjudication
from storage.engine import writing
from storage.repository import annotation_sets, documents, projects, trash
from tests.app.teamwork import TEXTS, Team, team


def delete_label(people: Team, name: str) -> int:
    with writing(people.sessions) as session:
        every = projects.labels(session, people.project_id)
        label = next(item for item in every if item.name == name)
        trash.put(session, label)
        return label.id


def restore_label(people: Team, label_id: int) -> None:
    with writing(people.sessions) as session:
        trash.take_back(session, trash.find(session, "label", label_id))


def labels(people: Team, document: int) -> set[str]:
    return {span.label for span in people.open(document, "Anna").spans}


@pytest.mark.parametrize("annotators", [1, 2])
@pytest.mark.parametrize("reopened", [False, True])
def test_entities_of_a_deleted_label_outlive_edits_and_come_back_with_it(
    sessions: sessionmaker[Session], annotators: int, reopened: bool
) -> None:
    people = team(sessions, annotators)
    people.add(0, "Anna", ("Oslo", "LOC"))
    if reopened:
        people.service.submit(people.ids[0], "Anna")
    label = delete_label(people, "LOC")
    people.service.reopen(people.ids[0], "Anna")
    people.submit(0, "Anna", ("Bo", "PER"))
    assert labels(people, 0) == {"PER"}

    restore_label(people, label)

    assert labels(people, 0) == {"PER", "LOC"}


@pytest.mark.parametrize("status", ["submitted", "in_progress"])
def test_what_was_imported_with_a_deleted_label_comes_back_with_it(
    sessions: sessionmaker[Session], status: str
) -> None:
    people = team(sessions, 1, texts=())
    label = delete_label(people, "LOC")
    entity = {"start": 0, "end": 4, "label": "LOC", "status": "accepted"}
    record = {"text": "Oslo met Bo.", "entities": [entity], "status": status}
    import_file(sessions, people.project_id, json.dumps(record).encode(), name="a.jsonl")
    with sessions() as session:
        document = documents.first(session, people.project_id)
    assert document is not None
    people.ids.append(document)
    people.service.reopen(document, "Anna")
    people.submit(0, "Anna", ("Bo", "PER"))
    assert labels(people, 0) == {"PER"}

    restore_label(people, label)

    assert labels(people, 0) == {"PER", "LOC"}


def test_a_preview_says_what_the_import_will_say_of_the_bin(
    sessions: sessionmaker[Session],
) -> None:
    people = team(sessions, 1)
    delete_label(people, "LOC")
    with writing(sessions) as session:
        trash.put(session, documents.get(session, people.ids[2]))
    marked = {"text": "Oslo met Bo.", "entities": [{"start": 0, "end": 4, "label": "LOC"}]}
    content = "\n".join(map(json.dumps, ({"text": TEXTS[2]}, marked))).encode()

    *_, preview = previewing(sessions, people.project_id, Incoming(content, "a.jsonl"))
    report = import_file(sessions, people.project_id, content, name="a.jsonl")

    assert preview.report.notes == report.notes
    assert report.notes == {TEXT_IN_TRASH: NoteTotal(1), LABEL_IN_TRASH: NoteTotal(1)}
    assert preview.report.labels_created == report.labels_created == []


def decide_as_anna(people: Team) -> None:
    case = adjudication.case(people.sessions, people.ids[1])
    ids = [version.set_id for version in case.versions]
    hers = [difference.versions["Anna"] for difference in case.differences]
    adjudication.decide(people.sessions, people.ids[1], ids, hers, "Rita")


def decided(people: Team) -> set[tuple[int, int, str]]:
    with people.sessions() as session:
        answer = annotation_sets.submitted_of(session, people.ids[1])
        assert answer is not None
        return {(row.start, row.end, row.label) for row in answer.entities}


def test_a_decision_between_versions_keeps_what_a_deleted_label_marks(
    sessions: sessionmaker[Session],
) -> None:
    people = team(sessions, 2)
    people.submit(1, "Anna", ("China", "LOC"), ("Anna", "PER"))
    people.submit(1, "Bo", ("The Bank of China", "LOC"), ("Anna", "PER"))
    label = delete_label(people, "LOC")
    decide_as_anna(people)
    assert decided(people) == {(24, 28, "PER")}

    restore_label(people, label)

    result = decided(people)
    assert result == {(24, 28, "PER"), (12, 17, "LOC"), (0, 17, "LOC")}, "both, to be decided again"


def test_a_second_decision_keeps_what_the_first_chose_for_a_deleted_label(
    sessions: sessionmaker[Session],
) -> None:
    people = team(sessions, 2)
    people.submit(1, "Anna", ("China", "LOC"), ("Anna", "PER"))
    people.submit(1, "Bo", ("The Bank of China", "LOC"), ("Anna", "PER"))
    decide_as_anna(people)
    label = delete_label(people, "LOC")
    decide_as_anna(people)

    restore_label(people, label)

    assert decided(people) == {(24, 28, "PER"), (12, 17, "LOC")}


def test_a_mark_of_a_deleted_label_can_be_put_back_to_what_it_was_before(
    sessions: sessionmaker[Session],
) -> None:
    people = team(sessions, 1)
    people.add(0, "Anna", ("Oslo", "LOC"))
    (span,) = people.open(0, "Anna").spans
    delete_label(people, "LOC")
    undo = {"op": "restore", "id": span.id, "start": span.start, "end": span.end, "label": "PER"}
    undone = {**undo, "seq": 1, "status": "accepted", "source": "person", "score": None}

    applied = people.service.apply(people.ids[0], "undoing", [undone], "Anna")

    assert (applied.ack, applied.error) == (1, None)
    assert [(item.id, item.label) for item in applied.spans] == [(span.id, "PER")]
