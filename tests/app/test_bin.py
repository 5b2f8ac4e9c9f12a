"""A label in the bin: what is marked with it is in no list, and is lost by nothing that is done."""

from __future__ import annotations

import json

import pytest
from sqlalchemy.orm import Session, sessionmaker

from app.services.importing import import_file
from storage.engine import writing
from storage.repository import bin, documents, projects
from tests.app.teamwork import Team, team


def delete_label(people: Team, name: str) -> int:
    with writing(people.sessions) as session:
        every = projects.labels(session, people.project_id)
        label = next(each for each in every if each.name == name)
        bin.put(session, label)
        return label.id


def restore_label(people: Team, label_id: int) -> None:
    with writing(people.sessions) as session:
        bin.take_back(session, bin.find(session, "label", label_id))


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
    assert [(each.id, each.label) for each in applied.spans] == [(span.id, "PER")]
