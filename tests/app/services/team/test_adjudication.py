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
def two(sessions: sessionmaker[Session]) -> Team:
    """ "The Bank of China hired Anna.": two versions that differ in two places."""
    people = team(sessions, 2)
    people.submit(1, "Anna", ("Bank of China", "ORG"), ("Anna", "PER"))
    people.submit(1, "Bo", ("The Bank of China", "ORG"), ("China", "LOC"), ("Anna", "PER"))
    return people


def decide(people: Team, *decisions: list[Key]) -> int:
    case = adjudication.case(people.sessions, people.ids[1])
    ids = [each.set_id for each in case.versions]
    return adjudication.decide(people.sessions, people.ids[1], ids, decisions, "Rita")


def test_the_versions_are_aligned_and_what_all_have_is_apart(two: Team) -> None:
    case = adjudication.case(two.sessions, two.ids[1])
    assert [each.person for each in case.versions] == ["Anna", "Bo"]
    assert case.agreed == (PER,)
    (difference,) = case.differences
    assert (difference.start, difference.end) == (0, 17)
    assert difference.versions == {"Anna": (ORG,), "Bo": (THE, LOC)}
    assert set(difference.kinds) == {"boundary", "missing"}
    assert difference.choices == [(("Anna",), (ORG,)), (("Bo",), (THE, LOC))]
    assert case.decided is None


def test_a_decision_is_a_set_of_the_reviewers_that_names_the_versions(two: Team) -> None:
    case = adjudication.case(two.sessions, two.ids[1])
    decide(two, [ORG, LOC])
    with two.sessions() as session:
        made = annotation_sets.submitted_of(session, two.ids[1])
        assert made is not None
        assert (made.person, made.blind, made.state) == ("Rita", False, "submitted")
        assert made.provenance == {"adjudicates": [each.set_id for each in case.versions]}
        assert [(row.start, row.end, row.label) for row in made.entities] == [ORG, LOC, PER]
        own = annotation_sets.submitted_of(session, two.ids[1], "Bo")
        assert own is not None
        assert len(own.entities) == 3, "the versions stay as they are"
    after = adjudication.case(two.sessions, two.ids[1])
    assert after.decided == ("Rita", frozenset({ORG, LOC, PER}))
    assert not after.stale


def test_export_figures_and_review_read_the_decision(two: Team) -> None:
    made = decide(two, [ORG, LOC])
    two.service.reopen(two.ids[1], "Bo")
    two.submit(1, "Bo")  # newer than the decision, and not what counts
    with two.sessions() as session:
        (exported,) = corrected(session, two.project_id)
        counted = statistics.label_counts(session, two.project_id)
    assert [(each.start, each.end, each.label) for each in exported.entities or ()] == [
        ORG,
        LOC,
        PER,
    ]
    assert counted == {("LOC", "person"): 1, ("ORG", "person"): 1, ("PER", "person"): 1}
    reviewed = ReviewService(two.sessions).submitted(two.project_id)
    assert [each.set_id for each in reviewed] == [made]
    assert adjudication.case(two.sessions, two.ids[1]).stale
    assert two.status(1) == "submitted"


def test_a_decision_may_be_taken_again(two: Team) -> None:
    first = decide(two, [ORG])
    second = decide(two, [])
    with two.sessions() as session:
        made = annotation_sets.submitted_of(session, two.ids[1])
        assert made is not None
        assert (made.id, made.parent_id) == (second, first)
        assert [row.label for row in made.entities] == ["PER"]


def test_who_adjudicates_may_have_annotated_too(two: Team) -> None:
    case = adjudication.case(two.sessions, two.ids[1])
    ids = [each.set_id for each in case.versions]
    adjudication.decide(two.sessions, two.ids[1], ids, [[ORG]], "Anna")
    assert len(two.open(1, "Anna").spans) == 2, "the own version is what was submitted"
    with two.sessions() as session:
        document = documents.get(session, two.ids[1])
        said = [
            each.summary
            for each in history.page(session, tasks.AnnotationTask(document, document)).steps
        ]
    assert said == ["adjudicated 2 versions"]


@pytest.mark.parametrize(
    ("decisions", "told"),
    [
        ([], "got 0 decisions for 1 differences"),
        ([[(4, 17, "NOPE")]], "no label 'NOPE'"),
        ([[(24, 28, "PER")]], "outside the difference: 0 to 17"),
        ([[(4, 99, "ORG")]], "not in the text, which has 29 characters"),
        ([[(9, 9, "ORG")]], "not in the text"),
    ],
)
def test_a_decision_that_cannot_be_is_refused_with_the_reason(
    two: Team, decisions: list[list[Key]], told: str
) -> None:
    with pytest.raises(AdjudicationError, match=told):
        decide(two, *decisions)


def test_a_version_submitted_meanwhile_must_be_looked_at_first(two: Team) -> None:
    case = adjudication.case(two.sessions, two.ids[1])
    two.service.reopen(two.ids[1], "Bo")
    two.submit(1, "Bo", ("hired", "ORG"))
    ids = [each.set_id for each in case.versions]
    with pytest.raises(AdjudicationError, match="another version has been submitted"):
        adjudication.decide(two.sessions, two.ids[1], ids, [[ORG]], "Rita")


def test_with_one_version_there_is_nothing_to_decide(two: Team) -> None:
    two.submit(0, "Anna", ("Oslo", "LOC"))
    assert adjudication.waiting(two.sessions, two.project_id) == ([two.ids[1]], [])
    ids = [each.set_id for each in adjudication.case(two.sessions, two.ids[0]).versions]
    with pytest.raises(AdjudicationError, match="at least two submitted versions, got 1"):
        adjudication.decide(two.sessions, two.ids[0], ids, [], "Rita")


def test_where_all_agree_everything_is_accepted_at_once(two: Team) -> None:
    for person in ("Anna", "Bo"):
        two.submit(0, person, ("Oslo", "LOC"))
        two.submit(2, person)
    assert adjudication.accept_agreed(two.sessions, two.project_id, "Rita") == 2
    waiting, decided = adjudication.waiting(two.sessions, two.project_id)
    assert (waiting, decided) == ([two.ids[1]], [two.ids[0], two.ids[2]])


places = st.sets(
    st.tuples(st.integers(0, 30), st.integers(1, 8), st.sampled_from(["PER", "ORG"])).map(
        lambda drawn: (drawn[0], drawn[0] + drawn[1], drawn[2])
    ),
    max_size=7,
)


@given(st.lists(places, min_size=2, max_size=4))
def test_everything_is_agreed_or_in_just_one_difference(responses: list[set[Key]]) -> None:
    versions = [
        Version(number, f"person {number}", frozenset(each))
        for number, each in enumerate(responses)
    ]
    agreed = set.intersection(*responses)
    found = align(versions)
    for number, each in enumerate(responses):
        held = [place for one in found for place in one.versions[f"person {number}"]]
        assert sorted([*held, *agreed]) == sorted(each), "to take one's version is to get it back"
    for one, other in pairwise(found):
        assert one.end <= other.start
    assert all(len(each.choices) > 1 and each.kinds for each in found)
