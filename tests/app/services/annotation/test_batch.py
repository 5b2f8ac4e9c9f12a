"""The checked form of a batch, by tables and by properties."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.edit_operations import MAX_SEQ, EditError
from app.services.annotation.batch import MAX_OPERATIONS, PART, parse_batch
from app.settings import ROOT

json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(st.characters(exclude_categories=[])),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)
numbered = st.fixed_dictionaries({"seq": st.integers(0, MAX_SEQ), "base_version": json_values})


@given(ops=st.lists(numbered | json_values))
def test_an_operation_is_numbered_as_it_says_and_kept_as_it_came(ops: list[Any]) -> None:
    batch = parse_batch("c", ops)

    for seq, operation in batch.operations.items():
        assert any(operation.raw is op for op in ops)
        assert operation.raw["seq"] == seq == operation.seq
        assert (
            operation.base_version is None
            or operation.base_version == operation.raw["base_version"] >= 0
        )
    assert (batch.error is None) == all(
        isinstance(op, dict) and type(op.get("seq")) is int and 0 <= op["seq"] <= MAX_SEQ
        for op in ops
    )


@given(client=json_values, ops=json_values)
def test_whatever_is_sent_is_a_batch_or_an_edit_error(client: object, ops: object) -> None:
    try:
        batch = parse_batch(client, ops)
    except EditError:
        assert not isinstance(client, str) or not client.isascii() or not 0 < len(client) <= 64
    else:
        assert batch.client == client


def test_of_two_operations_with_one_number_the_first_counts() -> None:
    first, second = {"seq": 1, "op": "submit"}, {"seq": 1, "op": "skip"}

    assert parse_batch("c", [first, second]).operations[1].raw is first


@pytest.mark.parametrize("client", ["", "x" * 65, "é", None, 7, ["c"]])
def test_a_client_that_is_none_is_refused_with_what_was_expected(client: object) -> None:
    with pytest.raises(EditError, match="a client needs an ASCII id of 1 to 64 characters"):
        parse_batch(client, [])


@pytest.mark.parametrize("ops", [None, "submit", {"seq": 1}])
def test_operations_that_are_no_list_are_told_and_none_is_done(ops: object) -> None:
    batch = parse_batch("c", ops)

    assert not batch.operations
    assert "operations must be a list" in (batch.error or "")


def test_a_batch_is_applied_in_parts_by_number_up_to_the_most_that_is_taken() -> None:
    sent = [{"seq": seq, "op": "submit"} for seq in range(3 * MAX_OPERATIONS, 0, -1)]

    parts = [list(part.operations) for part in parse_batch("c", sent).parts()]

    assert [len(part) for part in parts] == [PART] * (MAX_OPERATIONS // PART)
    assert [seq for part in parts for seq in part] == list(range(1, MAX_OPERATIONS + 1))


def test_a_batch_without_operations_is_one_part_that_says_what_was_wrong() -> None:
    (part,) = parse_batch("c", "submit").parts()

    assert "operations must be a list" in (part.error or "")


def test_the_page_sends_as_many_at_a_time_as_are_taken() -> None:
    outbox = (ROOT / "app/components/span_annotator/outbox.js").read_text(encoding="utf-8")

    assert f"const MAX_OPERATIONS = {MAX_OPERATIONS};" in outbox
