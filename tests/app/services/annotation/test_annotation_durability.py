"""What is acknowledged is committed, once, whatever is sent again."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, event, func, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session, sessionmaker

from app.services.annotation.annotation import AnnotationService
from app.services.annotation.apply import Outcome, apply_operations
from app.services.annotation.batch import MAX_OPERATIONS, PART, Batch
from storage import engine as engine_module
from storage.engine import create_engine_from, session_factory, writing
from storage.models import EntityRow, Operation
from storage.repository import annotation_sets, documents
from tests.app.copies import copy_of, template
from tests.app.fake_model import FakeModel, seed, shown
from tests.app.teamwork import team
from tests.operation_log import last_seq
from tests.thorough import examples
from tests.waiting import until

pytestmark = pytest.mark.both_databases


@pytest.fixture
def document_id(sessions: sessionmaker[Session]) -> int:
    return seed(sessions)


def test_what_is_acknowledged_is_committed(
    sessions: sessionmaker[Session], document_id: int, database_url: str
) -> None:
    """Seen through a second engine, as another process would see it."""
    applied = AnnotationService(sessions).apply(
        document_id,
        "c",
        [{"seq": 1, "op": "add", "id": "u1", "start": 0, "end": 4, "label": "PER"}],
        "Ann",
    )
    other = create_engine_from(database_url)
    with session_factory(other)() as session:
        assert last_seq(session, "c") == applied.ack == 1
        assert session.scalars(select(EntityRow.key)).all() == ["u1"]
    other.dispose()


def test_when_the_commit_fails_nothing_is_acknowledged_nor_kept(
    sessions: sessionmaker[Session], engine: Engine, document_id: int
) -> None:
    service = AnnotationService(sessions, FakeModel())
    service.open(document_id, "Ann")
    ops = [{"seq": 1, "op": "accept", "id": "m1.1"}]

    def full_disk(_connection: object) -> None:
        raise OSError("disk full")

    event.listen(engine, "commit", full_disk)
    with pytest.raises(OSError, match="disk full"):
        service.apply(document_id, "c", ops, "Ann")
    event.remove(engine, "commit", full_disk)

    with sessions() as session:
        assert last_seq(session, "c") is None
    assert shown(service.apply(document_id, "c", ops, "Ann"))[0] == ("m1.1", "accepted")


ids = st.sampled_from(["m1.1", "m1.2", "u1", "u2", "gone"])
edits = st.one_of(
    st.fixed_dictionaries({"op": st.sampled_from(["accept", "reject", "delete"]), "id": ids}),
    st.fixed_dictionaries(
        {
            "op": st.just("add"),
            "id": ids,
            "start": st.integers(0, 10),
            "end": st.integers(5, 25),
            "label": st.sampled_from(["PER", "LOC"]),
        }
    ),
    st.sampled_from([{"op": "accept_all"}, {"op": "skip"}]),
)


@pytest.fixture(scope="module")
def made_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return template(tmp_path_factory.mktemp("db"))


@settings(max_examples=examples(20))
@given(ops=st.lists(edits, min_size=1, max_size=8), data=st.data())
def test_any_interleaving_of_resends_ends_the_same(
    made_once: Path, ops: list[dict[str, Any]], data: st.DataObject
) -> None:
    """The page sends all that is not acknowledged, again and again, and answers get lost."""
    numbered = [{"seq": number, **op} for number, op in enumerate(ops, 1)]
    with copy_of(made_once) as sessions:
        service = AnnotationService(sessions, FakeModel())
        document_id = service.open(1, "Ann").document_id
        for op in numbered:
            expected = service.apply(document_id, "c", [op], "Ann")
    with copy_of(made_once) as sessions:
        service = AnnotationService(sessions, FakeModel())
        service.open(document_id, "Ann")
        known_ack = 0
        sent: list[list[dict[str, Any]]] = []
        while known_ack < len(numbered):
            if sent and data.draw(st.booleans(), label="an old batch arrives again"):
                service.apply(document_id, "c", data.draw(st.sampled_from(sent)), "Ann")
            upto = data.draw(st.integers(known_ack + 1, len(numbered)), label="typed so far")
            sent.append(numbered[known_ack:upto])
            applied = service.apply(document_id, "c", sent[-1], "Ann")
            if len(sent) > 20 or data.draw(st.booleans(), label="the answer arrives"):
                known_ack = applied.ack or 0
        assert set(applied.spans) == set(expected.spans)
        with sessions() as session:
            assert session.scalar(select(func.count()).select_from(Operation)) == len(ops)


def _adds(first: int, last: int) -> list[dict[str, Any]]:
    """Operations that each say something else of the document."""
    return [{"seq": seq, "op": "comment", "text": f"note {seq}"} for seq in range(first, last + 1)]


def test_a_list_of_any_length_gets_through_in_messages_that_are_bounded(
    sessions: sessionmaker[Session], document_id: int
) -> None:
    """The page sends what is not acknowledged, as after hours without a connection."""
    service, last = AnnotationService(sessions), MAX_OPERATIONS + PART + 1
    acks: list[int | None] = [0]
    while acks[-1] != last:
        acks.append(service.apply(document_id, "c", _adds((acks[-1] or 0) + 1, last), "Ann").ack)

    assert acks == [0, MAX_OPERATIONS, last]
    with sessions() as session:
        assert session.scalar(select(func.count()).select_from(Operation)) == last
        assert documents.get(session, document_id).comment == f"note {last}"


@pytest.mark.sqlite
def test_others_are_saved_between_two_parts_of_a_long_message(
    sessions: sessionmaker[Session], document_id: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    order: list[str] = []
    service, turns = AnnotationService(sessions), engine_module._TURNS
    other = threading.Thread(target=lambda: service.apply(document_id, "bo", _adds(1, 1), "Bo"))

    def watched(session: Session, task: Any, sent: Batch, *rest: Any) -> Outcome:
        order.append(sent.client)
        if len(order) == 1:
            other.start()
            until(lambda: turns[sessions.kw["bind"]].waiting == 1)
        return apply_operations(session, task, sent, *rest)

    monkeypatch.setattr("app.services.annotation.annotation.apply_operations", watched)
    service.apply(document_id, "ann", _adds(1, 3 * PART), "Ann")
    other.join()

    assert order == ["ann", "bo", "ann", "ann"]


def test_a_submission_in_a_later_part_knows_what_was_refused_in_an_earlier_one(
    sessions: sessionmaker[Session], document_id: int
) -> None:
    gone = {"seq": 1, "op": "accept", "id": "gone"}
    ops = [gone, *_adds(2, PART + 1), {"seq": PART + 2, "op": "submit"}]

    applied = AnnotationService(sessions).apply(document_id, "c", ops, "Ann")

    assert applied.ack == PART + 2
    assert applied.status == "in_progress"
    assert "there is no span 'gone'" in (applied.error or "")


def test_what_the_database_took_before_it_failed_is_acknowledged_and_the_rest_is_not(
    sessions: sessionmaker[Session], document_id: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    service, calls = AnnotationService(sessions), iter(range(9))

    def failing(*arguments: Any) -> Outcome:
        if next(calls) == 1:
            raise OperationalError("INSERT", {}, ValueError("disk full"))
        return apply_operations(*arguments)

    with monkeypatch.context() as broken:
        broken.setattr("app.services.annotation.annotation.apply_operations", failing)
        applied = service.apply(document_id, "c", _adds(1, 2 * PART), "Ann")

    assert applied.ack == PART
    assert "disk full" in str(applied.failure)
    assert service.apply(document_id, "c", _adds(1, 2 * PART), "Ann").ack == 2 * PART
    with sessions() as session:
        assert session.scalar(select(func.count()).select_from(Operation)) == 2 * PART


def test_a_draft_that_was_worked_on_outlives_a_prediction_whatever_the_documents_status(
    sessions: sessionmaker[Session],
) -> None:
    """A document that was given to several people and back has the status of their work."""
    people = team(sessions, 1)
    people.add(0, "Anna", ("Oslo", "LOC"))
    with writing(sessions) as session:
        documents.get(session, people.ids[0]).status = "new"
        annotation_sets.add_prediction(
            session, people.ids[0], [], model_version_id=None, provenance={}
        )

    assert [span.label for span in people.open(0, "Anna").spans] == ["LOC"]
