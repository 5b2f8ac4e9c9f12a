"""Whatever two pages send: nothing is overwritten unseen, and everything is on record."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from app.services.annotation.annotation import AnnotationService
from storage.models import Operation
from storage.repository import operations
from tests.app.copies import copy_of, template
from tests.app.fake_model import FakeModel
from tests.app.two_pages import Page
from tests.operation_log import log_of

ids = st.sampled_from(["m1.1", "m1.2", "x"])
edits = st.one_of(
    st.fixed_dictionaries({"op": st.sampled_from(["accept", "reject", "delete"]), "id": ids}),
    st.fixed_dictionaries(
        {"op": st.just("relabel"), "id": ids, "label": st.sampled_from(["PER", "LOC"])}
    ),
    st.fixed_dictionaries(
        {"op": st.just("move"), "id": ids, "start": st.integers(0, 3), "end": st.integers(4, 6)}
    ),
    st.just({"op": "add", "id": "x", "start": 16, "end": 20, "label": "LOC"}),
    st.fixed_dictionaries({"op": st.just("comment"), "text": st.sampled_from("ab")}),
    st.just({"op": "accept_all"}),
)
turns = st.tuples(st.sampled_from([0, 1]), st.booleans(), st.lists(edits, min_size=1, max_size=3))


@pytest.fixture(scope="module")
def made_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return template(tmp_path_factory.mktemp("db"))


@settings(max_examples=10, phases=[Phase.generate])
@given(task=st.lists(turns, min_size=2, max_size=6))
def test_whatever_two_people_do_nothing_that_was_not_seen_is_overwritten_and_all_is_on_record(
    made_once: Path, task: list[tuple[int, bool, list[dict[str, Any]]]]
) -> None:
    with copy_of(made_once) as sessions:
        service = AnnotationService(sessions, FakeModel())
        both = Page(service, 1, "Anna"), Page(service, 1, "Bo")
        base_version: dict[tuple[str, int], int] = {}
        for who, views, ops in task:
            page = both[who]
            if views:
                page.reload()
            base_version |= {
                (page.client, page.seq + n): page.view.version for n in range(1, 1 + len(ops))
            }
            page.send(*ops)
        with sessions() as session:
            log = log_of(session, 1)
            waiting = {page: operations.conflicts(session, 1, page.person) for page in both}
    assert {(row.client, row.seq) for row in log} == set(base_version), "each once"
    held = [row for row in log if row.refused and row.changes]
    assert sum(map(len, waiting.values())) == len(held), "what conflicted waits for its person"
    for row in log:
        if row.refused is None and row.payload["op"] != "accept_all":
            _overwrote_nothing(row, log, base_version[row.client, row.seq])


def _overwrote_nothing(row: Operation, log: Sequence[Operation], base_version: int) -> None:
    for change in row.changes or ():
        about = operations.target(change)
        if about == ":state":
            continue
        unseen = [
            item
            for other in log
            for item in other.changes or ()
            if other.client != row.client
            and other.refused is None
            and base_version < (other.version or 0) < (row.version or 0)
            and operations.target(item) == about
        ]
        assert not unseen or unseen[0]["before"] == unseen[-1]["after"], (row.payload, unseen)
