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
locations = st.tuples(st.integers(0, 3), st.integers(4, 6))
spans = st.lists(
    st.builds(
        lambda location, label, status: SpanRecord(location[0], location[1], label, status),
        locations,
        st.sampled_from(LABELS),
        st.sampled_from(SPAN_STATUSES),
    ),
    max_size=8,
    unique_by=lambda span: (span.start, span.end, span.label),
)
moves = st.dictionaries(st.sampled_from(LABELS), st.sampled_from((*LABELS, "D")))


def numbered(result: Sequence[SpanRecord]) -> list[SpanRecord]:
    keys = count()
    return [
        SpanRecord(item.start, item.end, item.label, item.status, key=f"s{next(keys)}")
        for item in result
    ]


@given(result=spans, to=moves)
def test_every_place_has_its_label_at_its_best_status_once(
    result: list[SpanRecord], to: Mapping[str, str]
) -> None:
    before = numbered(result)

    after = relabelled(before, lambda span: to.get(span.label, span.label))

    wanted: dict[tuple[int, int, str], int] = {}
    for item in before:
        location = (item.start, item.end, to.get(item.label, item.label))
        rank = ("accepted", "suggested", "rejected").index(item.status)
        wanted[location] = min(rank, wanted.get(location, rank))
    assert {
        (item.start, item.end, item.label): ("accepted", "suggested", "rejected").index(item.status)
        for item in after
    } == wanted
    assert len(after) == len(wanted)
    assert {item.key for item in after} <= {item.key for item in before}


@given(result=spans)
def test_a_label_renamed_and_renamed_back_leaves_everything_as_it_was(
    result: list[SpanRecord],
) -> None:
    before = tuple(numbered(result))
    present = relabelled(before, lambda span: "D" if span.label == "A" else span.label)

    back = relabelled(present, lambda span: "A" if span.label == "D" else span.label)

    assert back == before
