"""A page as a service sees it: what it sends, and which version it was shown."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy.orm import Session, sessionmaker

from app.editing import DraftSpan
from app.services.annotation.annotation import AnnotationService
from app.services.annotation.document_view import DocumentView
from tests.app.fake_model import FakeModel, seed


class Page:
    """A person's page: it knows the version that it was shown last."""

    def __init__(self, service: AnnotationService, document_id: int, person: str) -> None:
        self.service, self.document_id, self.person = service, document_id, person
        self.client = f"page-{person}"
        self.seq = 0
        self.reload()

    def reload(self) -> DocumentView:
        self.view = self.service.open(self.document_id, self.person)
        return self.view

    def send(self, *ops: dict[str, Any], sibling_clients: tuple[str, ...] = ()) -> str | None:
        """Sends operations as made on what the page shows; returns the error."""
        numbered = []
        for op in ops:
            self.seq += 1
            numbered.append({"seq": self.seq, "base_version": self.view.version, **op})
        applied = self.service.apply(
            self.document_id, self.client, numbered, self.person, sibling_clients
        )
        assert applied.ack == self.seq, "everything is acknowledged, held out or not"
        return applied.error

    def span(self, key: str) -> DraftSpan | None:
        return next((span for span in self.reload().spans if span.id == key), None)


@pytest.fixture
def service(sessions: sessionmaker[Session]) -> AnnotationService:
    return AnnotationService(sessions, FakeModel())


@pytest.fixture
def pages(service: AnnotationService, sessions: sessionmaker[Session]) -> tuple[Page, Page]:
    document_id = seed(sessions)
    return Page(service, document_id, "Anna"), Page(service, document_id, "Bo")
