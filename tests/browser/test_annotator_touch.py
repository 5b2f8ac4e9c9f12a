"""The annotator by finger, and as a screen reader has it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, CDPSession, Page, expect

from tests.browser.conftest import PATIENCE, visiting
from tests.browser.desk import AnnotatorView, Visit
from tests.browser.servers import Served

pytestmark = pytest.mark.xdist_group("browser-demos")


class Tablet(AnnotatorView):
    """The page under a finger."""

    session: CDPSession

    def finger(self, kind: str, *at: float) -> None:
        points = [{"x": at[0], "y": at[1]}] if at else []
        self.session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    def long_press(self, words: str) -> dict[str, float]:
        """Rests a finger on the first occurrence of the words until they are marked."""
        box = self.box_of(words)
        self.finger("touchStart", (box["left"] + box["right"]) / 2, box["y"])
        expect(self.page.get_by_test_id("dragged").first).to_be_visible()
        return box


@pytest.fixture(scope="module")
def touched(browser: Browser) -> Iterator[Page]:
    """A page under a finger, which is a matter of its context."""
    context = browser.new_context(
        viewport={"width": 820, "height": 1180}, has_touch=True, reduced_motion="reduce"
    )
    context.set_default_timeout(PATIENCE)
    yield context.new_page()
    context.close()


@pytest.fixture
def tablet(touched: Page, demos: Served) -> Tablet:
    expect.set_options(timeout=PATIENCE)
    visiting(touched, demos)("nested")
    view = Tablet(touched)
    view.session = touched.context.new_cdp_session(touched)
    return view


def test_a_long_press_a_handle_and_a_tap_make_a_span(tablet: Tablet) -> None:
    tablet.long_press("Monday")
    tablet.finger("touchEnd")
    expect(tablet.page.get_by_test_id("candidate")).to_be_visible()
    start = tablet.page.locator("[data-testid=handle][data-edge=start]").bounding_box()
    words = tablet.box_of("Hospital")
    assert start is not None
    tablet.finger("touchStart", start["x"] + start["width"] / 2, start["y"] + start["height"] / 2)
    tablet.finger("touchMove", words["left"] + 30, words["y"])
    tablet.finger("touchMove", words["left"] + 4, words["y"])
    tablet.finger("touchEnd")
    tablet.popover.locator("[data-label=MISC]").tap()
    assert tablet.drawn() == ["Hospital on Monday"]


def test_a_finger_that_draws_on_chooses_more_words(tablet: Tablet) -> None:
    tablet.page.locator("[data-testid=label][data-label=LOC]").tap()
    tablet.long_press("visited")
    end = tablet.box_of("New York")
    tablet.finger("touchMove", end["right"] - 4, end["y"])
    tablet.finger("touchEnd")
    assert tablet.drawn() == ["visited New York"]


def test_a_tap_selects_a_span_and_a_tap_accepts_it(tablet: Tablet) -> None:
    tablet.bar("m0").tap()
    tablet.popover.get_by_test_id("accept").tap()
    assert tablet.saved()["spans"]["m0"]["status"] == "accepted"


def test_the_list_of_spans_is_read_and_operated(visit: Visit) -> None:
    desk = visit("nested")
    spans = desk.page.get_by_role("listbox", name="Spans")
    options = spans.get_by_role("option")
    expect(options).to_have_text(
        [
            "Olena Kovalenko: PER · suggested · 98%",
            "New York University Hospital: ORG · suggested · 94%",
            "New York University: ORG · suggested · 83%",
            "New York: LOC · suggested · 71%",
        ]
    )
    desk.text.focus()
    desk.press("Shift+L")
    expect(spans).to_be_focused()
    expect(options.first).to_have_attribute("aria-selected", "true")
    desk.press("ArrowDown", "x")
    expect(spans).to_be_focused()
    live = desk.page.get_by_test_id("live")
    expect(live).to_contain_text("New York University Hospital rejected. Now New York University")
    expect(options).to_have_count(3)
    expect(options.nth(1)).to_have_attribute("aria-selected", "true")
    active = spans.get_attribute("aria-activedescendant")
    assert active == options.nth(1).get_attribute("id")
    desk.press("Control+z")
    expect(live).to_have_text("undone")
    expect(options).to_have_count(4)
    desk.press("Home", "1")
    desk.press("Enter")
    expect(desk.text).to_be_focused()
    assert desk.saved()["spans"]["m0"]["status"] == "accepted"
