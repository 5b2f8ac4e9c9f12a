"""Agreement: by hand, by the textbooks, by a library, and by what must hold of any."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import pairwise

import krippendorff
import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session, sessionmaker

from app.services.operations import trash
from app.services.team import agreement, agreement_coefficients
from app.services.team.agreement import Annotated, collect, measure
from app.services.team.agreement_coefficients import Floats, Values
from app.services.team.disagreements import differences, disagreements, narrowed
from core.text.tokenization import tokenize
from core.types import Key
from storage.repository import projects
from tests.app.teamwork import team

TEXTS = ("Anna met Bo in Oslo", "The Bank of China paid", "Nothing was said")
ANNA = ({(0, 4, "PER"), (9, 11, "PER"), (15, 19, "LOC")}, {(4, 17, "ORG")}, set[Key]())
BO = ({(0, 4, "PER"), (15, 19, "ORG")}, {(0, 17, "ORG")}, set[Key]())


def annotated(texts: Sequence[str], people: Mapping[str, Sequence[set[Key]]]) -> list[Annotated]:
    return [
        Annotated(
            number,
            f"text {number}",
            tuple((token.start, token.end) for token in tokenize(text)),
            {person: frozenset(keys[number]) for person, keys in people.items()},
        )
        for number, text in enumerate(texts)
    ]


BY_HAND = annotated(TEXTS, {"Anna": ANNA, "Bo": BO})


def test_the_figures_of_three_documents_are_what_they_are_by_hand() -> None:
    result = measure(BY_HAND)

    (pair,) = result.pairs
    assert (pair.first, pair.second, pair.documents, pair.entities) == ("Anna", "Bo", 3, 7)
    assert result.words == 13
    assert pair.exact.value == pytest.approx(2 * 1 / (4 + 3))  # Anna alone is the same
    assert pair.boundaries.value == pytest.approx(2 * 2 / (4 + 3))  # and Oslo
    # 10 of 13 words are equal; by chance (2·1 + 1·0 + 3·5 + 7·7) / 13²
    assert pair.cohen.value == pytest.approx((130 - 66) / (169 - 66))
    # by chance (3² + 1² + 8² + 14²) / 26²
    assert result.overall.fleiss.value == pytest.approx((520 - 270) / (676 - 270))
    # by chance (3·2 + 1·0 + 8·7 + 14·13) / (26·25)
    assert result.overall.alpha.value == pytest.approx((500 - 244) / (650 - 244))
    assert result.overall.exact == pair.exact


def test_the_figures_of_one_label_ask_of_each_word_whether_it_is_there() -> None:
    person, organisation = (
        next(item for item in measure(BY_HAND).labels if item.label == label)
        for label in ("PER", "ORG")
    )
    assert (person.documents, person.entities) == (1, 3)
    assert person.exact.value == pytest.approx(2 * 1 / (2 + 1))
    # 12 of 13 words; by chance (2·1 + 11·12) / 13²
    assert person.cohen.value == pytest.approx((12 * 13 - 134) / (169 - 134))
    assert (organisation.documents, organisation.entities) == (2, 3)
    assert organisation.exact.value == 0
    assert organisation.boundaries.value == 0
    # 11 of 13 words; by chance (3·5 + 10·8) / 13²
    assert organisation.cohen.value == pytest.approx((11 * 13 - 95) / (169 - 95))


def test_nested_entities_make_a_words_value_a_set_of_labels() -> None:
    text = ["Bank of China"]
    outer, inner = (0, 13, "ORG"), (8, 13, "LOC")
    result = measure(annotated(text, {"a": [{outer, inner}], "b": [{outer}]}))
    # a: ORG ORG ORG+LOC, b: ORG ORG ORG: 2 of 3 words; by chance (2·3) / 3²
    assert result.overall.cohen.value == pytest.approx((2 / 3 - 6 / 9) / (1 - 6 / 9))


def test_cohens_kappa_is_the_textbooks() -> None:
    """50 proposals, of which both accept 20, both refuse 15."""
    first = [1] * 25 + [0] * 25
    second = [1] * 20 + [0] * 5 + [1] * 10 + [0] * 15
    assert agreement_coefficients.cohen(
        agreement_coefficients.cohen_sums(np.array(first), np.array(second), 2)
    ) == pytest.approx(0.4)


def test_fleiss_kappa_is_the_papers() -> None:
    """Fourteen raters, ten subjects, five categories: the worked example, 0.210."""
    ratings = np.array(
        [
            [0, 0, 0, 0, 14],
            [0, 2, 6, 4, 2],
            [0, 0, 3, 5, 6],
            [0, 3, 9, 2, 0],
            [2, 2, 8, 1, 1],
            [7, 7, 0, 0, 0],
            [3, 2, 6, 3, 0],
            [2, 5, 3, 2, 2],
            [6, 5, 2, 1, 0],
            [0, 2, 2, 3, 7],
        ]
    )
    assert agreement_coefficients.fleiss(
        agreement_coefficients.ratings_sums(ratings)
    ) == pytest.approx(0.210, abs=5e-4)


def test_krippendorffs_alpha_is_the_textbooks_with_values_missing() -> None:
    """Three coders, fifteen units, some not rated by all: nominal alpha is 0.691."""
    coders = ["*****34121133*3", "1*213343*******", "**21344*21133*4"]
    ratings = np.array(
        [[sum(row[unit] == value for row in coders) for value in "1234"] for unit in range(15)]
    )
    assert agreement_coefficients.alpha(
        agreement_coefficients.ratings_sums(ratings)
    ) == pytest.approx(0.691, abs=5e-4)


@given(
    st.lists(
        st.lists(st.integers(0, 4), min_size=4, max_size=4),
        min_size=1,
        max_size=30,
    )
)
def test_our_sums_for_alpha_are_the_librarys(rows: list[list[int]]) -> None:
    ratings = np.array(rows)
    ours = float(agreement_coefficients.alpha(agreement_coefficients.ratings_sums(ratings)))
    if (
        len({value for row in rows for value, times in enumerate(row) if sum(row) > 1 and times})
        < 2
    ):
        assert math.isnan(ours)
    else:
        rated = ratings[ratings.sum(1) > 1]
        library = krippendorff.alpha(value_counts=rated, level_of_measurement="nominal")
        assert ours == pytest.approx(library, abs=1e-9)


keys = st.sets(
    st.tuples(st.integers(0, 20), st.integers(1, 6), st.sampled_from(["PER", "ORG", "LOC"])).map(
        lambda drawn: (drawn[0], drawn[0] + drawn[1], drawn[2])
    ),
    max_size=6,
)
corpora = st.integers(1, 4).flatmap(
    lambda number: st.lists(
        st.lists(keys, min_size=number, max_size=number), min_size=2, max_size=3
    )
)
TEXT = "🙂 two, שלום three four five six"


@settings(max_examples=25)
@given(corpora)
def test_who_says_the_same_agrees_wholly(responses: list[list[set[Key]]]) -> None:
    same = dict.fromkeys(("a", "b", "c"), responses[0])
    result = measure(annotated([TEXT] * len(responses[0]), same))
    every = (result.overall, *result.labels)
    values = [
        figure.value
        for item in every
        for figure in (item.exact, item.boundaries, item.cohen, item.fleiss, item.alpha)
    ]
    assert all(value is None or value == pytest.approx(1) for value in values)
    assert disagreements(annotated([TEXT] * len(responses[0]), same)) == []
    assume(any(responses[0]))
    assert result.overall.exact.value == 1


@settings(max_examples=25)
@given(corpora)
def test_the_order_of_people_does_not_matter(responses: list[list[set[Key]]]) -> None:
    texts = [TEXT] * len(responses[0])
    names = ["a", "b", "c"][: len(responses)]
    result = measure(annotated(texts, dict(zip(names, responses, strict=True))))
    turned = measure(annotated(texts, dict(zip(names, reversed(responses), strict=True))))
    for item, other in zip(
        (result.overall, *result.labels), (turned.overall, *turned.labels), strict=True
    ):
        for name in ("exact", "boundaries", "cohen", "fleiss", "alpha"):
            here, present = getattr(item, name), getattr(other, name)
            assert here.value == pytest.approx(present.value) or here.value is present.value
            assert here.low == pytest.approx(present.low) or here.low is present.low
            assert here.value is None or -1.0001 <= here.value <= 1.0001


@given(keys, keys)
def test_every_entity_is_in_one_difference_or_in_both_answers(
    first: set[Key], second: set[Key]
) -> None:
    result = differences(frozenset(first), frozenset(second))
    assert sorted(a for _, a, _ in result if a) == sorted(first - second)
    assert sorted(b for _, _, b in result if b) == sorted(second - first)
    for kind, a, b in result:
        same = a is not None and b is not None and a[:2] == b[:2]
        assert (kind == "missing") == (a is None or b is None)
        assert (kind == "label") == same


def test_an_interval_belongs_to_its_seed_and_holds_the_value() -> None:
    many = [replace(BY_HAND[number % 3], document_id=number) for number in range(30)]
    figure = measure(many, 7).overall.alpha
    assert figure.low is not None
    assert figure.high is not None
    assert figure.value is not None
    assert figure.low < figure.value < figure.high
    assert figure == measure(many, 7).overall.alpha
    assert figure != measure(many, 8).overall.alpha
    assert measure(BY_HAND[:1]).overall.alpha.low is None, "one document says nothing of others"


def test_nothing_to_compare_is_no_error() -> None:
    result = measure([])
    assert (result.people, result.pairs, result.overall.alpha.value) == ((), (), None)


def test_people_who_share_no_document_are_no_pair() -> None:
    three = [
        replace(BY_HAND[0], responses={"a": frozenset(), "b": frozenset()}),
        replace(BY_HAND[1], responses={"b": frozenset(), "c": frozenset()}),
    ]
    assert [(pair.first, pair.second) for pair in measure(three).pairs] == [("a", "b"), ("b", "c")]


def test_disagreements_are_of_three_kinds_and_can_be_narrowed() -> None:
    result = disagreements(BY_HAND)
    assert [(item.kind, item.document_id) for item in result] == [
        ("missing", 0),
        ("label", 0),
        ("boundary", 1),
    ]
    assert result[1].keys == ((15, 19, "LOC"), (15, 19, "ORG"))
    assert [item.kind for item in narrowed(result, labels=["ORG"])] == ["label", "boundary"]
    assert [item.kind for item in narrowed(result, kinds=["missing"])] == ["missing"]
    assert narrowed(result, people=["Anna", "Cleo"]) == []


def test_twenty_people_are_compared_by_what_two_of_them_share(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Each document is two people's: no pair looks at the documents of the others."""
    people = [f"person {number:02}" for number in range(20)]
    many = [
        replace(BY_HAND[0], responses={first: frozenset(ANNA[0]), second: frozenset(BO[0])})
        for first, second in pairwise(people)
    ]
    compared: list[int] = []
    sums = agreement_coefficients.cohen_sums

    def counted(first: Values, second: Values, values: int) -> Floats:
        compared.append(values)
        return sums(first, second, values)

    monkeypatch.setattr(agreement_coefficients, "cohen_sums", counted)
    result = measure(many)

    assert [(pair.first, pair.second) for pair in result.pairs] == list(pairwise(people))
    assert len(compared) == len(many) * (2 + len(result.labels))


def test_a_long_documents_differences_are_found_in_one_pass() -> None:
    first = frozenset((at, at + 5, "PER") for at in range(0, 200_000, 10))
    second = frozenset((at, at + 6, "PER") for at in range(0, 200_000, 10))
    assert [kind for kind, _, _ in differences(first, second)] == ["boundary"] * 20_000


def test_what_was_compared_is_out_of_date_once_a_label_or_a_document_goes_or_comes_back(
    sessions: sessionmaker[Session],
) -> None:
    people = team(sessions, 2)
    for number in (0, 1):
        people.submit(number, "Ann", ("Anna", "PER"))
        people.submit(number, "Bob", ("Anna", "PER"))
    with sessions() as session:
        label = projects.label_named(session, people.project_id, "PER").id
    known = {agreement.state(sessions, people.project_id)}
    trash.delete(sessions, "document", people.ids[0], "text 0", "Rita")
    known.add(agreement.state(sessions, people.project_id))
    trash.delete(sessions, "document", people.ids[1], "text 1", "Rita")
    trash.restore(sessions, "document", people.ids[0], "Rita")
    known.add(agreement.state(sessions, people.project_id))
    trash.delete(sessions, "label", label, "PER", "Rita")
    known.add(agreement.state(sessions, people.project_id))
    assert len(known) == 4
    trash.restore(sessions, "label", label, "Rita")
    assert agreement.state(sessions, people.project_id) in known


def test_what_is_compared_is_each_persons_newest_submitted_answer(
    sessions: sessionmaker[Session],
) -> None:
    people = team(sessions, 3)
    people.submit(0, "Ann", ("Anna Haag", "PER"), ("Bo", "PER"))
    people.submit(0, "Bob", ("Anna Haag", "PER"))
    people.submit(1, "Ann")
    people.service.reopen(people.ids[0], "Bob")
    people.submit(0, "Bob", ("Oslo", "LOC"))
    people.open(0, "Cleo")

    (result,) = collect(sessions, people.project_id)

    assert result.responses == {
        "Ann": {(0, 9, "PER"), (14, 16, "PER")},
        "Bob": {(0, 9, "PER"), (20, 24, "LOC")},
    }
    assert collect(sessions, people.project_id, ["Ann", "Cleo"]) == []
