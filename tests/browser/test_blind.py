"""Two people annotate one text unseen by each other; a reviewer decides; the export has it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from app.services.team import accounts, assignment, members
from tests.browser.accounts_kit import GOOD, sign_in
from tests.browser.app_kit import AnnotatePage, Site, go_to
from tests.browser.conftest import PATIENCE

pytestmark = pytest.mark.xdist_group("browser-accounts")

NAME = "02-a-life-in-bridges"
NEXT = "03-council-minutes"
"""What the queue gives after it."""


@pytest.fixture
def biography(accounts_site: Site) -> tuple[int, int]:
    """And its project, whose texts Bo and Cleo annotate, both; held out, so no model suggests."""
    sessions = accounts_site.sessions
    project, ids = accounts_site.own_samples("Unseen", split="holdout")
    accounts.add(sessions, "Cleo", GOOD)
    for person in ("Bo", "Cleo"):
        members.assign(sessions, project, person, "annotator")
    assignment.set_annotators(sessions, project, 2)
    return ids[2], project


@pytest.fixture
def pages(browser: Browser) -> Iterator[list[Page]]:
    """A browser for each of three people."""
    contexts: list[BrowserContext] = []
    for _ in range(3):
        contexts.append(browser.new_context(viewport={"width": 1200, "height": 900}))
        contexts[-1].set_default_timeout(PATIENCE)
    expect.set_options(timeout=PATIENCE)
    yield [context.new_page() for context in contexts]
    for context in contexts:
        context.close()


def annotates(
    page: Page, url: str, biography: tuple[int, int], person: str, marked: dict[str, str]
) -> None:
    """Signs in, marks words with the labels' keys, and submits."""
    sign_in(page, url, person)
    desk = AnnotatePage(page)
    desk.open(url, *biography)
    expect(desk.bars).to_have_count(0)
    expect(page.get_by_text("Nobody sees the others’ answers")).to_be_visible()
    for words, key in marked.items():
        desk.text.focus()
        desk.press("Escape")
        desk.drag(words)
        desk.press(key)
        desk.is_saved()
    page.get_by_role("button", name="Submit").click()
    desk.shows(NEXT)


@pytest.mark.thorough
def test_two_annotate_unseen_a_reviewer_decides_and_the_export_has_the_decision(
    accounts_site: Site, biography: tuple[int, int], pages: list[Page], tmp_path: Path
) -> None:
    """Its parts are tested each in `tests/app/screens/test_agreement.py` and
    `tests/app/services/team/test_adjudication.py`."""
    url = accounts_site.url
    bo, cleo, anna = pages
    annotates(bo, url, biography, "Bo", {"Helena Prawdzic": "1", "Warsaw": "3"})
    annotates(cleo, url, biography, "Cleo", {"Helena Prawdzic": "1", "Warsaw": "2"})

    sign_in(anna, url, "Anna")
    anna.goto(f"{url}/agreement?project={biography[1]}")
    expect(anna.get_by_text("2 people, 1 document")).to_be_visible()
    anna.get_by_role("radio", name="Differences").click()
    expect(anna.get_by_text("Other label").first).to_be_visible()
    anna.get_by_test_id("stButton").filter(has_text="Open").get_by_role("button").click()
    keep = anna.get_by_role("button", name="Save decision")
    expect(keep).to_be_disabled()
    expect(anna.get_by_text("⟦")).not_to_have_count(0)
    anna.get_by_text(re.compile("^“Warsaw” ORG \\(Cleo\\)$")).click()
    expect(keep).to_be_enabled()
    keep.click()
    expect(anna.get_by_text("Anna has already decided")).to_be_visible()

    go_to(anna, "Export")
    with anna.expect_download() as download:
        anna.get_by_role("button", name="Download .jsonl").click()
    path = tmp_path / "export.jsonl"
    download.value.save_as(path)
    (record,) = (json.loads(line) for line in path.read_text(encoding="utf-8").splitlines())
    assert record["name"] == NAME
    marked = {
        (record["text"][entity["start"] : entity["end"]], entity["label"])
        for entity in record["entities"]
    }
    assert marked == {("Helena Prawdzic", "PER"), ("Warsaw", "ORG")}
    assert record["provenance"]["person"] == "Anna"
    assert len(record["provenance"]["adjudicates"]) == 2

    personal = AnnotatePage(bo)
    personal.open(url, *biography)
    expect(personal.bars).to_have_count(2)
    shown = personal.bars.evaluate_all("bars => bars.map(bar => bar.dataset.label).sort()")
    assert shown == ["LOC", "PER"], "what Bo submitted stays Bo's"
