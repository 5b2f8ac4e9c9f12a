"""The checked form of what a page sends, by tables and by properties."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from app.edit_operations import EDIT_OPERATIONS, MAX_SEQ, EditError, parse_operation

storable = st.characters(exclude_characters="\0", exclude_categories=["Cs"])
names = st.text(storable, min_size=1, max_size=64)
offsets = st.integers()
shares = st.none() | st.floats(0, 1)
ids = st.none() | st.lists(st.text(storable)).map(tuple)


def sent(op: str, **fields: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({"op": st.just(op), **fields})


operations = st.one_of(
    sent("add", id=names, start=offsets, end=offsets, label=names),
    sent("accept", id=names),
    sent("reject", id=names),
    sent("relabel", id=names, label=names),
    sent("move", id=names, start=offsets, end=offsets),
    sent("delete", id=names),
    sent(
        "restore",
        id=names,
        start=offsets,
        end=offsets,
        label=names,
        status=st.sampled_from(["suggested", "accepted", "rejected"]),
        source=st.sampled_from(["model", "person"]),
        score=shares,
    ),
    sent("accept_all", above=st.floats(0, 1), ids=ids),
    sent("reject_all", ids=ids),
    sent("comment", text=st.text(storable, max_size=5000)),
    sent("settle", client=names, of=st.integers(0, MAX_SEQ), target=names),
    sent("submit"),
    sent("skip", reason=st.text(storable, max_size=500)),
)
json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(st.characters(exclude_categories=[])),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)
mutations = st.dictionaries(
    st.sampled_from(["op", "id", "start", "end", "label", "score", "above", "ids", "of", "text"]),
    json_values,
    min_size=1,
    max_size=2,
)


@given(raw=operations)
def test_an_operation_dumps_to_the_object_that_it_came_from(raw: dict[str, Any]) -> None:
    operation = parse_operation({**raw, "seq": 1, "base_version": 2})

    assert operation.model_dump(by_alias=True) == raw
    assert parse_operation(json.loads(json.dumps(raw))) == operation


@given(raw=operations, changed=mutations)
def test_an_operation_changed_at_random_parses_or_is_an_edit_error(
    raw: dict[str, Any], changed: dict[str, Any]
) -> None:
    try:
        operation = parse_operation({**raw, **changed})
    except EditError:
        return
    assert parse_operation(operation.model_dump(by_alias=True)) == operation


@pytest.mark.parametrize(
    ("raw", "stored"),
    [
        ({"op": "accept", "id": "m1"}, '{"op": "accept", "id": "m1"}'),
        (
            {"op": "settle", "client": "c", "of": 3, "target": ":comment", "seq": 9},
            '{"op": "settle", "client": "c", "seq": 3, "target": ":comment"}',
        ),
        ({"op": "accept_all"}, '{"op": "accept_all", "above": 0.0, "ids": null}'),
        ({"op": "accept_all", "above": None}, '{"op": "accept_all", "above": 0.0, "ids": null}'),
        (
            {"op": "accept_all", "ids": ["a"], "above": 1},
            '{"op": "accept_all", "above": 1.0, "ids": ["a"]}',
        ),
        ({"op": "comment", "text": None}, '{"op": "comment", "text": ""}'),
        ({"op": "skip"}, '{"op": "skip", "reason": ""}'),
        ({"op": "submit", "reason": "beside"}, '{"op": "submit"}'),
        (
            {"source": "model", "status": "accepted", "label": "PER", "end": 4, "start": 0,
             "id": "m1", "op": "restore"},
            '{"op": "restore", "id": "m1", "start": 0, "end": 4, "label": "PER", '
            '"status": "accepted", "source": "model", "score": null}',
        ),
    ],
)  # fmt: skip
def test_the_log_keeps_an_operation_in_the_same_bytes_whatever_came_with_it(
    raw: dict[str, Any], stored: str
) -> None:
    assert json.dumps(parse_operation(raw).model_dump()) == stored


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        (
            {"op": "accept", "id": ""},
            "'id' must be a string of 1 to 64 characters, got ''; reload the page and try again",
        ),
        (
            {"op": "skip", "reason": "x" * 501},
            f"'reason' must be a string of 1 to 500 characters, got '{'x' * 56}…; shorten it",
        ),
        (
            {"op": "restore", "id": "a", "start": 0, "end": 1, "label": "PER", "status": "gone"},
            "'status' must be one of suggested, accepted, rejected, got 'gone'; reload the page "
            "and try again",
        ),
        (
            {"op": "settle", "client": "c", "of": MAX_SEQ + 1, "target": "x"},
            f"'of' must be the number of an operation, got {MAX_SEQ + 1}; reload the page and try "
            "again",
        ),
    ],
)
def test_an_error_says_what_was_expected_what_came_and_what_helps(
    raw: dict[str, Any], message: str
) -> None:
    with pytest.raises(EditError) as refused:
        parse_operation(raw)

    assert str(refused.value) == message


@pytest.mark.parametrize("op", ["suggest", "follow", "rewind", "adjudicate", "label", "reopen"])
def test_what_only_the_server_does_cannot_be_sent(op: str) -> None:
    with pytest.raises(EditError, match="unknown operation"):
        parse_operation({"op": op, "spans": [], "windows": [[0, 9]], "version": 1})


@pytest.mark.parametrize("text", ["a\0b", "\ud83d"])
def test_ids_that_no_database_keeps_are_refused(text: str) -> None:
    with pytest.raises(EditError, match="'ids' must be a list of strings"):
        parse_operation({"op": "reject_all", "ids": ["m1", text]})


def test_an_operation_cannot_be_changed() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        parse_operation({"op": "accept", "id": "m1"}).id = "m2"  # type: ignore[union-attr, misc]


def test_the_schema_names_every_operation_by_its_op() -> None:
    schema = EDIT_OPERATIONS.json_schema()

    assert set(schema["discriminator"]["mapping"]) == {
        "add", "accept", "reject", "relabel", "move", "delete", "restore", "accept_all",
        "reject_all", "comment", "settle", "submit", "skip",
    }  # fmt: skip
    fields = [
        field
        for model in schema["$defs"].values()
        for name, field in model["properties"].items()
        if name != "op"
    ]
    assert all(field["description"].startswith("must ") for field in fields), "errors end with it"
