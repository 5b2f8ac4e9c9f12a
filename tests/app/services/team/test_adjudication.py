"""One answer out of several: the versions aligned, each difference decided, the decision kept."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session, sessionmaker

from app.services.annotation import history, tasks
from app.services.suggestions.label_review import ReviewService
from app.services.team import adjudication
from app.services.team.adjudication import AdjudicationError, Version, align
from core.types import Key
from storage.repository import annotation_sets, documents, statistics
from storage.repository.corrected import corrected
from tests.app.teamwork import Team, team

ORG, LOC = (4, 17, "ORG"), (12, 17, "LOC")
THE = (0, 17, "ORG")
PER = (24, 28, "PER")


@pytest.fixture
def pair(sessions: sessionmaker[Session]) -> Team:
    """ "The Bank of China hired Anna.": two versions that differ in two places."""
    people = team(sessions, 2)
    people.submit(1, "Anna", ("Bank of China", "ORG"), ("Anna", "PER"))
    people.submit(1, "Bo", ("The Bank of China", "ORG"), ("China", "LOC"), ("Anna", "PER"))
    return people


def decide(people: Team, *decisions: list[Key]) -> int:
    case = adjudication.case(people.sessions, people.ids[1])
    ids = [version.set_id for version in case.versions]
    return adjudication.decide(people.sessions, people.ids[1], ids, decisions, "Rita")


def test_the_versions_are_aligned_and_what_all_have_is_apart(pair: Team) -> None:
    case = adjudication.case(pair.sessions, pair.ids[1])
    assert [version.person for version in case.versions] == ["Anna", "Bo"]
    assert case.agreed == (PER,)
    (difference,) = case.differences
    assert (difference.start, difference.end) == (0, 17)
    assert difference.versions == {"Anna": (ORG,), "Bo": (THE, LOC)}
    assert set(difference.kinds) == {"boundary", "missing"}
    assert difference.choices == [(("Anna",), (ORG,)), (("Bo",), (THE, LOC))]
    assert case.decided is None


def test_a_decision_is_a_set_of_the_reviewers_that_names_the_versions(pair: Team) -> None:
    case = adjudication.case(pair.sessions, pair.ids[1])
    decide(pair, [ORG, LOC])
    with pair.sessions() as session:
        made = annotation_sets.submitted_of(session, pair.ids[1])
        assert made is not None
        assert (made.person, made.blind, made.state) == ("Rita", False, "submitted")
        assert made.provenance == {"adjudicates": [version.set_id for version in case.versions]}
        assert [(row.start, row.end, row.label) for row in made.entities] == [ORG, LOC, PER]
        personal = annotation_sets.submitted_of(session, pair.ids[1], "Bo")
        assert personal is not None
        assert len(personal.entities) == 3, "the versions stay as they are"
    after = adjudication.case(pair.sessions, pair.ids[1])
    assert after.decided == ("Rita", frozenset({ORG, LOC, PER}))
    assert not after.stale


def test_export_figures_and_review_read_the_decision(pair: Team) -> None:
    made = decide(pair, [ORG, LOC])
    pair.service.reopen(pair.ids[1], "Bo")
    pair.submit(1, "Bo")  # newer than the decision, and not what counts
    with pair.sessions() as session:
        (exported,) = corrected(session, pair.project_id)
        counted = statistics.label_counts(session, pair.project_id)
    assert [(entity.start, entity.end, entity.label) for entity in exported.entities or ()] == [
        ORG,
        LOC,
        PER,
    ]
    assert counted == {("LOC", "person"): 1, ("ORG", "person"): 1, ("PER", "person"): 1}
    reviewed = ReviewService(pair.sessions).submitted(pair.project_id)
    assert [item.set_id for item in reviewed] == [made]
    assert adjudication.case(pair.sessions, pair.ids[1]).stale
    assert pair.status(1) == "submitted"


def test_a_decision_may_be_taken_again(pair: Team) -> None:
    first = decide(pair, [ORG])
    second = decide(pair, [])
    with pair.sessions() as session:
        made = annotation_sets.submitted_of(session, pair.ids[1])
        assert made is not None
        assert (made.id, made.parent_id) == (second, first)
        assert [row.label for row in made.entities] == ["PER"]


def test_who_adjudicates_may_have_annotated_too(pair: Team) -> None:
    case = adjudication.case(pair.sessions, pair.ids[1])
    ids = [version.set_id for version in case.versions]
    adjudication.decide(pair.sessions, pair.ids[1], ids, [[ORG]], "Anna")
    assert len(pair.open(1, "Anna").spans) == 2, "the own version is what was submitted"
    with pair.sessions() as session:
        document = documents.get(session, pair.ids[1])
        message = [
            step.summary
            for step in history.page(session, tasks.AnnotationTask(document, document)).steps
        ]
    assert message == ["adjudicated 2 versions"]


@pytest.mark.parametrize(
    ("decisions", "reported"),
    [
        ([], "got 0 decisions for 1 differences"),
        ([[(4, 17, "NOPE")]], "no label 'NOPE'"),
        ([[(24, 28, "PER")]], "outside the difference: 0 to 17"),
        ([[(4, 99, "ORG")]], "not in the text, which has 29 characters"),
        ([[(9, 9, "ORG")]], "not in the text"),
    ],
)
def test_a_decision_that_cannot_be_is_refused_with_the_reason(
    pair: Team, decisions: list[list[Key]], reported: str
) -> None:
    with pytest.raises(AdjudicationError, match=reported):
        decide(pair, *decisions)


def test_a_version_submitted_meanwhile_must_be_looked_at_first(pair: Team) -> None:
    case = adjudication.case(pair.sessions, pair.ids[1])
    pair.service.reopen(pair.ids[1], "Bo")
    pair.submit(1, "Bo", ("hired", "ORG"))
    ids = [version.set_id for version in case.versions]
    with pytest.raises(AdjudicationError, match="another version has been submitted"):
        adjudication.decide(pair.sessions, pair.ids[1], ids, [[ORG]], "Rita")


def test_with_one_version_there_is_nothing_to_decide(pair: Team) -> None:
    pair.submit(0, "Anna", ("Oslo", "LOC"))
    assert adjudication.waiting(pair.sessions, pair.project_id) == ([pair.ids[1]], [])
    ids = [version.set_id for version in adjudication.case(pair.sessions, pair.ids[0]).versions]
    with pytest.raises(AdjudicationError, match="at least two submitted versions, got 1"):
        adjudication.decide(pair.sessions, pair.ids[0], ids, [], "Rita")


def test_where_all_agree_everything_is_accepted_at_once(pair: Team) -> None:
    for person in ("Anna", "Bo"):
        pair.submit(0, person, ("Oslo", "LOC"))
        pair.submit(2, person)
    assert adjudication.accept_agreed(pair.sessions, pair.project_id, "Rita") == 2
    waiting, decided = adjudication.waiting(pair.sessions, pair.project_id)
    assert (waiting, decided) == ([pair.ids[1]], [pair.ids[0], pair.ids[2]])


locations = st.sets(
    st.tuples(st.integers(0, 30), st.integers(1, 8), st.sampled_from(["PER", "ORG"])).map(
        lambda drawn: (drawn[0], drawn[0] + drawn[1], drawn[2])
    ),
    max_size=7,
)


@given(st.lists(locations, min_size=2, max_size=4))
def test_everything_is_agreed_or_in_just_one_difference(responses: list[set[Key]]) -> None:
    versions = [
        Version(number, f"person {number}", frozenset(response))
        for number, response in enumerate(responses)
    ]
    agreed = set.intersection(*responses)
    result = align(versions)
    for number, response in enumerate(responses):
        held = [location for item in result for location in item.versions[f"person {number}"]]
        assert sorted([*held, *agreed]) == sorted(response), (
            "to take one's version is to get it back"
        )
    for item, other in pairwise(result):
        assert item.end <= other.start
    assert all(len(entry.choices) > 1 and entry.kinds for entry in result)
