"""Whatever labels spans are given, no place is lost and none stands there twice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import count

from hypothesis import given
from hypothesis import strategies as st

from app.services.labels.duplicates import relabelled
from storage.enums import SPAN_STATUSES
from storage.records import SpanRecord

LABELS = ("A", "B", "C")
places = st.tuples(st.integers(0, 3), st.integers(4, 6))
spans = st.lists(
    st.builds(
        lambda place, label, status: SpanRecord(place[0], place[1], label, status),
        places,
        st.sampled_from(LABELS),
        st.sampled_from(SPAN_STATUSES),
    ),
    max_size=8,
    unique_by=lambda span: (span.start, span.end, span.label),
)
moves = st.dictionaries(st.sampled_from(LABELS), st.sampled_from((*LABELS, "D")))


def numbered(found: Sequence[SpanRecord]) -> list[SpanRecord]:
    keys = count()
    return [
        SpanRecord(each.start, each.end, each.label, each.status, key=f"s{next(keys)}")
        for each in found
    ]


@given(found=spans, to=moves)
def test_every_place_has_its_label_at_its_best_status_once(
    found: list[SpanRecord], to: Mapping[str, str]
) -> None:
    before = numbered(found)

    after = relabelled(before, lambda span: to.get(span.label, span.label))

    wanted: dict[tuple[int, int, str], int] = {}
    for each in before:
        place = (each.start, each.end, to.get(each.label, each.label))
        rank = ("accepted", "suggested", "rejected").index(each.status)
        wanted[place] = min(rank, wanted.get(place, rank))
    assert {
        (each.start, each.end, each.label): ("accepted", "suggested", "rejected").index(each.status)
        for each in after
    } == wanted
    assert len(after) == len(wanted)
    assert {each.key for each in after} <= {each.key for each in before}


@given(found=spans)
def test_a_label_renamed_and_renamed_back_leaves_everything_as_it_was(
    found: list[SpanRecord],
) -> None:
    before = tuple(numbered(found))
    there = relabelled(before, lambda span: "D" if span.label == "A" else span.label)

    back = relabelled(there, lambda span: "A" if span.label == "D" else span.label)

    assert back == before
