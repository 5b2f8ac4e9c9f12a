from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.evaluation.error_analysis import FALSE, MISSED, analyse_errors
from core.evaluation.evaluate import score_proposals
from core.inference.decoding import Candidate
from core.types import Example, Span

PHI = 0.5
BANK, CHINA = Span(1, 4, "ORG"), Span(3, 4, "LOC")
WORDS = ("the", "Bank", "of", "China", "beat", "Oslo", "Bank", ".")


def candidate(span: Span, score: float) -> Candidate:
    return Candidate(span.start, span.end, span.label, score, step=1, slot=0)


@pytest.mark.parametrize(
    ("proposed", "flat", "kind"),
    [
        ([(Span(1, 4, "LOC"), 0.9)], False, "type"),
        ([(Span(1, 4, "LOC"), 0.1)], False, "type"),
        ([(BANK, 0.4)], False, "below φ"),
        ([(CHINA, 0.9), (BANK, 0.6)], True, "conflict"),
        ([(Span(1, 3, "ORG"), 0.9)], False, "not proposed"),
        ([], False, "not proposed"),
    ],
)
def test_a_missed_entity_has_one_kind(
    proposed: list[tuple[Span, float]], flat: bool, kind: str
) -> None:
    candidates = [candidate(span, score) for span, score in proposed]
    analysis = analyse_errors([Example(WORDS, (BANK,))], [candidates], PHI, flat)
    assert analysis.missed == {**dict.fromkeys(MISSED, 0), kind: 1}


@pytest.mark.parametrize(
    ("span", "kind"),
    [
        (Span(1, 4, "PER"), "type"),
        (Span(1, 3, "ORG"), "inside"),
        (Span(3, 4, "ORG"), "type"),
        (Span(1, 7, "ORG"), "bridge"),
        (Span(0, 4, "ORG"), "longer"),
        (Span(0, 2, "ORG"), "crossing"),
        (Span(7, 8, "ORG"), "nothing"),
    ],
)
def test_a_false_suggestion_has_one_kind(span: Span, kind: str) -> None:
    example = Example(WORDS, (BANK, CHINA, Span(5, 7, "ORG")))
    analysis = analyse_errors([example], [[candidate(span, 0.9)]], PHI, flat=False)
    assert analysis.false == {**dict.fromkeys(FALSE, 0), kind: 1}


def test_labels_that_nobody_annotated_are_no_errors() -> None:
    example = Example(WORDS, (BANK,), labels=frozenset({"ORG"}))
    analysis = analyse_errors([example], [[candidate(CHINA, 0.9)]], PHI, flat=False)
    assert sum(analysis.false.values()) == 0
    assert analysis.missed["not proposed"] == 1


@st.composite
def spans(draw: st.DrawFn) -> Span:
    start = draw(st.integers(0, 5))
    return Span(start, draw(st.integers(start + 1, 6)), draw(st.sampled_from(("ORG", "LOC"))))


@given(st.sets(spans()), st.lists(st.tuples(spans(), st.floats(0, 1)), max_size=8), st.booleans())
def test_every_error_that_the_scores_count_has_a_kind(
    gold: set[Span], proposed: list[tuple[Span, float]], flat: bool
) -> None:
    best_first = sorted(dict(proposed).items(), key=lambda item: -item[1])
    proposals = [[candidate(span, score) for span, score in best_first]]
    examples = [Example(("w",) * 6, tuple(sorted(gold)))]
    analysis = analyse_errors(examples, proposals, PHI, flat)
    counts = score_proposals(examples, proposals, PHI, flat).overall
    assert sum(analysis.missed.values()) == counts.gold - counts.correct
    assert sum(analysis.false.values()) == counts.predicted - counts.correct


def test_the_table_gives_each_kind_its_number_and_meaning() -> None:
    table = analyse_errors([Example(WORDS, (BANK,))], [[]], PHI, flat=False).as_table()
    assert "     1 missed gold entities" in table
    assert f"     1   not proposed: {MISSED['not proposed']}" in table
    assert f"     0   bridge: {FALSE['bridge']}" in table
