from __future__ import annotations

import re
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.text.tag_schemes import Scheme, TagError, decode_tags, encode_tags, outermost
from core.types import Span

SCHEMES = get_args(Scheme)
LENGTH = 12

spans = st.builds(
    lambda start, size, label: Span(start, min(start + size, LENGTH), label),
    st.integers(0, LENGTH - 1), st.integers(1, 5), st.sampled_from(["PER", "ORG", "event-x"]),
)  # fmt: skip


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        ("", []),
        ("O O", []),
        ("B-ORG I-ORG O", [(0, 2, "ORG")]),
        ("B-ORG I-PER", [(0, 1, "ORG"), (1, 2, "PER")]),
        ("I-ORG I-ORG B-ORG O", [(0, 2, "ORG"), (2, 3, "ORG")]),
        ("O I-PER", [(1, 2, "PER")]),
        ("I-ORG I-PER", [(0, 1, "ORG"), (1, 2, "PER")]),
        ("B-ORG B-ORG", [(0, 1, "ORG"), (1, 2, "ORG")]),
        ("B-ORG E-ORG S-PER", [(0, 2, "ORG"), (2, 3, "PER")]),
        ("S-ORG S-ORG", [(0, 1, "ORG"), (1, 2, "ORG")]),
        ("B-ORG I-ORG L-ORG U-PER", [(0, 3, "ORG"), (3, 4, "PER")]),
        ("B-ORG M-ORG E-ORG", [(0, 3, "ORG")]),
        ("W-ORG W-ORG B-PER M-PER E-PER", [(0, 1, "ORG"), (1, 2, "ORG"), (2, 5, "PER")]),
        ("E-ORG I-ORG", [(0, 1, "ORG"), (1, 2, "ORG")]),
        ("B-film-title I-film-title", [(0, 2, "film-title")]),
    ],
)
def test_every_scheme_is_read_without_being_told_which(
    tags: str, expected: list[tuple[int, int, str]]
) -> None:
    assert decode_tags(tags.split()) == tuple(Span(*span) for span in expected)


@pytest.mark.parametrize("tag", ["", "ORG", "B-", "-ORG", "X-ORG", "b-ORG", "o", "O-ORG"])
def test_a_tag_of_no_scheme_is_refused_with_a_lesson(tag: str) -> None:
    with pytest.raises(TagError, match="a tag is O or one of B- I-"):
        decode_tags(["O", tag])


@pytest.mark.parametrize(
    ("tag", "lesson"),
    [
        ("B-ORG|B-LOC", "one tag a word is expected, got 'B-ORG|B-LOC'"),
        ("I-ORG|O", "columns of their own"),
        ("B-ORG # sure", "without a comment behind it"),
    ],
)
def test_several_tags_or_a_comment_in_a_cell_are_no_label(tag: str, lesson: str) -> None:
    with pytest.raises(TagError, match=re.escape(lesson)):
        decode_tags(["O", tag])
    assert decode_tags(["B-A|B", "B-C#"]) == (Span(0, 1, "A|B"), Span(1, 2, "C#"))


def test_a_label_of_a_list_of_tags_may_hold_a_hash() -> None:
    assert decode_tags(["B-Claim #1", "I-Claim #1"], in_cells=False) == (Span(0, 2, "Claim #1"),)


@pytest.mark.parametrize(
    ("scheme", "expected"),
    [
        ("BIO", "B-ORG I-ORG B-ORG O B-PER"),
        ("IOB1", "I-ORG I-ORG B-ORG O I-PER"),
        ("BIOES", "B-ORG E-ORG S-ORG O S-PER"),
    ],
)
def test_touching_spans_are_told_apart_in_every_scheme(scheme: Scheme, expected: str) -> None:
    entities = [Span(0, 2, "ORG"), Span(2, 3, "ORG"), Span(4, 5, "PER")]
    assert encode_tags(entities, 5, scheme) == (tuple(expected.split()), ())


def test_a_flat_column_keeps_the_outermost_and_names_the_rest() -> None:
    entities = [Span(3, 4, "LOC"), Span(1, 4, "ORG"), Span(5, 7, "PER")]
    tags, dropped = encode_tags(entities, 8)
    assert " ".join(tags) == "O B-ORG I-ORG I-ORG O B-PER I-PER O"
    assert dropped == (Span(3, 4, "LOC"),)


def test_of_equally_long_crossing_spans_the_leftmost_is_kept() -> None:
    left, right = Span(0, 2, "B"), Span(1, 3, "A")
    assert outermost([right, left]) == ((left,), (right,))


def test_the_same_span_twice_is_not_a_loss() -> None:
    assert encode_tags([Span(0, 1, "A")] * 2, 1) == (("B-A",), ())


def test_a_span_past_the_end_is_refused() -> None:
    with pytest.raises(ValueError, match=r"\[1, 3\) 'A' reaches past the 2 words"):
        encode_tags([Span(1, 3, "A")], 2)


@given(st.lists(spans, max_size=10), st.sampled_from(SCHEMES))
def test_what_is_written_is_read_back_and_nothing_vanishes(
    entities: list[Span], scheme: Scheme
) -> None:
    tags, dropped = encode_tags(entities, LENGTH, scheme)
    stored = decode_tags(tags)
    assert len(tags) == LENGTH
    assert sorted(stored + dropped) == sorted(set(entities))
    for lost in dropped:
        size = lost.end - lost.start
        winners = [k for k in stored if k.start < lost.end and lost.start < k.end]
        assert any(w.end - w.start >= size for w in winners)


@given(
    st.lists(
        st.sampled_from(["O", "B-A", "I-A", "E-A", "S-A", "L-A", "U-A", "B-C", "I-C", "E-C"]),
        max_size=12,
    )
)
def test_any_column_reads_as_spans_that_cover_exactly_its_entity_words(tags: list[str]) -> None:
    result = decode_tags(tags)
    covered = {(i, span.label) for span in result for i in range(span.start, span.end)}
    assert covered == {(i, tag[2:]) for i, tag in enumerate(tags) if tag != "O"}
    assert sum(span.end - span.start for span in result) == len(covered)
