"""Whose edits are taken, and in what form."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from app.services.annotation.annotation import AnnotationService
from app.web import edits, open_pages
from app.web.gate import COOKIE
from app.web.open_pages import Worker
from storage.engine import Sessions, writing
from storage.repository import documents
from tests.app.sent_spans import named
from tests.app.web.open_pages_kit import ANNA, BO, Page, Running
from tests.app.web.open_pages_kit import document as document
from tests.app.web.open_pages_kit import running as running
from tests.operation_log import log_of

OP = {"seq": 1, "op": "add", "id": "p-1", "start": 0, "end": 5, "label": "PER"}


@pytest.fixture
def client(running: Running, sessions: Sessions) -> Iterator[TestClient]:
    """Anna's browser, with her page and Bo's open."""
    for page, person in (("anna", "Anna"), ("bo", "Bo")):
        running.run_of = page
        open_pages.enter(Worker(sessions, person, partial(AnnotationService, sessions)))
    with TestClient(Starlette(routes=edits.ROUTES), cookies={COOKIE: ANNA}) as result:
        yield result


def message(document: int, **more: Any) -> dict[str, Any]:
    return {"doc_id": document, "client": "c", "version": 0, "ops": [OP], **more}


def send(client: TestClient, page: str, sent: Any) -> tuple[int, Any]:
    answer = client.post(edits.FOLDER + page, json=sent)
    return answer.status_code, answer.json()


def done(sessions: Sessions, document: int) -> list[str]:
    with sessions() as session:
        return [row.person for row in log_of(session, document)]


def test_an_edit_is_saved_for_who_works_on_the_page_and_answered_with_what_it_made(
    client: TestClient, sessions: Sessions, document: int
) -> None:
    status, answer = send(client, "anna", message(document))

    assert status == 200
    assert answer["ack"] == {"client": "c", "seq": 1}
    (span,) = named(answer["state"]["spans"])
    assert (span["id"], span["status"], span["label"]) == ("p-1", "accepted", "PER")
    assert (answer["state"]["version"], answer["state"]["status"]) == (1, "in_progress")
    assert (answer["error"], answer["returned"], answer["news"]) == (None, None, None)
    assert done(sessions, document) == ["Anna"]


def test_what_is_sent_again_is_acknowledged_again_and_applied_once(
    client: TestClient, sessions: Sessions, document: int
) -> None:
    assert send(client, "anna", message(document)) == send(client, "anna", message(document))
    assert done(sessions, document) == ["Anna"]


@pytest.mark.parametrize("page", ["bo", "anna too", "nobody"])
def test_no_edit_is_taken_for_a_page_of_another_browser_or_one_that_nobody_works_on(
    client: TestClient, sessions: Sessions, document: int, page: str
) -> None:
    status, answer = send(client, page, message(document))

    assert status == 404
    assert "reload it" in answer["detail"]
    assert done(sessions, document) == []


def test_who_has_signed_out_edits_no_more(
    client: TestClient, sessions: Sessions, document: int
) -> None:
    client.cookies = {COOKIE: BO}
    assert send(client, "anna", message(document))[0] == 404
    client.cookies.clear()
    assert send(client, "anna", message(document))[0] == 404
    assert done(sessions, document) == []


def test_a_page_that_is_closed_takes_no_edits(
    client: TestClient, running: Running, document: int
) -> None:
    running.pages["anna"] = Page("anna", **{COOKIE: ANNA})
    assert send(client, "anna", message(document))[0] == 404


@pytest.mark.parametrize(
    ("content", "kind", "status"),
    [
        (b"{", "application/json", 400),
        (b"[" * 100_000, "application/json", 400),
        (b"\xff", "application/json", 400),
        (b"{}", "application/json", 400),
        (b"{}", "text/plain", 415),
        (b"{}", None, 415),
        (b" " * (edits.MOST_BYTES + 1), "application/json", 413),
    ],
)
def test_what_is_no_message_is_refused_with_the_reason(
    client: TestClient, content: bytes, kind: str | None, status: int
) -> None:
    headers = {"Content-Type": kind} if kind else {}
    answer = client.post(f"{edits.FOLDER}anna", content=content, headers=headers)
    assert (answer.status_code, bool(answer.json()["detail"])) == (status, True)


def test_a_page_that_only_looks_hears_what_others_did_and_claims_nothing(
    client: TestClient, sessions: Sessions, document: int
) -> None:
    send(client, "anna", message(document))

    client.cookies = {COOKIE: BO}
    status, answer = send(
        client, "bo", {"doc_id": document, "client": "d", "version": 0, "ops": []}
    )

    assert status == 200
    assert answer["news"]["text"] == "Anna changed 1 entity"
    assert (answer["ack"], answer["state"]["version"]) == (None, 1)
    assert done(sessions, document) == ["Anna"]
    assert json.loads(json.dumps(answer)) == answer


def test_who_submits_and_goes_on_is_answered_with_the_next_document(
    client: TestClient, sessions: Sessions, document: int
) -> None:
    with writing(sessions) as session:
        project_id = documents.get(session, document).project_id
        assert documents.add(session, project_id, name="other", text="Bo stayed.")
    submit = {"seq": 2, "op": "submit"}

    status, answer = send(client, "anna", message(document, ops=[OP, submit], go_on=True))

    assert (status, answer["state"]["status"], answer["next"]["ready"]) == (200, "submitted", True)
    assert answer["next"]["data"]["text"] == "Bo stayed."
    with sessions() as session:
        assert documents.get(session, answer["next"]["data"]["doc_id"]).claimed_by == "Anna"


def test_a_message_that_names_no_document_hears_so(client: TestClient) -> None:
    status, answer = send(client, "anna", {"client": "c", "ops": []})
    assert (status, "the number of its document" in answer["detail"]) == (400, True)


def test_a_fault_of_the_server_is_no_fault_of_the_message(
    client: TestClient, document: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The page keeps the edits and sends them again; what is refused it would set aside."""

    def broken(*_: object) -> None:
        raise ValueError("a fault")

    monkeypatch.setattr(edits, "receive", broken)
    with pytest.raises(ValueError, match="a fault"):
        send(client, "anna", message(document))
