"""What others do is told to who looks at a document, and to nobody else."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from functools import partial

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from app.services.annotation import versions
from app.services.annotation.annotation import AnnotationService
from app.services.annotation.versions import Looked
from app.services.team.permissions import Acting, for_nobody, for_person
from app.web import changes, open_pages
from app.web.gate import COOKIE
from app.web.open_pages import Worker
from storage.database_errors import StorageError
from storage.engine import Sessions, writing
from storage.repository import documents, projects
from tests.app.web.open_pages_kit import ANNA, BO, Running
from tests.app.web.open_pages_kit import document as document
from tests.app.web.open_pages_kit import running as running
from tests.coroutines import result_of

ADD = {"seq": 1, "op": "add", "id": "p-1", "start": 0, "end": 5, "label": "PER"}


@pytest.fixture
def client(
    running: Running, sessions: Sessions, monkeypatch: pytest.MonkeyPatch
) -> Iterator[TestClient]:
    """Anna's browser, with her page and Bo's open; nobody waits between two looks."""
    monkeypatch.setattr(changes, "LOOK", 0)
    for page, person in (("anna", "Anna"), ("bo", "Bo")):
        running.run_of = page
        open_pages.enter(Worker(sessions, person, partial(AnnotationService, sessions)))
    with TestClient(Starlette(routes=changes.ROUTES), cookies={COOKIE: ANNA}) as result:
        yield result


class Database:
    """What the database has, look by look; then the page is closed."""

    def __init__(self, running: Running, stored: Sequence[int | StorageError]) -> None:
        self._running, self._stored = running, list(stored)

    def __call__(self, sessions: Sessions, looked: set[Looked]) -> Mapping[Looked, int]:
        stored = self._stored.pop(0)
        if not self._stored:
            self._running.pages.pop("anna")
        if isinstance(stored, StorageError):
            raise stored
        return dict.fromkeys(looked, stored)


def stream(client: TestClient, page: str, document: object) -> tuple[int, str]:
    answer = client.get(f"/edits/{page}/changes/{document}")
    return answer.status_code, answer.text


def test_each_new_version_is_told_once_until_the_page_is_closed(
    client: TestClient, running: Running, document: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(versions, "current", Database(running, [4, 4, 5, 5]))
    answer = client.get(f"/edits/anna/changes/{document}")

    assert answer.headers["content-type"].startswith("text/event-stream")
    assert answer.headers["cache-control"] == "no-store"
    assert answer.text == "data: 4\n\ndata: 5\n\n"


def test_a_database_that_does_not_answer_ends_no_stream(
    client: TestClient, running: Running, document: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(versions, "current", Database(running, [StorageError("gone"), 4]))
    assert stream(client, "anna", document) == (200, "data: 4\n\n")


def test_something_is_sent_after_a_long_silence(
    client: TestClient, running: Running, document: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(changes, "_SILENCE", 2)
    monkeypatch.setattr(versions, "current", Database(running, [4, 4, 4]))
    assert stream(client, "anna", document) == (200, "data: 4\n\n:\n\n")


@pytest.mark.parametrize("page", ["bo", "anna too", "nobody"])
def test_no_page_of_another_browser_hears_anything_nor_one_that_nobody_works_on(
    client: TestClient, document: int, page: str
) -> None:
    assert stream(client, page, document)[0] == 404


@pytest.mark.parametrize("number", ["0", "12345", "9" * 5000, "x"])
def test_a_document_that_is_not_there_has_no_stream(client: TestClient, number: str) -> None:
    assert stream(client, "anna", number)[0] == 404


def test_who_signs_out_or_opens_another_stream_hears_no_more(
    client: TestClient, running: Running, document: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def sign_out(sessions: Sessions, looked: set[Looked]) -> Mapping[Looked, int]:
        running.pages["anna"].client_context.cookies[COOKIE] = BO
        return dict.fromkeys(looked, 4)

    monkeypatch.setattr(versions, "current", sign_out)
    assert stream(client, "anna", document) == (200, "data: 4\n\n")


def test_all_who_look_at_documents_share_one_look_at_the_database(
    sessions: Sessions, document: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[set[Looked]] = []

    def current(sessions: Sessions, looked: set[Looked]) -> Mapping[Looked, int]:
        asked.append(looked)
        return dict.fromkeys(looked, 4)

    async def ask_all() -> list[int | None]:
        people = {name: for_person(sessions, Acting(name, 1, False)) for name in ("Anna", "Bo")}
        rounds = {name: changes._round_of(for_nobody(acting)) for name, acting in people.items()}
        return await asyncio.gather(*(rounds[name].version((document, name)) for name in people))

    monkeypatch.setattr(changes, "LOOK", 0)
    monkeypatch.setattr(versions, "current", current)
    assert result_of(ask_all()) == [4, 4]
    assert asked == [{(document, "Anna"), (document, "Bo")}]


def test_the_version_is_that_of_the_draft_that_the_person_works_on(
    sessions: Sessions, document: int
) -> None:
    service = AnnotationService(sessions)
    looked = [(document, "Anna"), (document, "Bo"), (document + 1, "Anna")]
    service.apply(document, "c", [ADD], "Anna")
    assert versions.current(sessions, looked) == {(document, "Anna"): 1, (document, "Bo"): 1}

    with writing(sessions) as session:
        project = projects.get(session, documents.get(session, document).project_id)
        project.annotators = 2
    service.apply(document, "d", [{**ADD, "id": "p-2"}], "Bo")
    before = versions.current(sessions, looked)
    service.apply(document, "d", [{**ADD, "seq": 2, "id": "p-3", "start": 14, "end": 22}], "Bo")
    after = versions.current(sessions, looked)
    assert after[document, "Bo"] > before[document, "Bo"]
    assert after[document, "Anna"] == before[document, "Anna"], "Bo's own draft is unseen"

    with writing(sessions) as session:
        projects.get(session, documents.get(session, document).project_id).annotators = 1
    shared = versions.current(sessions, looked)
    assert shared == {(document, "Anna"): 1, (document, "Bo"): 1}, "all share one draft again"
