"""What was done to a document, in plain words, and the way back to any state of it."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.orm import Session, sessionmaker

from app.editing import Draft, EditError
from app.services.annotation import drafts, history
from app.services.annotation.annotation import AnnotationService
from app.services.annotation.history import HistoryError
from app.services.annotation.tasks import AnnotationTask
from core.types import Entity
from storage.engine import Sessions, writing
from storage.repository import documents, operations
from tests.app.copies import copy_of, template
from tests.app.fake_model import FakeModel, seed
from tests.app.restoring import back
from tests.operation_log import log_of
from tests.thorough import examples

State = tuple[frozenset[tuple[object, ...]], str, str, str]


@pytest.fixture
def document_id(sessions: sessionmaker[Session]) -> int:
    return seed(sessions)


@pytest.fixture
def service(sessions: sessionmaker[Session], document_id: int) -> AnnotationService:
    service = AnnotationService(sessions, FakeModel())
    service.open(document_id, "Ann")
    return service


def _work(session: Session, document_id: int) -> AnnotationTask:
    document = documents.get(session, document_id)
    return AnnotationTask(document, document)


def message(sessions: Sessions, document_id: int, number: int = 1) -> list[str]:
    with sessions() as session:
        return [
            step.summary
            for step in history.page(session, _work(session, document_id), number).steps
        ]


def done(service: AnnotationService, document_id: int, *ops: dict[str, Any]) -> str | None:
    numbered = [{"seq": number, **op} for number, op in enumerate(ops, 1)]
    return service.apply(document_id, "c", numbered, "Ann").error


def test_every_step_is_told_in_plain_words_the_newest_first(
    service: AnnotationService, sessions: Sessions, document_id: int
) -> None:
    done(
        service,
        document_id,
        {"op": "accept", "id": "m1.1"},
        {"op": "relabel", "id": "m1.2", "label": "PER"},
        {"op": "move", "id": "m1.2", "start": 5, "end": 12},
        {"op": "add", "id": "u1", "start": 16, "end": 20, "label": "LOC"},
        {"op": "delete", "id": "u1"},
        {"op": "reject", "id": "m1.1"},
        {"op": "comment", "text": "who?"},
        {"op": "skip", "reason": "hard"},
        {"op": "accept_all"},
        {"op": "submit"},
    )
    service.reopen(document_id, "Bo")

    assert message(sessions, document_id) == [
        "reopened the document",
        "submitted the document",
        "accepted 0 entities at once",
        "skipped the document: hard",
        "commented: “who?”",
        "rejected “Anna” as PER (suggested by model version 1, 90%)",
        "deleted “Rome”, which was LOC",
        "added “Rome” as LOC",
        "moved “Bob” to “met Bob” (suggested by model version 1, 50%)",
        "relabelled “Bob” from ORG to PER (suggested by model version 1, 50%)",
        "accepted “Anna” as PER (suggested by model version 1, 90%)",
        "model version 1 suggested 2 entities",
    ]


def test_a_step_has_its_person_its_version_and_why_it_was_refused(
    service: AnnotationService, sessions: Sessions, document_id: int
) -> None:
    done(service, document_id, {"op": "accept", "id": "gone"}, {"op": "accept", "id": "m1.1"})

    with sessions() as session:
        page = history.page(session, _work(session, document_id))
    accepted, refused, suggested = page.steps
    assert (accepted.person, accepted.version, accepted.refused) == ("Ann", 1, None)
    assert (refused.version, refused.refused is not None) == (None, True)
    assert suggested.person == ""
    assert (page.version, page.unnumbered) == (1, 0)


def test_a_second_look_of_the_model_a_submission_and_a_return_are_steps(
    service: AnnotationService, sessions: Sessions, document_id: int
) -> None:
    model = FakeModel(entities=(Entity(16, 20, "LOC", 0.9),))
    AnnotationService(sessions, model).resuggest(document_id, "Ann")
    done(service, document_id, {"op": "accept_all"}, {"op": "submit"})
    service.reopen(document_id, "Ann")
    back(service, document_id, 1, "Ann")

    assert message(sessions, document_id) == [
        "restored version 1: 3 entities changed",
        "reopened the document",
        "submitted the document",
        "accepted 3 entities at once",
        "asked model version 1 to suggest again: 1 new",
        "model version 1 suggested 2 entities",
    ]


def test_a_long_history_comes_in_pages(
    service: AnnotationService, sessions: Sessions, document_id: int
) -> None:
    labels = ("LOC", "PER")
    ops = [{"op": "relabel", "id": "m1.1", "label": labels[n % 2]} for n in range(45)]
    done(service, document_id, *ops)

    with sessions() as session:
        pages = [
            history.page(session, _work(session, document_id), number) for number in (1, 2, 3, 99)
        ]
    assert [len(page.steps) for page in pages] == [20, 20, 6, 6], "the model's set comes last"
    assert [page.pages for page in pages] == [3, 3, 3, 3]
    versions = [step.version for page in pages[:3] for step in page.steps]
    assert versions == [*range(45, 0, -1), None]


def test_an_earlier_version_comes_back_as_a_further_step(
    service: AnnotationService, sessions: Sessions, document_id: int
) -> None:
    before = service.open(document_id, "Ann")
    done(
        service,
        document_id,
        {"op": "move", "id": "m1.1", "start": 0, "end": 8},
        {"op": "comment", "text": "who?"},
        {"op": "accept_all"},
    )
    after = service.open(document_id, "Ann")
    restored = back(service, document_id, 0, "Bo")
    assert (restored.spans, restored.comment, restored.version) == (before.spans, "", 4)

    again = back(service, document_id, 3, "Bo")
    assert (again.spans, again.comment, again.version) == (after.spans, "who?", 5)
    with sessions() as session:
        log = log_of(session, document_id)
    assert [item.payload["op"] for item in log] == [
        *("move", "comment", "accept_all"),
        *("rewind", "rewind"),
    ]
    assert [item.version for item in log] == [1, 2, 3, 4, 5]


def test_a_submitted_document_is_not_rewound_and_says_why(
    service: AnnotationService, document_id: int
) -> None:
    done(service, document_id, {"op": "accept_all"}, {"op": "submit"})

    with pytest.raises(EditError, match="submitted; reopen it"):
        back(service, document_id, 0, "Ann")


def test_nothing_is_taken_back_that_the_person_had_not_seen(
    service: AnnotationService, document_id: int
) -> None:
    base_version = service.open(document_id, "Ann").version
    done(service, document_id, {"op": "comment", "text": "mine"})
    with pytest.raises(
        EditError, match=f"you saw version {base_version}, the current one is {base_version + 1}"
    ):
        service.restore(document_id, 0, "Bo", base_version)
    assert service.open(document_id, "Ann").comment == "mine"

    assert service.restore(document_id, 0, "Bo", base_version + 1).comment == ""


def test_a_version_that_never_was_is_said_so(service: AnnotationService, document_id: int) -> None:
    for version in (-1, 1):
        with pytest.raises(HistoryError, match=f"no version {version}; expected 0 to 0"):
            back(service, document_id, version, "Ann")


def test_steps_from_before_versions_were_kept_are_told_and_offer_no_way_back(
    service: AnnotationService, sessions: Sessions, document_id: int
) -> None:
    with writing(sessions) as session:
        operations.record(
            session,
            client="old",
            seq=1,
            document_id=document_id,
            person="Ann",
            payload={"op": "move", "id": "m1.1", "start": 0, "end": 8},
        )
    done(service, document_id, {"op": "accept", "id": "m1.1"})

    with sessions() as session:
        page = history.page(session, _work(session, document_id))
    old = page.steps[1]
    assert (old.summary, old.version, old.refused) == ("move “Anna met”", None, None)
    assert page.unnumbered == 1
    back(service, document_id, 0, "Ann")


@pytest.mark.sqlite
def test_a_state_is_not_guessed_where_a_change_is_missing(
    service: AnnotationService, sessions: Sessions, document_id: int
) -> None:
    done(service, document_id, {"op": "accept", "id": "m1.1"}, {"op": "accept", "id": "m1.2"})
    with writing(sessions) as session:
        session.execute(text("DROP TRIGGER operations_no_delete"))
        session.execute(text("DELETE FROM operations WHERE version = 2"))

    with pytest.raises(HistoryError, match="version 1 cannot be restored"):
        back(service, document_id, 1, "Ann")


def test_what_conflicted_is_in_the_history_of_both(
    service: AnnotationService, sessions: Sessions, document_id: int
) -> None:
    done(service, document_id, {"op": "reject", "id": "m1.1"})
    move = {"seq": 1, "base_version": 0, "op": "move", "id": "m1.1", "start": 0, "end": 8}
    service.apply(document_id, "d", [move], "Bo")

    with sessions() as session:
        held, rejected, _ = history.page(session, _work(session, document_id)).steps
    assert held.person == "Bo"
    assert held.summary.startswith("accepted “Anna met” as PER") or "moved" in held.summary
    assert held.refused == "Ann has changed this in the meantime; choose which version to keep"
    assert rejected.person == "Ann"


ids = st.sampled_from(["m1.1", "m1.2", "u1", "u2", "gone"])
labels = st.sampled_from(["PER", "LOC", "ORG"])
locations = {"start": st.integers(0, 20), "end": st.integers(1, 21)}
edits = st.one_of(
    st.fixed_dictionaries({"op": st.sampled_from(["accept", "reject", "delete"]), "id": ids}),
    st.fixed_dictionaries({"op": st.just("add"), "id": ids, "label": labels, **locations}),
    st.fixed_dictionaries({"op": st.just("move"), "id": ids, **locations}),
    st.fixed_dictionaries({"op": st.just("relabel"), "id": ids, "label": labels}),
    st.fixed_dictionaries(
        {
            "op": st.just("restore"),
            "id": ids,
            "label": labels,
            "status": st.sampled_from(["accepted", "rejected", "suggested"]),
            "source": st.sampled_from(["model", "person"]),
            "score": st.none() | st.just(0.5),
            **locations,
        }
    ),
    st.fixed_dictionaries(
        {"op": st.just("comment"), "text": st.sampled_from(["", "a", "👩‍🔬\r\n"])}
    ),
    st.sampled_from(
        [
            {"op": "accept_all", "above": 0.7},
            {"op": "reject_all"},
            {"op": "submit"},
            {"op": "skip", "reason": "x"},
            {"op": "reopen"},
            {"op": "suggest"},
            {"op": "back"},
        ]
    ),
)


@pytest.fixture(scope="module")
def made_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return template(tmp_path_factory.mktemp("db"))


@settings(max_examples=examples(12))
@given(ops=st.lists(edits, min_size=1, max_size=10), data=st.data())
def test_any_version_is_put_together_as_it_was(
    made_once: Path, ops: list[dict[str, Any]], data: st.DataObject
) -> None:
    model = FakeModel(entities=(Entity(0, 4, "PER", 0.9), Entity(16, 20, "LOC", 0.7)))
    with copy_of(made_once) as sessions:
        service = AnnotationService(sessions, model)
        document_id = service.open(1, "Ann").document_id
        states = {0: _state(sessions, document_id)}
        for seq, op in enumerate(ops, 1):
            _do(service, document_id, seq, op, data)
            state = _state(sessions, document_id)
            states.setdefault(_version(sessions, document_id), state)
            assert states[_version(sessions, document_id)] == state, "nothing changes unnumbered"
        assert list(states) == list(range(len(states)))
        with sessions() as session:
            document = documents.get(session, document_id)
            for version, state in states.items():
                assert (
                    _frozen(history.state_at(session, AnnotationTask(document, document), version))
                    == state
                )


def _do(
    service: AnnotationService, document_id: int, seq: int, op: dict[str, Any], data: st.DataObject
) -> None:
    version = service.open(document_id, "Ann").version
    with suppress(EditError):  # a submitted document refuses
        match op["op"]:
            case "reopen":
                service.reopen(document_id, "Bo")
            case "suggest":
                service.resuggest(document_id, "Ann")
            case "back":
                back(service, document_id, data.draw(st.integers(0, version)), "Bo")
            case _:
                service.apply(document_id, "c", [{"seq": seq, **op}], "Ann")


def _state(sessions: Sessions, document_id: int) -> State:
    with sessions() as session:
        return _frozen(drafts.load(session, _work(session, document_id)))


def _version(sessions: Sessions, document_id: int) -> int:
    with sessions() as session:
        return documents.get(session, document_id).version


def _frozen(draft: Draft) -> State:
    spans = frozenset(
        (span.id, span.start, span.end, span.label, span.status, span.score, span.source)
        for span in draft.spans
    )
    return spans, draft.comment, draft.skip_reason, draft.state
