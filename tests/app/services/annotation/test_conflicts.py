"""Two pages on one document: changes merge, and those in conflict wait for a person."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy.orm import Session, sessionmaker

from app.editing import DraftSpan
from app.services.annotation.annotation import AnnotationService
from storage.repository import operations
from tests.app.two_pages import Page, pages, service
from tests.operation_log import log_of

__all__ = ["pages", "service"]
pytestmark = pytest.mark.both_databases


ACCEPT = {"op": "accept", "id": "m1.1"}
REJECT = {"op": "reject", "id": "m1.1"}
RELABEL = {"op": "relabel", "id": "m1.1", "label": "LOC"}
MOVE = {"op": "move", "id": "m1.1", "start": 0, "end": 8}


def test_what_two_people_do_to_different_spans_is_merged(pages: tuple[Page, Page]) -> None:
    anna, bo = pages
    anna.send(ACCEPT)
    assert bo.send({"op": "reject", "id": "m1.2"}) is None

    assert [span.status for span in bo.reload().spans] == ["accepted", "rejected"]
    assert bo.view.conflicts == ()


@pytest.mark.parametrize(
    ("theirs", "mine"), [(RELABEL, MOVE), (REJECT, ACCEPT), (MOVE, REJECT), (ACCEPT, RELABEL)]
)
def test_the_second_of_two_changes_of_one_span_overwrites_nothing(
    pages: tuple[Page, Page], theirs: dict[str, Any], mine: dict[str, Any]
) -> None:
    anna, bo = pages
    anna.send(theirs)
    stands = anna.span("m1.1")
    assert bo.send(mine) is None, "a conflict is no error"

    assert bo.span("m1.1") == stands
    (conflict,) = bo.view.conflicts
    assert (conflict.target, conflict.by, conflict.client) == ("m1.1", "Anna", "page-Bo")
    assert isinstance(conflict.mine, dict)
    assert isinstance(conflict.theirs, dict)
    assert conflict.mine != conflict.theirs
    assert anna.reload().conflicts == (), "it is his to decide"


def test_the_two_versions_are_each_persons_own(pages: tuple[Page, Page]) -> None:
    anna, bo = pages
    anna.send(RELABEL)
    bo.send(MOVE)

    (conflict,) = bo.reload().conflicts
    assert isinstance(conflict.theirs, dict)
    assert isinstance(conflict.mine, dict)
    assert (conflict.theirs["label"], conflict.theirs["end"]) == ("LOC", 4)
    assert (conflict.mine["label"], conflict.mine["end"]) == ("PER", 8), (
        "mine knows nothing of theirs"
    )


def test_two_people_who_do_the_same_do_not_conflict(pages: tuple[Page, Page]) -> None:
    anna, bo = pages
    anna.send(RELABEL)
    bo.send(RELABEL)
    anna.reload()
    anna.send({"op": "add", "id": "a", "start": 13, "end": 15, "label": "LOC"})
    bo.send({"op": "add", "id": "b", "start": 13, "end": 15, "label": "LOC"})
    anna.reload()
    anna.send({"op": "delete", "id": "a"})
    bo.reload()
    assert bo.view.conflicts == ()
    assert [span.id for span in bo.view.spans] == ["m1.1", "m1.2"]


def test_a_change_that_was_taken_back_conflicts_with_nothing(pages: tuple[Page, Page]) -> None:
    anna, bo = pages
    before = anna.span("m1.1")
    assert before is not None
    anna.send(RELABEL)
    anna.send(_restore(before))
    bo.send(MOVE)

    assert bo.reload().conflicts == ()
    assert bo.view.spans[0].end == 8


def test_deleting_what_somebody_else_changed_conflicts_and_so_does_the_reverse(
    pages: tuple[Page, Page],
) -> None:
    anna, bo = pages
    anna.send({"op": "add", "id": "a", "start": 13, "end": 20, "label": "LOC"})
    anna.send({"op": "add", "id": "b", "start": 5, "end": 8, "label": "LOC"})
    bo.reload()
    anna.reload()
    anna.send({"op": "relabel", "id": "a", "label": "PER"}, {"op": "delete", "id": "b"})
    bo.send({"op": "delete", "id": "a"}, {"op": "relabel", "id": "b", "label": "ORG"})

    deleted, changed = bo.reload().conflicts
    assert (deleted.target, deleted.mine) == ("a", None)
    assert (changed.target, changed.theirs) == ("b", None)
    assert {span.id: span.label for span in bo.view.spans}["a"] == "PER"


def test_adding_what_somebody_else_rejected_at_the_same_place_conflicts(
    pages: tuple[Page, Page],
) -> None:
    anna, bo = pages
    bo.send({"op": "reject", "id": "m1.1"})
    bo.reload()
    bo.send({"op": "add", "id": "b", "start": 0, "end": 4, "label": "PER"})
    assert bo.reload().conflicts == (), "whoever has seen the rejection may think otherwise"

    refused = {"id": "a", "start": 13, "end": 15, "label": "LOC", "status": "rejected"}
    anna.send({"op": "restore", **refused, "source": "model", "score": 0.5})
    bo.send({"op": "add", "id": "c", "start": 13, "end": 15, "label": "LOC"})
    (conflict,) = bo.reload().conflicts
    assert (conflict.target, _plain(conflict.theirs)["id"]) == ("c", "a")
    assert _plain(conflict.mine)["status"] == "accepted"


def test_what_follows_a_conflict_in_one_message_is_done(pages: tuple[Page, Page]) -> None:
    anna, bo = pages
    anna.send(REJECT)
    bo.send(ACCEPT, {"op": "accept", "id": "m1.2"}, {"op": "comment", "text": "hm"})

    assert [span.status for span in bo.reload().spans] == ["rejected", "accepted"]
    assert bo.view.comment == "hm"


def test_several_changes_of_one_span_are_one_conflict_with_the_last_of_them(
    pages: tuple[Page, Page],
) -> None:
    anna, bo = pages
    anna.send(REJECT)
    bo.send(MOVE, RELABEL)
    bo.send({"op": "move", "id": "m1.1", "start": 0, "end": 12})

    (conflict,) = bo.reload().conflicts
    assert isinstance(conflict.mine, dict)
    assert (conflict.mine["label"], conflict.mine["end"], conflict.seq) == ("LOC", 12, 3)


@pytest.mark.parametrize("acquire", ["theirs", "mine", "both"])
def test_a_conflict_is_there_until_it_is_decided_and_stays_in_the_log(
    pages: tuple[Page, Page], sessions: sessionmaker[Session], acquire: str
) -> None:
    anna, bo = pages
    anna.send(RELABEL)
    bo.send(MOVE)
    (conflict,) = bo.reload().conflicts
    mine = conflict.mine
    assert isinstance(mine, dict)
    both = {"op": "add", **{key: mine[key] for key in ("start", "end", "label")}, "id": "new"}
    done = {"theirs": [], "mine": [{"op": "restore", "score": None, **mine}], "both": [both]}[
        acquire
    ]
    settle = {
        "op": "settle",
        "client": conflict.client,
        "of": conflict.seq,
        "target": conflict.target,
    }
    assert bo.send(*done, settle) is None

    assert bo.reload().conflicts == ()
    live = {(span.end, span.label) for span in bo.view.spans if span.id != "m1.2"}
    assert (
        live
        == {"theirs": {(4, "LOC")}, "mine": {(8, "PER")}, "both": {(4, "LOC"), (8, "PER")}}[acquire]
    )
    with sessions() as session:
        held = [operation for operation in log_of(session, bo.document_id) if operation.refused]
    assert [item.payload["op"] for item in held] == ["move"]
    assert held[0].changes is not None
    assert held[0].changes[0]["after"] == mine


def test_a_decision_that_is_outdated_itself_conflicts_again_and_loses_nothing(
    pages: tuple[Page, Page],
) -> None:
    anna, bo = pages
    anna.send(RELABEL)
    bo.send(MOVE)
    (conflict,) = bo.reload().conflicts
    anna.reload()
    anna.send(REJECT)
    settle = {
        "op": "settle",
        "client": conflict.client,
        "of": conflict.seq,
        "target": conflict.target,
    }
    bo.send({"op": "restore", "score": None, **_plain(conflict.mine)}, settle)

    (again,) = bo.reload().conflicts
    assert again.mine == conflict.mine
    assert _plain(again.theirs)["status"] == "rejected"


def test_nobody_settles_what_somebody_else_has_to_decide(pages: tuple[Page, Page]) -> None:
    anna, bo = pages
    anna.send(RELABEL)
    bo.send(MOVE)
    (conflict,) = bo.reload().conflicts
    anna.reload()
    settle = {
        "op": "settle",
        "client": conflict.client,
        "of": conflict.seq,
        "target": conflict.target,
    }
    anna.send(settle)

    assert bo.reload().conflicts == (conflict,), "clients are no secret, span ids begin with them"
    bo.send(settle, {**settle, "of": 0})
    assert bo.reload().conflicts == (), (
        "what was settled stays so, however late an older word comes"
    )


def test_a_comment_is_never_overwritten_unseen(pages: tuple[Page, Page]) -> None:
    anna, bo = pages
    anna.send({"op": "comment", "text": "Is this a name?"})
    bo.send({"op": "comment", "text": "Ask Cy."})

    (conflict,) = bo.reload().conflicts
    assert (conflict.target, conflict.mine, conflict.theirs) == (
        ":comment",
        "Ask Cy.",
        "Is this a name?",
    )
    assert bo.view.comment == "Is this a name?"
    anna.send({"op": "comment", "text": "Is this a name? Yes."})
    assert anna.reload().conflicts == (), "her own changes conflict with none of hers"


def test_saying_again_what_conflicted_or_what_one_still_sees_overwrites_nothing(
    pages: tuple[Page, Page],
) -> None:
    anna, bo = pages
    bo.send(ACCEPT)
    anna.reload()
    anna.send(REJECT, {"op": "comment", "text": "a"})
    bo.send({"op": "comment", "text": "b"}, ACCEPT)
    bo.send({"op": "comment", "text": "b"}, ACCEPT)

    assert [span.status for span in bo.reload().spans] == ["rejected", "suggested"]
    assert bo.view.comment == "a"


def test_a_document_that_was_submitted_meanwhile_keeps_what_the_other_wanted(
    pages: tuple[Page, Page], service: AnnotationService
) -> None:
    anna, bo = pages
    anna.send({"op": "accept_all"}, {"op": "submit"})
    assert bo.send(RELABEL) is None

    (conflict,) = bo.reload().conflicts
    assert bo.view.status == "submitted"
    assert _plain(conflict.mine)["label"] == "LOC"
    service.reopen(bo.document_id, "Bo")
    assert bo.reload().conflicts == (conflict,), "it can be decided once the document is open again"


def test_a_comment_that_a_submission_met_names_who_submitted(pages: tuple[Page, Page]) -> None:
    anna, bo = pages
    anna.send({"op": "accept_all"}, {"op": "submit"})
    bo.send({"op": "comment", "text": "who is Bob?"})

    (conflict,) = bo.reload().conflicts
    assert (conflict.by, conflict.mine, conflict.theirs) == ("Anna", "who is Bob?", "")


def test_the_log_is_read_once_however_many_conflicts_wait(
    pages: tuple[Page, Page], monkeypatch: pytest.MonkeyPatch
) -> None:
    anna, bo = pages
    anna.send(RELABEL, {"op": "reject", "id": "m1.2"}, {"op": "comment", "text": "a"})
    bo.send(MOVE, {"op": "accept", "id": "m1.2"}, {"op": "comment", "text": "b"})
    readings: list[int] = []
    since = operations.since

    def counted(session: Session, document_id: int, *rest: Any, **more: Any) -> Any:
        readings.append(document_id)
        return since(session, document_id, *rest, **more)

    monkeypatch.setattr(operations, "since", counted)
    assert [conflict.by for conflict in bo.reload().conflicts] == ["Anna"] * 3
    assert len(readings) == 1


def test_what_somebody_else_changed_is_shown_before_a_submission(pages: tuple[Page, Page]) -> None:
    anna, bo = pages
    anna.send(RELABEL, {"op": "comment", "text": "?"})
    error = bo.send({"op": "accept_all", "ids": ["m1.1", "m1.2"]}, {"op": "submit"})

    assert error == "Anna changed 1 entity and the comment; review it and submit again"
    assert bo.reload().status == "in_progress"
    assert bo.send({"op": "submit"}) is None
    assert bo.reload().status == "submitted"


def test_nothing_is_submitted_before_a_conflict_is_decided(pages: tuple[Page, Page]) -> None:
    anna, bo = pages
    anna.send(RELABEL)
    bo.send(MOVE)
    bo.reload()
    error = bo.send({"op": "accept_all"}, {"op": "submit"})

    assert error is not None
    assert "resolve the conflicts" in error


def test_all_that_is_left_means_what_nobody_decided(pages: tuple[Page, Page]) -> None:
    anna, bo = pages
    anna.send(REJECT)
    bo.send({"op": "accept_all", "ids": ["m1.1", "m1.2"]})

    assert [span.status for span in bo.reload().spans] == ["rejected", "accepted"]
    assert bo.view.conflicts == ()


def _restore(span: DraftSpan) -> dict[str, Any]:
    names = ("id", "start", "end", "label", "status", "source", "score")
    return {"op": "restore", **{name: getattr(span, name) for name in names}}


def _plain(span: object) -> dict[str, Any]:
    assert isinstance(span, dict)
    return span
