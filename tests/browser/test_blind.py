"""Two people annotate one text unseen by each other; a reviewer decides; the export has it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from app.services.team import accounts, assignment, members
from storage.repository import projects
from tests.browser.accounts_kit import GOOD, SERVER, people_in, sign_in, with_accounts
from tests.browser.app_kit import AnnotatePage, go_to
from tests.browser.conftest import PATIENCE

if TYPE_CHECKING:
    from tests.browser.conftest import Serve, Served

BIOGRAPHY = 2
"""The number of the document; there is no model here that would suggest anything."""
NAME = "02-a-life-in-bridges"
NEXT = "03-council-minutes"
"""What the queue gives after it."""


@pytest.fixture
def url(serve: Serve, tmp_path: Path) -> Served:
    """The sample project: Anna administers, Bo and Chi annotate each text, both."""
    sessions = people_in(tmp_path)
    with sessions() as session:
        project = projects.every(session)[0].id
    accounts.add(sessions, "Chi", GOOD)
    members.assign(sessions, project, "Chi", "annotator")
    assignment.set_annotators(sessions, project, 2)
    sessions.kw["bind"].dispose()
    env = {**with_accounts(tmp_path), "SPANNEAL_MODEL": str(tmp_path / "none")}
    return serve(SERVER, env=env)


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


def annotates(page: Page, url: str, person: str, marked: dict[str, str]) -> None:
    """Signs in, marks words with the labels' keys, and submits."""
    sign_in(page, url, person)
    desk = AnnotatePage(page)
    desk.open(url, BIOGRAPHY)
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


def test_two_annotate_unseen_a_reviewer_decides_and_the_export_has_the_decision(
    url: Served, pages: list[Page], tmp_path: Path
) -> None:
    bo, chi, anna = pages
    annotates(bo, url, "Bo", {"Helena Prawdzic": "1", "Warsaw": "3"})
    annotates(chi, url, "Chi", {"Helena Prawdzic": "1", "Warsaw": "2"})

    sign_in(anna, url, "Anna")
    anna.goto(f"{url}/agreement")
    expect(anna.get_by_text("2 people, 1 document")).to_be_visible()
    anna.get_by_role("radio", name="Differences").click()
    expect(anna.get_by_text("Other label").first).to_be_visible()
    anna.get_by_test_id("stButton").filter(has_text="Open").get_by_role("button").click()
    keep = anna.get_by_role("button", name="Keep this decision")
    expect(keep).to_be_disabled()
    expect(anna.get_by_text("⟦")).not_to_have_count(0)
    anna.get_by_text(re.compile("^“Warsaw” ORG \\(Chi\\)$")).click()
    expect(keep).to_be_enabled()
    keep.click()
    expect(anna.get_by_text("Anna has decided")).to_be_visible()

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

    own = AnnotatePage(bo)
    own.open(url, BIOGRAPHY)
    expect(own.bars).to_have_count(2)
    shown = own.bars.evaluate_all("bars => bars.map(bar => bar.dataset.label).sort()")
    assert shown == ["LOC", "PER"], "what Bo submitted stays Bo's"
