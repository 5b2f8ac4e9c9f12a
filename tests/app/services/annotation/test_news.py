"""What others did to the document that is open."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session, sessionmaker

from app.services.annotation.annotation import AnnotationService
from app.services.annotation.news import News
from tests.app.fake_model import FakeModel, seed
from tests.app.two_pages import Page

pytestmark = pytest.mark.both_databases

RELABEL = {"op": "relabel", "id": "m1.1", "label": "LOC"}


@pytest.fixture
def service(sessions: sessionmaker[Session]) -> AnnotationService:
    return AnnotationService(sessions, FakeModel())


@pytest.fixture
def pages(service: AnnotationService, sessions: sessionmaker[Session]) -> tuple[Page, Page]:
    document_id = seed(sessions)
    return Page(service, document_id, "Anna"), Page(service, document_id, "Bo")


def test_the_news_are_what_others_did_and_one_other_page_is_an_other(
    service: AnnotationService, pages: tuple[Page, Page]
) -> None:
    anna, bo = pages
    anna.send(RELABEL, {"op": "reject", "id": "m1.2"})
    bo.send({"op": "add", "id": "b", "start": 13, "end": 15, "label": "LOC"})

    def news(person: str, *clients: str) -> News | None:
        return service.news(anna.document_id, 0, person, clients)

    assert news("Bo", bo.client) == News(2, "Anna changed 2 entities", ("m1.1", "m1.2"))
    assert news("Anna", anna.client) == News(3, "Bo changed 1 entity", ("b",))
    assert news("Anna", anna.client, bo.client) is None
    said = news("Anna")
    assert said is not None
    assert said.text == "You, in another tab, changed 2 entities; Bo changed 1 entity"
