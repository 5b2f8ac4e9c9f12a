"""The page follows to the document that the annotator has opened beside its runs."""

from __future__ import annotations

from typing import Any

import pytest

from app.services.annotation.annotation import AnnotationService
from storage.repository import visits
from tests.app.pages_kit import TEXT, Site


def report(site: Site, opened: Any) -> None:
    """What the annotator asks for in this one run."""
    site.app.session_state["annotator"] = {"opened": opened}
    site.run()


@pytest.fixture
def documents(site: Site) -> tuple[int, int]:
    """Two documents; the page shows the first."""
    ids = site.add(), site.add(f"{TEXT} Again.", "again")
    site.open("annotate", document=ids[0])
    return ids


def open_beside(site: Site, document: int) -> None:
    """As the answer to a submission of the first document does; it has its suggestions."""
    service = AnnotationService(site.sessions, site.model)
    service.prefetch(document + 1)
    following = service.open_next(document, site.settings.person)
    assert following is not None
    assert following.ready


def opened_documents(site: Site) -> list[int]:
    with site.sessions() as session:
        return [visit.document_id for visit in visits.of_project(session, site.project_id)]


def test_one_run_has_its_address_and_draws_it_as_it_is(
    site: Site, documents: tuple[int, int]
) -> None:
    first, second = documents
    open_beside(site, first)
    predicted = len(site.model.predicted)

    report(site, {"doc_id": second, "number": 3, "ready": True})

    assert site.app.query_params["document"] == str(second)
    assert (site.mounted()["doc_id"], site.mounted()["opened"]) == (second, 3)
    assert site.app.subheader[0].value == "again"
    assert len(site.model.predicted) == predicted
    assert opened_documents(site) == [first, second]


def test_suggestions_that_are_still_to_be_made_come_with_that_run(
    site: Site, documents: tuple[int, int]
) -> None:
    report(site, {"doc_id": documents[1], "number": 1, "ready": False})

    assert site.mounted()["reading"] is None
    assert site.spans()["New York"] == "suggested"
    assert opened_documents(site) == list(documents)


def test_what_is_told_again_takes_nobody_back_who_went_elsewhere(
    site: Site, documents: tuple[int, int]
) -> None:
    first, second = documents
    event = {"doc_id": second, "number": 1, "ready": True}
    report(site, event)
    site.open("annotate", document=first)

    report(site, event)
    assert (site.mounted()["doc_id"], site.mounted()["opened"]) == (first, 1)
    report(site, {**event, "number": 2})
    assert (site.mounted()["doc_id"], site.mounted()["opened"]) == (second, 2)


@pytest.mark.parametrize(
    "opened",
    [
        None,
        [],
        {},
        {"doc_id": "2", "number": 1},
        {"doc_id": True, "number": 1},
        {"doc_id": 2, "number": None},
        {"doc_id": 10**12, "number": 1},
        {"doc_id": -2, "number": 1},
        {"doc_id": 404, "number": 1, "ready": True},
    ],
)
def test_a_document_that_is_none_leads_nowhere(
    site: Site, documents: tuple[int, int], opened: Any
) -> None:
    report(site, opened)
    assert site.mounted()["doc_id"] == documents[0]
