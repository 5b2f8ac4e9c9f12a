"""How much of the window the annotator takes, and that its last button is always in sight."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, ViewportSize, expect

from tests.browser.app_kit import AnnotatePage, Site
from tests.browser.denoising_kit import box_of
from tests.browser.suggested_kit import suggested

pytestmark = pytest.mark.xdist_group("browser-site")

SIZES = ((1440, 900), (1200, 800), (800, 900), (800, 800), (1920, 1080))


def test_the_text_fills_the_window_and_submit_stays_in_sight(tab: Page, site: Site) -> None:
    project, ids = suggested(site.sessions, "Room", ["long"], lines=60)
    desk = AnnotatePage(tab)
    before = tab.viewport_size
    desk.open(site.url, ids[0], project)
    expect(tab.get_by_text("1 of 1 in Room")).to_be_visible()
    submit, page = tab.get_by_test_id("submit"), tab.get_by_test_id("stMain")
    try:
        for width, height in SIZES:
            tab.set_viewport_size(ViewportSize(width=width, height=height))
            expect(submit).to_be_in_viewport(ratio=1)
            scrolls = page.evaluate("page => page.scrollHeight - page.clientHeight")
            assert scrolls <= 0, (width, height, scrolls)
        title = tab.get_by_test_id("title")
        expect(title).to_be_hidden()  # the page's heading has it
        desk.press("Shift+F")
        expect(title).to_have_text("long · Room")
        shell = tab.get_by_test_id("span-annotator")
        expect(shell).to_have_css("position", "fixed")
        expect(submit).to_be_in_viewport(ratio=1)
        assert shell.bounding_box() == {"x": 0, "y": 0, "width": 1920, "height": 1080}
        assert tab.evaluate("document.elementFromPoint(960, 8).closest('header') === null")
        desk.press("Tab", "a")
        expect(tab.get_by_test_id("counts")).to_contain_text("1 accepted")
        desk.press("Escape")
        expect(shell).to_have_css("position", "fixed")
        desk.press("Escape")
        expect(shell).to_have_css("position", "relative")
        expect(title).to_be_hidden()
        tab.get_by_test_id("full").click()
        expect(shell).to_have_css("position", "fixed")
        tab.get_by_test_id("full").click()
        expect(shell).to_have_css("position", "relative")
    finally:
        if before:
            tab.set_viewport_size(before)


def test_the_buttons_stay_in_one_row_and_a_passing_message_moves_no_text(
    tab: Page, site: Site
) -> None:
    project, ids = suggested(site.sessions, "One row", ["row"])
    desk = AnnotatePage(tab)
    before = tab.viewport_size
    try:
        tab.set_viewport_size(ViewportSize(width=1280, height=800))
        desk.open(site.url, ids[0], project)
        desk.press("Tab", "x")
        desk.is_saved()
        expect(tab.get_by_test_id("show-rejected")).to_have_text("Rejected (1)")
        row = [tab.get_by_test_id(part) for part in ("help", "state", "skip", "submit")]
        middles = [box["y"] + box["height"] / 2 for box in map(box_of, row)]
        assert max(middles) - min(middles) < 2, middles
        text = box_of(desk.text)
        desk.press("i")
        expect(tab.get_by_test_id("flash")).to_contain_text("no other “Charles Babbage”")
        assert box_of(desk.text) == text
    finally:
        if before:
            tab.set_viewport_size(before)
