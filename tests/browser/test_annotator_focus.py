"""Who has the keys: after any click the annotator's act, and a control keeps its own."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.desk import AnnotatorView, Visit

pytestmark = pytest.mark.xdist_group("browser-demos")

Locate = Callable[[Page], Locator]
AROUND: dict[str, Locate] = {
    "button": lambda page: page.get_by_role("button", name="Button", exact=True),
    "toggle": lambda page: page.get_by_text("Toggle", exact=True),
    "checkbox": lambda page: page.get_by_text("Checkbox", exact=True),
    "slider": lambda page: page.get_by_test_id("stSlider"),
    "radio": lambda page: page.get_by_text("second", exact=True),
    "segment": lambda page: page.get_by_text("right", exact=True),
    "tab": lambda page: page.get_by_role("tab", name="Tab B"),
    "expander": lambda page: page.locator("summary"),
    "popover": lambda page: page.get_by_role("button", name="Popover", exact=True),
    "in the popover": lambda page: page.get_by_role("button", name="Popover button"),
    "side bar": lambda page: page.get_by_text("Side bar", exact=True),
    "side button": lambda page: page.get_by_role("button", name="Side button"),
    "title": lambda page: page.get_by_role("heading", name="A title"),
    "header": lambda page: page.get_by_test_id("stHeader"),
    "margin": lambda page: page.get_by_test_id("stMain"),
    "text": lambda page: page.get_by_test_id("stText"),
}
RIMS = ("header", "margin")
"""Places whose middle other things cover."""
INSIDE = ("characters", "hints", "history", "counts", "above")


def click(target: Locator, clicked: str) -> None:
    """Clicks in the middle, of what others cover near its left rim."""
    if clicked not in RIMS:
        target.click()
        return
    box = target.bounding_box()
    assert box is not None
    target.page.mouse.click(box["x"] + 4, box["y"] + box["height"] - 4)


def selected(desk: AnnotatorView) -> None:
    """Selects the first suggestion; the click gives the text the focus."""
    desk.bar("m0").click()


def decide_and_undo(desk: AnnotatorView, clicked: str) -> None:
    counts = desk.page.get_by_test_id("counts")
    for key, shown in (
        ("a", "3 to review · 1 accepted · 0 rejected"),
        ("x", "2 to review · 1 accepted · 1 rejected"),
        ("1", "1 to review · 2 accepted · 1 rejected"),
        ("Control+z", "2 to review · 1 accepted · 1 rejected"),
        ("Control+z", "3 to review · 1 accepted · 0 rejected"),
        ("Control+z", "4 to review · 0 accepted · 0 rejected"),
    ):
        desk.press(key)
        expect(counts, f"{key} after a click on {clicked}").to_have_text(shown, timeout=5_000)


def keys_act(desk: AnnotatorView, clicked: str) -> None:
    """Presses the keys that every element must leave to the annotator, and takes it all back."""
    submitted = desk.server()["log"].count("submit")
    decide_and_undo(desk, clicked)
    desk.press("Control+Enter")
    expect(desk.page.get_by_test_id("error"), clicked).to_be_visible()
    assert desk.saved()["log"].count("submit") == submitted + 1, clicked


def test_no_click_beside_the_text_takes_the_keys_away(visit: Visit) -> None:
    desk = visit("around", around="yes")
    for clicked, locate in AROUND.items():
        selected(desk)
        target = locate(desk.page)
        if clicked == "in the popover" and not target.is_visible():
            AROUND["popover"](desk.page).click()
        click(target, clicked)
        keys_act(desk, clicked)


def test_tab_goes_to_the_next_span_after_any_click_but_on_a_popover(visit: Visit) -> None:
    desk = visit("around", around="yes")
    selected = desk.page.locator("[data-testid=bar].on")
    for clicked, locate in AROUND.items():
        if "popover" in clicked:
            continue
        desk.press("Escape")
        expect(selected).to_have_count(0)
        click(locate(desk.page), clicked)
        desk.press("Tab")
        expect(selected, f"Tab after a click on {clicked}").to_have_count(1)
    desk.press("Escape")
    AROUND["popover"](desk.page).click()
    expect(AROUND["in the popover"](desk.page)).to_be_visible()
    desk.press("Tab")
    expect(AROUND["popover"](desk.page)).not_to_be_focused()
    expect(selected).to_have_count(0)


def test_no_click_on_the_annotators_own_controls_takes_the_keys_away(visit: Visit) -> None:
    desk = visit("around")
    for part in INSIDE:
        selected(desk)
        control = desk.page.get_by_test_id(part)
        control.click()
        if control.evaluate("node => node.matches('[aria-pressed=true]')"):
            control.click()
        keys_act(desk, part)


def test_what_is_typed_into_keeps_its_keys(visit: Visit) -> None:
    desk = visit("around", around="yes")
    selected(desk)
    field = desk.page.get_by_label("Text", exact=True)
    field.click()
    desk.press("a", "x", "1", "Control+z", "h")
    expect(field).to_be_focused()
    expect(desk.page.get_by_test_id("counts")).to_contain_text("4 to review")
    expect(desk.page.get_by_test_id("help-sheet")).to_be_hidden()


def test_a_control_that_shows_its_focus_keeps_the_keys_that_work_it(visit: Visit) -> None:
    desk = visit("around", around="yes")
    selected(desk)
    thumb = desk.page.get_by_role("slider", name="Slider")
    thumb.focus()
    desk.press("ArrowRight")
    expect(thumb).to_have_value("6")
    toggle = desk.page.get_by_role("switch", name="Toggle")
    toggle.focus()
    desk.press("Space")
    expect(toggle).to_be_checked()
    above = desk.page.get_by_test_id("above")
    above.focus()
    desk.press("End")
    expect(above).to_have_value("100")
    expect(desk.page.get_by_test_id("counts")).to_contain_text("4 to review")
    label = desk.page.get_by_test_id("label").first
    label.focus()
    desk.press("Enter")
    assert desk.saved()["spans"]["m0"]["status"] == "accepted"
