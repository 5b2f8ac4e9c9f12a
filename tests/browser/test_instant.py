"""A project's own labels are suggested from the first documents on, without a retraining."""

from __future__ import annotations

import re
from functools import partial

import pytest
from playwright.sync_api import Page, expect

from storage.engine import writing
from storage.repository import documents, instant, model_versions, projects
from tests.browser.app_kit import AnnotatePage, Site
from tests.waiting import until

pytestmark = pytest.mark.xdist_group("browser-site")

TEXTS = (
    "The nurse gave him 20 mg of ibuprofen after breakfast. In the evening he took 5 ml of codeine "
    "for the cough.",
    "She stopped ibuprofen last week. Since then she takes 75 mg of aspirin every morning.",
    "He was sent home with 40 mg of simvastatin. The ward had given him 75 mg of aspirin and 5 ml "
    "of codeine.",
)
DRUG = re.compile("ibuprofen|codeine|aspirin|simvastatin")
DOSE = re.compile(r"\d+ m[gl]")
KEYS = {"DRUG": "1", "DOSE": "2"}
Marked = set[tuple[str, str]]


def test_a_new_project_is_suggested_its_own_labels_in_its_third_document(
    tab: Page, model_site: Site
) -> None:
    project_id, ids = _new_project(model_site, "Drugs")
    desk = AnnotatePage(tab)
    for number, document_id in enumerate(ids[:2], 1):
        desk.open(model_site.url, document_id, project_id)
        _mark(desk, model_site, document_id, TEXTS[number - 1])
        desk.press("Control+Enter")
        until(partial(_has_learnt, model_site, project_id, number), 240)

    desk.open(model_site.url, ids[2], project_id)
    expect(tab.get_by_text("learnt from 2 documents")).to_be_visible()
    assert _marked(model_site, ids[2], TEXTS[2]) == _right(TEXTS[2])
    assert {span.source for span in model_site.stored(ids[2])} == {"instant"}


def test_the_second_document_of_a_new_project_shows_what_the_first_one_taught(
    tab: Page, model_site: Site
) -> None:
    project_id, ids = _new_project(model_site, "Doses")
    desk = AnnotatePage(tab)
    desk.open(model_site.url, ids[0], project_id)
    _mark(desk, model_site, ids[0], TEXTS[0])
    desk.press("Control+Enter")

    desk.shows(TEXTS[1][:12])
    expect(tab.get_by_text("learnt from 1 document")).to_be_visible()
    suggested = _marked(model_site, ids[1], TEXTS[1])
    assert ("ibuprofen", "DRUG") in suggested
    assert suggested <= _right(TEXTS[1])


def _mark(desk: AnnotatePage, site: Site, document_id: int, text: str) -> None:
    """Mark what is not suggested rightly."""
    for words, label in sorted(_right(text) - _marked(site, document_id, text)):
        desk.drag(words)
        desk.press(KEYS[label], "Escape")
        desk.is_saved()


def _new_project(site: Site, name: str) -> tuple[int, list[int]]:
    with writing(site.sessions) as session:
        project_id = projects.create(session, name).id
        projects.ensure_labels(session, project_id, list(KEYS))
        ids = []
        for text in TEXTS:
            added = documents.add(session, project_id, name=text[:12], text=text, split="train")
            assert added is not None
            ids.append(added.id)
        return project_id, ids


def _right(text: str) -> Marked:
    return {
        (words, label)
        for label, pattern in (("DRUG", DRUG), ("DOSE", DOSE))
        for words in pattern.findall(text)
    }


def _marked(site: Site, document_id: int, text: str) -> Marked:
    return {(text[span.start : span.end], span.label) for span in site.stored(document_id)}


def _has_learnt(site: Site, project_id: int, number: int) -> bool:
    with site.sessions() as session:
        active = model_versions.active(session)
        result = instant.published(session, project_id, active.id) if active else None
        return result is not None and result.documents == number
