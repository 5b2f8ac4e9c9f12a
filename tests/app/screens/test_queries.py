"""How often a page asks the database: as often for many documents as for few."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.engine import Engine

from app.services.annotation.annotation import AnnotationService
from app.services.team import accounts, members
from app.services.team.permissions import Acting, for_person
from storage.engine import writing
from storage.records import SpanRecord
from storage.repository import annotation_sets, model_versions
from tests.app.fake_model import FakeModel
from tests.app.pages_kit import Site

FEW, MANY = 3, 12
MOST = {
    "documents": 21,
    "annotate": 11,
    "denoise": 10,
    "playground": 5,
    "review": 5,
    "agreement": 3,
    "train": 9,
    "figures": 19,
    "export": 14,
}
"""SELECT statements that a page may take to be drawn again."""


@contextmanager
def selects() -> Iterator[list[str]]:
    """The SELECT statements of every engine of this process."""
    statements: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if statement.lstrip().startswith(("SELECT", "WITH")):
            statements.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(Engine, "before_cursor_execute", note)


def add_submitted(site: Site, count: int) -> int:
    """Adds documents that a person has submitted; returns the last one's id."""
    service = AnnotationService(site.sessions)
    operations = [
        {"seq": 1, "op": "add", "id": "name", "start": 0, "end": 15, "label": "PER"},
        {"seq": 2, "op": "submit"},
    ]
    for number in range(count):
        document = site.add(f"Olena Kovalenko saw {number} of {count}.", f"{number} of {count}")
        applied = service.apply(document, f"page-{document}", operations, "annotator")
        assert applied.error is None
    return document


@pytest.mark.parametrize("page", MOST)
def test_a_page_asks_the_database_as_often_for_many_documents_as_for_few(
    site: Site, page: str
) -> None:
    asked = []
    for count in (FEW, MANY):
        document = add_submitted(site, count)
        site.open(page, **({"document": document} if page in {"annotate", "denoise"} else {}))
        with selects() as statements:
            site.run()
        asked.append(len(statements))

    assert asked[0] > 0
    assert asked[1] <= asked[0]
    assert asked[0] <= MOST[page]


SAVED: tuple[dict[str, Any], ...] = (
    {"op": "comment", "text": "odd"},
    {"op": "add", "id": "page-1", "start": 0, "end": 5, "label": "PER"},
    {"op": "relabel", "id": "page-1", "label": "ORG"},
    {"op": "delete", "id": "page-1"},
    {"op": "accept_all"},
)
SUBMITTED = ({"op": "submit"},)
"""It must know what conflicts before, and what does after; whether another answer was submitted
since the draft was begun; and which webhooks are told."""


@pytest.mark.parametrize("signed_in", [False, True])
def test_a_save_asks_the_database_five_times(site: Site, signed_in: bool) -> None:
    """The document with the person's role, the project with its labels, the client's numbers, the
    draft with its entities, and what conflicts."""
    document = site.add()
    site.open("annotate", document=document)
    sessions = site.sessions
    if signed_in:
        account = accounts.add(sessions, "annotator", "seven grey herons rowing")
        members.assign(sessions, site.project_id, "annotator", "annotator")
        sessions = for_person(sessions, Acting("annotator", account.id, False))
    service = AnnotationService(sessions)
    service.open(document, "annotator")

    for seq, op in enumerate([*SAVED, *SUBMITTED]):
        with selects() as statements:
            applied = service.apply(document, "page", [{"seq": seq, **op}], "annotator", shown=seq)
        assert applied.error is None
        assert len(statements) == (8 if op in SUBMITTED else 5), op


def test_the_next_document_asks_the_database_as_often_whatever_it_holds(site: Site) -> None:
    """The queue, the document with the person's role, its suggestions, once, and what the page
    shows of it; the draft is written in one statement, however many suggestions there are."""
    first, *others = [site.add(f"Olena Kovalenko saw {count}.", str(count)) for count in (0, 1, 9)]
    for document, count in zip(others, (1, 9), strict=True):
        with writing(site.sessions) as session:
            spans = [SpanRecord(at, at + 1, "PER", key=f"m{at}") for at in range(count)]
            annotation_sets.add_prediction(
                session, document, spans, model_version_id=None, provenance={}
            )
    service = AnnotationService(site.sessions)
    asked = []
    for document in (first, others[0]):
        with selects() as statements:
            following = service.open_next(document, "annotator")
        assert following is not None
        asked.append(len(statements))
    assert asked[0] == asked[1] <= 15


def test_an_opening_that_asks_the_model_asks_the_database_twenty_times(site: Site) -> None:
    """What it is opened with is read once in each of two transactions: the document, the project,
    its labels and their earlier names, the prediction; and what is shown beside it."""
    document = site.add()
    with writing(site.sessions) as session:
        model_versions.ensure_active(session, "m", ["PER", "ORG"])
        active = model_versions.active(session)
    assert active is not None
    service = AnnotationService(site.sessions, FakeModel(active.id))
    with selects() as statements:
        shown = service.open(document, "annotator")
    assert [span.status for span in shown.spans] == ["suggested", "suggested"]
    assert len(statements) <= 20
