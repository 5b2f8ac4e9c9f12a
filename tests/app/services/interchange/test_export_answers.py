"""Several people's answers to a document on their way out: which one, and what of the others."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
from sqlalchemy.orm import Session, sessionmaker

from app.services.interchange.exporting import export
from app.services.interchange.loss_lines import loss_lines
from app.services.team import adjudication
from storage.formats import Written
from storage.records import Selection
from tests.app.teamwork import Team, team

pytestmark = pytest.mark.both_databases


@pytest.fixture
def three(sessions: sessionmaker[Session]) -> Team:
    """One document that Anna and then Bo annotated unseen by each other, and one of Anna's."""
    people = team(sessions, 2)
    people.submit(1, "Anna", ("Bank of China", "ORG"))
    people.submit(1, "Bo", ("China", "LOC"))
    people.submit(2, "Anna", ("May", "PER"))
    return people


def decide(people: Team) -> None:
    """Rita finds that there is nothing to mark in the first document."""
    case = adjudication.case(people.sessions, people.ids[1])
    ids = [version.set_id for version in case.versions]
    adjudication.decide(people.sessions, people.ids[1], ids, [[] for _ in case.differences], "Rita")


def exported(
    annotated: Team, format: str = "jsonl", **selection: Any
) -> tuple[list[tuple[str, list[str]]], Written]:
    """By document who annotated it, and the labels."""
    out = io.BytesIO()
    report = export(annotated.sessions, annotated.project_id, format, out, Selection(**selection))
    lines = out.getvalue().splitlines() if format == "jsonl" else []
    return [
        (record["provenance"]["person"], [entity["label"] for entity in record["entities"]])
        for record in map(json.loads, lines)
    ], report.written


@pytest.mark.parametrize(
    ("chosen", "result"),
    [
        ((), [("Bo", ["LOC"]), ("Anna", ["PER"])]),
        (("Anna",), [("Anna", ["ORG"]), ("Anna", ["PER"])]),
        (("Bo",), [("Bo", ["LOC"])]),
        (("Anna", "Bo"), [("Bo", ["LOC"]), ("Anna", ["PER"])]),
    ],
)
def test_an_export_of_certain_people_holds_their_answers(
    three: Team, chosen: tuple[str, ...], result: list[tuple[str, list[str]]]
) -> None:
    assert exported(three, people=chosen)[0] == result


def test_a_decision_is_its_reviewers_and_the_answers_stay_those_of_who_gave_them(
    three: Team,
) -> None:
    decide(three)
    assert exported(three)[0] == [("Rita", []), ("Anna", ["PER"])]
    assert exported(three, people=("Rita",))[0] == [("Rita", [])]
    assert exported(three, people=("Rita", "Bo"))[0] == [("Rita", [])]
    assert exported(three, people=("Anna",))[0] == [("Anna", ["ORG"]), ("Anna", ["PER"])]


@pytest.mark.parametrize("format", ["jsonl", "bio", "spacy"])
def test_documents_with_other_peoples_answers_are_counted(three: Team, format: str) -> None:
    written = exported(three, format)[1]
    assert written.properties["answers"] == 1
    assert "other people’s answers to 1 document, which JSON lines with history hold" in loss_lines(
        written
    )

    decide(three)
    assert exported(three, format)[1].properties["answers"] == 1


def test_a_history_holds_all_answers(three: Team) -> None:
    assert not exported(three, history=True)[1].properties["answers"]
