"""What others did to the document that is open."""

from __future__ import annotations

import pytest

from app.services.annotation.annotation import AnnotationService
from app.services.annotation.news import News
from tests.app.two_pages import Page, pages, service

__all__ = ["pages", "service"]
pytestmark = pytest.mark.both_databases

RELABEL = {"op": "relabel", "id": "m1.1", "label": "LOC"}


def test_the_news_are_what_others_did_and_one_other_page_is_an_other(
    service: AnnotationService, pages: tuple[Page, Page]
) -> None:
    anna, bo = pages
    anna.send(RELABEL, {"op": "reject", "id": "m1.2"})
    bo.send({"op": "add", "id": "b", "start": 13, "end": 15, "label": "LOC"})

    def news(person: str, *clients: str) -> News | None:
        return service.changes_since(anna.document_id, person, 0, clients).news

    assert news("Bo", bo.client) == News(2, "Anna changed 2 entities", ("m1.1", "m1.2"))
    assert news("Anna", anna.client) == News(3, "Bo changed 1 entity", ("b",))
    assert news("Anna", anna.client, bo.client) is None
    message = news("Anna")
    assert message is not None
    assert message.text == "You, in another tab, changed 2 entities; Bo changed 1 entity"
