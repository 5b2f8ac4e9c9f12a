"""The version that a page says it looked at: what it is compared with, and by which names."""

from __future__ import annotations

import pytest

from app.services.annotation.annotation import AnnotationService
from tests.app.two_pages import Page, pages, service

__all__ = ["pages", "service"]
pytestmark = pytest.mark.both_databases


ACCEPT = {"op": "accept", "id": "m1.1"}
REJECT = {"op": "reject", "id": "m1.1"}
RELABEL = {"op": "relabel", "id": "m1.1", "label": "LOC"}
MOVE = {"op": "move", "id": "m1.1", "start": 0, "end": 8}


def test_a_reloaded_page_does_not_conflict_with_what_it_sent_before(
    pages: tuple[Page, Page],
) -> None:
    _, bo = pages
    before = bo.client
    bo.send(RELABEL)
    bo.client, bo.seq = "page-Bo-reloaded", 0
    bo.send(MOVE, sibling_clients=(before,))

    assert bo.reload().conflicts == ()
    assert bo.view.spans[0].end == 8


def test_a_page_that_does_not_say_what_it_saw_is_taken_to_have_seen_all(
    service: AnnotationService, pages: tuple[Page, Page]
) -> None:
    anna, bo = pages
    anna.send(RELABEL)
    service.apply(bo.document_id, "other", [{"seq": 1, **MOVE}], "Bo")

    assert bo.reload().conflicts == ()


@pytest.mark.parametrize("base_version", [-1, 2**60, True, "1", None])
def test_a_page_that_says_nonsense_of_what_it_saw_is_answered(
    service: AnnotationService, pages: tuple[Page, Page], base_version: object
) -> None:
    anna, bo = pages
    anna.send(RELABEL)
    applied = service.apply(
        bo.document_id, "x", [{"seq": 1, "base_version": base_version, **MOVE}], "Bo"
    )

    assert applied.error is None


def test_a_conflict_that_is_sent_again_is_one_conflict(
    service: AnnotationService, pages: tuple[Page, Page]
) -> None:
    anna, bo = pages
    base_version = bo.view.version
    anna.send(RELABEL)
    for _ in range(3):
        applied = service.apply(
            bo.document_id, "x", [{"seq": 1, "base_version": base_version, **MOVE}], "Bo"
        )
        assert (applied.ack, applied.error) == (1, None)

    assert len(bo.reload().conflicts) == 1


def test_an_edit_that_a_tab_kept_by_an_older_name_of_its_base_version_conflicts_all_the_same(
    service: AnnotationService, pages: tuple[Page, Page]
) -> None:
    anna, bo = pages
    stored = [{"seq": 1, "seen": bo.view.version, **MOVE}]
    anna.send(RELABEL)

    applied = service.apply(bo.document_id, "x", stored, "Bo")

    assert (applied.ack, applied.error) == (1, None)
    (conflict,) = bo.reload().conflicts
    assert (conflict.target, conflict.by) == (MOVE["id"], "Anna"), "nobody's change is overwritten"
