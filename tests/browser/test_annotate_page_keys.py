"""Who has the keys on the Annotate page, with what stands around the annotator there."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.app_kit import AnnotatePage, Site, go_to
from tests.browser.denoising_kit import box_of, right_of
from tests.browser.suggested_kit import suggested
from tests.browser.test_annotator_focus import click, decide_and_undo

pytestmark = pytest.mark.xdist_group("browser-site")

OTHERS = {"next": "second", "previous": "first"}
"""Places that lead to another document."""


def test_the_annotate_page_leaves_its_keys_to_the_annotator(tab: Page, site: Site) -> None:
    project, ids = suggested(site.sessions, "Keys", ["first", "second", "third"])
    desk = AnnotatePage(tab)
    desk.open(site.url, ids[0], project)
    counts = tab.get_by_test_id("counts")
    elements: dict[str, Locator] = {
        "next": tab.get_by_role("button", name="Next document"),
        "previous": tab.get_by_role("button", name="Previous document"),
        "margin": tab.get_by_test_id("stMain"),
        "name": tab.get_by_role("heading", name="first"),
        "guidelines": tab.get_by_role("button", name="Guidelines"),
        "guidelines' words": tab.get_by_text("How to decide"),
        "switch": tab.get_by_test_id("stCheckbox"),
        "caption": tab.get_by_text("The suggestions were imported with the document."),
        "header": tab.get_by_test_id("stHeader"),
    }
    for clicked, target in elements.items():
        click(target, clicked)
        desk.idle()
        if clicked in OTHERS:  # in which nothing is selected yet
            desk.shows(OTHERS[clicked])
            desk.press("ArrowRight", "Alt+ArrowUp")
        decide_and_undo(desk, clicked)
        if clicked == "guidelines' words":
            expect(target, "they stay while one works").to_be_visible()
            assert right_of(box_of(desk.text)) < box_of(target)["x"], "beside the text"
            elements["guidelines"].click()
            expect(target).to_be_hidden()
    desk.page.get_by_test_id("history").click()
    dialog = tab.get_by_role("dialog")
    expect(dialog).to_be_visible()
    desk.press("a", "Escape")
    expect(dialog).to_be_hidden()
    expect(counts).to_have_text("4 to review · 0 accepted · 0 rejected")
    click(elements["margin"], "margin")
    desk.press("Control+Enter")
    desk.shows("second")


def test_who_came_by_a_click_on_the_navigation_walks_through_the_spans_by_tab(
    tab: Page, site: Site
) -> None:
    project, _ = suggested(site.sessions, "Came by a link", ["first"])
    tab.goto(f"{site.url}/?project={project}")
    desk = AnnotatePage(tab)
    go_to(tab, "Annotate")
    desk.shows("first")
    desk.press("Tab")
    expect(tab.locator("[data-testid=bar].on").first).to_be_visible()
