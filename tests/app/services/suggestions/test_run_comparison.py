from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.services.suggestions.run_comparison import Cell, compare, in_words, mean_f1
from core.types import Entity

TEXT = "Ann saw New York University Hospital in Oslo."
ANN, OSLO = Entity(0, 3, "PER", 0.9), Entity(40, 44, "LOC", 0.8)
UNIVERSITY, HOSPITAL = Entity(8, 27, "ORG", 0.7), Entity(8, 36, "ORG", 0.73)
YORK = Entity(8, 16, "LOC", 0.83)

entities = st.builds(
    lambda start, length, label: Entity(start, start + length, label, 0.67),
    st.integers(0, 12),
    st.integers(1, 5),
    st.sampled_from("AB"),
)
runs = st.lists(
    st.lists(entities, max_size=5, unique_by=lambda item: (item.start, item.end)),
    min_size=1,
    max_size=5,
)


def test_runs_that_found_the_same_agree_in_everything() -> None:
    rows = compare([[ANN, OSLO]] * 3)
    assert [(row.existence, row.boundary, row.type) for row in rows] == [(1.0, 1.0, 1.0)] * 2
    assert all(row.agreed for row in rows)
    assert in_words(rows, ["a", "b", "c"], TEXT) == []
    assert mean_f1([[ANN, OSLO]] * 3) == 1.0


def test_what_only_some_found_is_missing_for_the_others() -> None:
    (row,) = compare([[ANN], [], [ANN]])
    assert [cell.kind for cell in row.cells] == ["same", "missing", "same"]
    assert (row.existence, row.boundary, row.type) == pytest.approx((2 / 3, 2 / 3, 2 / 3))
    assert in_words([row], ["seed 0", "seed 1", "seed 2"], TEXT) == [
        "“Ann”: PER with seed 0 and seed 2; not found with seed 1."
    ]


def test_another_label_at_the_same_place_is_a_difference_of_type_alone() -> None:
    other = Entity(0, 3, "ORG", 0.67)
    (row,) = compare([[ANN], [ANN], [other]])
    assert row.label == "PER"
    assert row.cells[2] == Cell("type", other)
    assert (row.existence, row.boundary) == (1.0, 1.0)
    assert row.type == pytest.approx(2 / 3)
    assert in_words([row], ["1", "2", "3"], TEXT) == ["“Ann”: PER with 1 and 2; ORG with 3."]


def test_another_end_of_the_same_thing_is_a_difference_of_boundary() -> None:
    rows = compare([[UNIVERSITY], [HOSPITAL]])
    assert [(row.start, row.end) for row in rows] == [(8, 36), (8, 27)]
    for row in rows:
        assert sorted(cell.kind for cell in row.cells) == ["boundary", "same"]
        assert (row.existence, row.boundary) == (1.0, 0.5)
    assert in_words(rows[1:], ["seed 0", "seed 1"], TEXT) == [
        "“New York University”: ORG with seed 0; "
        "“New York University Hospital” (ORG) instead with seed 1."
    ]


def test_a_nested_entity_that_is_not_found_is_missing_although_the_outer_one_is_there() -> None:
    rows = compare([[YORK, UNIVERSITY], [UNIVERSITY]])
    nested = next(row for row in rows if row.end == YORK.end)
    assert [cell.kind for cell in nested.cells] == ["same", "missing"]


def test_half_of_what_two_found_is_common() -> None:
    assert mean_f1([[ANN, OSLO], [ANN, YORK]]) == 0.5
    assert mean_f1([[], []]) is None
    assert mean_f1([[ANN], []]) == 0.0
    assert mean_f1([[ANN], [], []]) == 0.0
    assert mean_f1([[ANN]]) is None


@given(runs)
def test_every_place_that_was_found_has_one_row_with_a_cell_for_each_run(
    result: list[list[Entity]],
) -> None:
    rows = compare(result)
    locations = [(row.start, row.end) for row in rows]
    assert set(locations) == {(item.start, item.end) for run in result for item in run}
    assert len(set(locations)) == len(locations)
    for row in rows:
        assert len(row.cells) == len(result)
        assert 0 < row.type <= row.boundary <= row.existence <= 1
    assert (mean_f1(result) in (1.0, None)) == all(row.agreed for row in rows)
