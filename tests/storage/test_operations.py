"""The log of operations: what changed since, what conflicted and waits, and pages of it."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy.orm import Session, sessionmaker

from storage.engine import writing
from storage.repository import documents, operations, projects

pytestmark = pytest.mark.both_databases

SPAN = {"id": "a", "start": 0, "end": 1, "label": "PER", "status": "accepted", "source": "person"}
CHANGE = {"before": None, "after": SPAN}


@pytest.fixture
def document_id(sessions: sessionmaker[Session]) -> int:
    with writing(sessions) as session:
        project = projects.create(session, "P")
        added = documents.add(session, project.id, name="d", text="Ann", split="train")
        assert added is not None
        return added.id


def record(session: Session, document_id: int, client: str, seq: int, **fields: Any) -> None:
    payload = fields.pop("payload", {"op": "add"})
    operations.record(
        session,
        client=client,
        seq=seq,
        document_id=document_id,
        person=fields.pop("person", "Ann"),
        payload=payload,
        **fields,
    )


def test_since_a_version_there_is_what_other_clients_changed_in_order(
    sessions: sessionmaker[Session], document_id: int
) -> None:
    with writing(sessions) as session:
        record(session, document_id, "c", 1, version=1, changes=[CHANGE])
        record(session, document_id, "d", 1, version=2, changes=[CHANGE])
        record(session, document_id, "d", 2, version=2, changes=[])
        record(session, document_id, "d", 3, changes=[CHANGE], refused="conflict")
        record(session, document_id, "e", 1, version=3, changes=[CHANGE])
        record(session, document_id, "old", 1)

    with sessions() as session:

        def result(version: int, *but: str) -> list[tuple[str, int]]:
            rows = operations.since(session, document_id, version, but)
            return [(row.client, row.seq) for row in rows]

        assert result(0) == [("c", 1), ("d", 1), ("e", 1)]
        assert result(1) == [("d", 1), ("e", 1)]
        assert result(1, "e", "x") == [("d", 1)]
        assert operations.unnumbered(session, document_id) == 1
        last = operations.last_about(session, document_id, {"a", "b"})
        assert last["a"].client == "e"
        assert "b" not in last


def test_a_conflict_waits_for_its_person_until_it_is_settled(
    sessions: sessionmaker[Session], document_id: int
) -> None:
    other = {"field": "comment", "before": "x", "after": "y"}

    def waiting(person: str) -> list[int]:
        with sessions() as session:
            return [row.seq for row in operations.conflicts(session, document_id, person)]

    with writing(sessions) as session:
        record(session, document_id, "c", 1, changes=[CHANGE], refused="conflict")
        record(session, document_id, "c", 2, changes=[other], refused="conflict")
        record(session, document_id, "c", 3, changes=[CHANGE], refused="conflict")
        record(session, document_id, "c", 4, refused="no such span")
    assert (waiting("Ann"), waiting("Bo")) == ([1, 2, 3], [])

    settle = {"op": "settle", "client": "c", "seq": 1, "target": "a"}
    with writing(sessions) as session:
        record(session, document_id, "c", 5, payload=settle, version=0, changes=[])
    assert waiting("Ann") == [2, 3], "what conflicted after that waits on"
    with writing(sessions) as session:
        record(session, document_id, "c", 6, payload={**settle, "seq": 3}, version=0, changes=[])
    assert waiting("Ann") == [2], "the comment is another matter"


def test_what_conflicted_is_received_and_not_refused(
    sessions: sessionmaker[Session], document_id: int
) -> None:
    with writing(sessions) as session:
        record(session, document_id, "c", 1, changes=[CHANGE], refused="conflict")
        record(session, document_id, "c", 2, refused="no such span")

    with sessions() as session:
        recorded = operations.of_client(session, "c", [1, 2]).operations
        refusals = {seq: operation.refusal for seq, operation in recorded.items()}
        assert refusals == {1: None, 2: "no such span"}


def test_a_long_log_comes_in_pages_newest_first(
    sessions: sessionmaker[Session], document_id: int
) -> None:
    with writing(sessions) as session:
        for seq in range(1, 8):
            record(session, document_id, "c", seq, payload={"op": "submit" if seq % 2 else "x"})

    with sessions() as session:
        pages = [operations.page(session, document_id, offset, 3) for offset in (0, 3, 6, 9)]
        assert [[row.seq for row in page] for page in pages] == [[7, 6, 5], [4, 3, 2], [1], []]
        assert operations.count(session, document_id) == 7
        assert operations.submissions(session, document_id) == 4


def test_what_another_tools_person_told_last_is_found_among_all_that_was_told(
    sessions: sessionmaker[Session], document_id: int
) -> None:
    reported = [
        ("a", {"op": "follow", "tool": "T", "user": "ada", "digest": "1"}, None),
        ("b", {"op": "follow", "tool": "T", "user": "ada", "digest": "2"}, "not now"),
        ("c", {"op": "follow", "tool": "T", "user": "bo", "digest": "3"}, None),
        ("d", {"op": "follow", "tool": "U", "user": None, "digest": "4"}, None),
        ("e", {"op": "submit", "tool": "T", "user": "ada"}, None),
    ]
    for client, payload, refused in reported:
        with writing(sessions) as session:
            record(session, document_id, client, 1, payload=payload, refused=refused)

    def digest(tool: str, user: str | None, owner: str | None = None) -> str | None:
        with sessions() as session:
            result = operations.last_followed(session, document_id, tool, user, owner)
            return result["digest"] if result else None

    assert digest("T", "ada") == "2", "what was refused was told, too"
    assert (digest("T", "bo"), digest("T", None), digest("U", None)) == ("3", "3", "4")
    assert (digest("T", "eve"), digest("T", "ada", "ada")) == (None, None)
