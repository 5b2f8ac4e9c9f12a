"""Another model's suggestions for documents that are in: where they go, and what stays as it is."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.orm import Session, sessionmaker

from app.services.annotation.annotation import AnnotationService
from app.services.suggestions import pushed
from app.services.suggestions.pushed import PushReport
from storage.engine import writing
from storage.repository import annotation_sets, documents, projects
from tests.app.fake_model import FakeModel
from tests.app.teamwork import Team, team

ANNA = {"start": 0, "end": 9, "label": "PER", "score": 0.75}
SOME = -1
"""Stands for a document that is there."""
BO = {"start": 14, "end": 16, "label": "PER", "score": None}


@pytest.fixture
def people(sessions: sessionmaker[Session]) -> Team:
    return team(sessions, 1)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "suggestions.jsonl"


def push(people: Team, file: Path, *lines: Mapping[str, Any], model: str = "lexicon") -> PushReport:
    file.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    return pushed.push(people.sessions, people.project_id, file, model, "Rita")


def shown(people: Team, document: int) -> list[tuple[int, int, str, float | None, str, str]]:
    return [
        (span.start, span.end, span.label, span.score, span.status, span.source)
        for span in people.open(document, "Anna").spans
    ]


def test_they_are_what_a_document_opens_with_under_the_name_of_their_model(
    people: Team, file: Path
) -> None:
    report = push(people, file, {"document": people.ids[0], "entities": [BO, ANNA]})

    assert (report.added, report.entities, report.bad_count) == (1, 2, 0)
    assert shown(people, 0) == [
        (0, 9, "PER", 0.75, "suggested", "model"),
        (14, 16, "PER", None, "suggested", "model"),
    ]
    assert people.open(0, "Anna").sent_model == "lexicon"
    with people.sessions() as session:
        stored = annotation_sets.latest_prediction(session, people.ids[0])
        assert stored is not None
        assert stored.provenance == {"pushed": "lexicon", "person": "Rita"}


def test_the_projects_own_model_does_not_replace_them(people: Team, file: Path) -> None:
    push(people, file, {"document": people.ids[0], "entities": [ANNA]})
    model = FakeModel()
    view = AnnotationService(people.sessions, model).open(people.ids[0], "Anna")
    assert [span.label for span in view.spans] == ["PER"]
    assert model.asked == []


def test_they_take_the_place_of_earlier_ones_where_nobody_has_begun(
    people: Team, file: Path
) -> None:
    push(people, file, {"document": people.ids[0], "entities": [ANNA]})
    before = {span.id for span in people.open(0, "Anna").spans}

    push(people, file, {"document": people.ids[0], "entities": [ANNA]}, model="another")

    view = people.open(0, "Anna")
    assert view.sent_model == "another"
    assert before.isdisjoint(span.id for span in view.spans), "a page accepts no other one's"


def test_what_people_began_and_what_is_held_out_stays_as_it_is(people: Team, file: Path) -> None:
    people.add(0, "Anna", ("Oslo", "LOC"))
    people.submit(1, "Bo")
    with writing(people.sessions) as session:
        documents.get(session, people.ids[2]).split = "holdout"

    report = push(people, file, *({"document": id, "entities": [ANNA]} for id in people.ids))

    assert (report.added, report.begun, report.held_out, report.bad_count) == (0, 2, 1, 0)
    assert [label for _, _, label, *_ in shown(people, 0)] == ["LOC"]
    assert shown(people, 2) == []


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ({"document": 999, "entities": []}, "this project has no document 999"),
        ({"document": 0, "entities": []}, "'document' must be a document's number, got 0"),
        ({"document": 10**20, "entities": []}, "must be a document's number"),
        ({"document": True, "entities": []}, "'document' must be a whole number, got True"),
        ({"entities": []}, "'document' must be a whole number, got None"),
        ({"document": SOME}, "'entities' must be a list"),
        ({"document": SOME, "entity": []}, "no key 'entity'"),
        ({"document": SOME, "entities": [ANNA | {"end": 99}]}, "does not lie in the text of 25"),
        ({"document": SOME, "entities": [ANNA | {"end": 0}]}, "needs 0 <= start < end"),
        ({"document": SOME, "entities": [ANNA | {"score": 7}]}, "must lie between 0 and 1"),
        ({"document": SOME, "entities": [ANNA | {"label": "CITY"}]}, "send one of LOC, ORG, PER"),
        ({"document": SOME, "entities": ["PER"]}, "an entity must be an object"),
        ([1], "a line must be an object"),
    ],
)
def test_a_line_that_cannot_be_taken_is_named_and_those_around_it_are_taken(
    people: Team, file: Path, line: Any, reason: str
) -> None:
    if isinstance(line, dict) and line.get("document") == SOME:
        line["document"] = people.ids[0]
    good = {"document": people.ids[1], "entities": []}

    report = push(people, file, line, good)

    assert (report.added, report.bad_count) == (1, 1)
    assert report.bad[0].line == 1
    assert reason in report.bad[0].reason


def test_every_line_counts_however_many_there_are(
    people: Team, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pushed, "PART", 2)
    monkeypatch.setattr(pushed, "LISTED", 1)
    good = {"document": people.ids[0], "entities": [ANNA, ANNA]}

    report = push(people, file, good, {}, good, {}, good)

    assert (report.added, report.entities, report.bad_count) == (3, 3, 2)
    assert [bad.line for bad in report.bad] == [2]
    assert len(shown(people, 0)) == 1


def test_a_document_of_another_project_is_not_found(people: Team, file: Path) -> None:
    with writing(people.sessions) as session:
        other = projects.create(session, "Other")
        elsewhere = documents.add(session, other.id, name="there", text="Anna Haag.")
        assert elsewhere is not None
    report = push(people, file, {"document": elsewhere.id, "entities": [ANNA]})
    assert (report.added, report.bad_count) == (0, 1)
