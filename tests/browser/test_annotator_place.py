"""Where one is in the text: Tab begins in sight, and undo goes back to where the edit was made."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.desk import AnnotatorView, Visit
from tests.waiting import until

pytestmark = pytest.mark.xdist_group("browser-demos")

ON = "[data-testid=bar].on"
BARS_IN_SIGHT = """box => {
    const view = box.getBoundingClientRect();
    return [...box.querySelectorAll('.bar')].map(bar => bar.getBoundingClientRect())
        .filter(bar => bar.top >= view.top && bar.bottom <= view.bottom).length;
}"""


def scroll(desk: AnnotatorView, share: float) -> float:
    """Scrolls the text, waits until the bars there are drawn, and returns where it stands: what
    comes into sight gets its real height first."""
    desk.text.evaluate("(box, share) => { box.scrollTop = share * box.scrollHeight; }", share)
    until(lambda: desk.text.evaluate(BARS_IN_SIGHT) > 0)
    top: float = desk.text.evaluate("box => box.scrollTop")
    return top


def is_in_sight(desk: AnnotatorView, selector: str) -> bool:
    inside: bool = desk.text.evaluate(
        """(box, selector) => {
            const bar = box.querySelector(selector).getBoundingClientRect();
            const view = box.getBoundingClientRect();
            return bar.top >= view.top && bar.bottom <= view.bottom;
        }""",
        selector,
    )
    return inside


def test_tab_begins_with_the_first_suggestion_in_sight(visit: Visit) -> None:
    desk = visit("crowded")
    top = scroll(desk, 0.5)
    desk.text.focus()
    desk.press("Tab")
    expect(desk.page.locator(ON).first).to_be_visible()
    assert is_in_sight(desk, ".bar.on")
    assert desk.text.evaluate("box => box.scrollTop") == pytest.approx(top, abs=1)
    above = desk.text.evaluate(
        """box => [...box.querySelectorAll('.bar.suggested')].filter(bar =>
            bar.getBoundingClientRect().top >= box.getBoundingClientRect().top + 30
            && bar.getBoundingClientRect().top < box.querySelector('.bar.on')
                .getBoundingClientRect().top - 20).length"""
    )
    assert above == 0


def test_undo_and_redo_go_back_to_what_was_selected_and_to_where_it_stands(visit: Visit) -> None:
    desk = visit("crowded")
    desk.text.focus()
    desk.press("Tab")
    first = desk.page.locator(ON).first.get_attribute("data-id")
    desk.press("a")
    expect(desk.page.locator(ON).first).not_to_have_attribute("data-id", str(first))
    scroll(desk, 0.6)
    desk.page.get_by_test_id("undo").click()
    expect(desk.page.locator(ON).first).to_have_attribute("data-id", str(first))
    assert is_in_sight(desk, ".bar.on")
    expect(desk.text).to_be_focused()
    scroll(desk, 0.6)
    desk.press("Control+Shift+z")
    expect(desk.page.locator(ON).first).to_have_attribute("data-id", str(first))
    expect(desk.page.locator(ON).first).to_have_attribute("data-status", "accepted")
    assert is_in_sight(desk, ".bar.on")


def test_undoing_an_addition_chooses_its_words_again(visit: Visit) -> None:
    desk = visit("empty")
    desk.drag("Olena Kovalenko")
    desk.press("3", "Control+z")
    expect(desk.bars).to_have_count(0)
    expect(desk.page.get_by_test_id("candidate")).to_be_visible()
    desk.press("1")
    assert desk.drawn() == ["Olena Kovalenko"]


def test_words_are_walked_on_from_what_esc_left_and_else_from_what_is_in_sight(
    visit: Visit,
) -> None:
    desk = visit("crowded")
    candidate = desk.page.get_by_test_id("candidate")
    desk.text.focus()
    desk.press(*["Tab"] * 8)
    line = desk.page.locator(ON).first.bounding_box()
    desk.press("Escape", "ArrowRight")
    word = candidate.first.bounding_box()
    assert line is not None
    assert word is not None
    assert 0 <= line["y"] + line["height"] - word["y"] < 120, "on the same line or the next"
    desk.press("Tab")
    expect(desk.page.locator(ON).first).to_be_visible()

    desk.press("Escape")
    top = scroll(desk, 0.7)
    desk.press("ArrowRight")
    expect(candidate.first).to_be_visible()
    assert desk.text.evaluate("box => box.scrollTop") == pytest.approx(top, abs=1)


def test_after_the_last_suggestion_comes_what_was_left_out_and_idle_keys_say_so(
    visit: Visit,
) -> None:
    desk = visit("nested")
    live, flash = desk.page.get_by_test_id("live"), desk.page.get_by_test_id("flash")
    desk.text.focus()
    desk.press("Tab", "Tab", "a", "x", "a")
    expect(desk.page.locator(ON).first).to_have_attribute("data-id", "m0")
    desk.press("a")
    expect(live).to_have_text("Olena Kovalenko accepted. Nothing is left to review.")
    desk.press("Escape", "a")
    expect(flash).to_have_text("Nothing is selected: Tab goes to the next suggestion.")
    desk.press("Control+Shift+z")
    expect(flash).to_have_text("There is nothing to redo.")
