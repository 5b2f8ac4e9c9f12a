"""A document whose page is gone without a word is given back, if nothing was done to it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from functools import partial

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from app.services.annotation import versions
from app.services.annotation.annotation import AnnotationService
from app.services.annotation.versions import Looked
from app.web import changes, open_pages, unseen
from app.web.gate import COOKIE
from app.web.open_pages import Worker
from storage.engine import Sessions
from storage.repository import documents
from tests.app.web.open_pages_kit import ANNA, Running
from tests.app.web.open_pages_kit import document as document
from tests.app.web.open_pages_kit import running as running
from tests.coroutines import result_of

ADD = {"seq": 1, "op": "add", "id": "p-1", "start": 0, "end": 5, "label": "PER"}


@pytest.fixture
def worker(sessions: Sessions, document: int, monkeypatch: pytest.MonkeyPatch) -> Iterator[Worker]:
    """Anna, who has opened the document; nobody waits for her page."""
    monkeypatch.setattr(unseen, "UNSEEN", 0)
    AnnotationService(sessions).open(document, "Anna")
    yield Worker(sessions, "Anna", partial(AnnotationService, sessions))
    assert not unseen._shown
    assert not unseen._waiting


def holder(sessions: Sessions, document: int) -> str | None:
    with sessions() as session:
        return documents.get(session, document).claimed_by


async def after_it_is_shown(worker: Worker, document: int) -> None:
    with unseen.shown(worker, document):
        pass
    await asyncio.gather(*unseen._waiting.values())


def test_a_document_to_which_nothing_was_done_is_given_back(
    worker: Worker, sessions: Sessions, document: int
) -> None:
    assert holder(sessions, document) == "Anna"
    result_of(after_it_is_shown(worker, document))
    assert holder(sessions, document) is None


def test_a_document_that_was_begun_stays_its_persons(
    worker: Worker, sessions: Sessions, document: int
) -> None:
    AnnotationService(sessions).apply(document, "page", [ADD], "Anna")
    result_of(after_it_is_shown(worker, document))
    assert holder(sessions, document) == "Anna"


def test_a_page_that_comes_back_in_time_or_another_of_the_person_keeps_the_document(
    worker: Worker, sessions: Sessions, document: int
) -> None:
    async def come_back() -> None:
        with unseen.shown(worker, document):
            pass
        (waiting,) = unseen._waiting.values()
        with unseen.shown(worker, document):
            with unseen.shown(worker, document):
                pass
            assert not unseen._waiting
            await asyncio.gather(waiting, return_exceptions=True)
            assert waiting.cancelled()
            assert holder(sessions, document) == "Anna"
        await asyncio.gather(*unseen._waiting.values())

    result_of(come_back())


def test_the_stream_of_changes_says_that_a_page_is_there(
    worker: Worker, running: Running, document: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def wait(worker: Worker, document_id: int) -> None:
        ended.append(document_id)

    def close(sessions: Sessions, looked: set[Looked]) -> Mapping[Looked, int]:
        assert dict(unseen._shown) == {(document, "Anna"): 1}
        running.pages.pop("anna")
        return dict.fromkeys(looked, 4)

    ended: list[int] = []
    monkeypatch.setattr(unseen, "_wait", wait)
    monkeypatch.setattr(changes, "LOOK", 0)
    monkeypatch.setattr(versions, "current", close)
    running.run_of = "anna"
    open_pages.enter(worker)
    with TestClient(Starlette(routes=changes.ROUTES), cookies={COOKIE: ANNA}) as client:
        assert client.get(f"/edits/anna/changes/{document}").status_code == 200

    assert ended == [document]
