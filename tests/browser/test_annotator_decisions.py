"""One decision at a time: the page brings suggestion after suggestion, one key each."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.desk import AnnotatorView, Visit

pytestmark = pytest.mark.xdist_group("browser-demos")

ON = "[data-testid=bar].on"
MIDDLE = """(bar) => {
    const box = bar.closest('.text').getBoundingClientRect(), own = bar.getBoundingClientRect();
    return Math.abs((own.top + own.bottom) / 2 - (box.top + box.bottom) / 2);
}"""


def asked(desk: AnnotatorView, number: str, span: str) -> None:
    expect(desk.page.get_by_test_id("progress")).to_have_text(number)
    expect(desk.page.locator(ON).first).to_have_attribute("data-id", span)


def from_the_rim(desk: AnnotatorView) -> float:
    """Pixels between the toolbar and the lower rim of the text."""
    text, toolbar = desk.text.bounding_box(), desk.popover.bounding_box()
    assert text is not None
    assert toolbar is not None
    return abs(text["y"] + text["height"] - toolbar["y"] - toolbar["height"])


def progress(desk: AnnotatorView) -> Locator:
    return desk.page.get_by_test_id("progress")


def test_every_suggestion_is_asked_about_least_sure_first_and_decided_by_one_key(
    visit: Visit,
) -> None:
    desk = visit("nested")
    desk.text.focus()
    desk.press("b")
    for number, span, key in (
        ("1 of 4", "m1", "x"),  # New York, 71 %
        ("2 of 4", "m2", "a"),  # New York University, 83 %
        ("3 of 4", "m3", "4"),  # New York University Hospital, 94 %
        ("4 of 4", "m0", "a"),
    ):
        asked(desk, number, span)
        desk.press(key)
    expect(progress(desk)).to_have_text("All 4 decided. Ctrl+Enter submits the document.")
    server = desk.saved()
    assert server["log"] == ["reject", "accept", "relabel", "accept"]
    assert server["spans"]["m3"]["label"] == "MISC"
    desk.press("Control+Enter")
    desk.expect_went("next")


def test_in_order_skipping_and_going_back(visit: Visit) -> None:
    desk = visit("nested", flow="order")
    asked(desk, "1 of 4", "m0")
    desk.text.focus()
    desk.press("s")
    asked(desk, "2 of 4 · 1 skipped", "m3")
    desk.press("a")
    asked(desk, "3 of 4 · 1 skipped", "m2")
    desk.press("Backspace")
    asked(desk, "2 of 4 · 1 skipped", "m3")
    desk.press("Control+z")
    asked(desk, "1 of 4", "m0")
    desk.press("Backspace")
    expect(desk.page.get_by_test_id("flash")).to_have_text("This is the first one.")
    server = desk.saved()
    assert server["log"] == ["accept", "restore"]
    assert {span["status"] for span in server["spans"].values()} == {"suggested"}
    desk.press("s", "s", "x", "x")
    expect(progress(desk)).to_have_text("2 of 4 skipped. Ctrl+Enter accepts them and submits.")


def test_a_boundary_moved_on_the_way_is_kept_by_accepting_and_taken_back_with_it(
    visit: Visit,
) -> None:
    desk = visit("nested", flow="order")
    desk.text.focus()
    asked(desk, "1 of 4", "m0")
    desk.press("]")
    asked(desk, "1 of 4", "m0")
    desk.press("a")
    asked(desk, "2 of 4", "m3")
    assert desk.covered("m0") == "Olena Kovalenko visited"
    desk.press("Backspace")
    asked(desk, "1 of 4", "m0")
    assert desk.covered("m0") == "Olena Kovalenko"
    assert desk.server()["spans"]["m0"]["status"] == "suggested"


def test_a_missed_entity_is_added_in_between_and_a_goes_on(visit: Visit) -> None:
    desk = visit("nested", flow="order")
    asked(desk, "1 of 4", "m0")
    desk.drag("Monday")
    desk.press("4", "a")
    asked(desk, "1 of 4", "m0")
    assert desk.drawn() == ["Monday"]


def test_the_suggestion_is_centred_and_all_else_dimmed(visit: Visit) -> None:
    desk = visit("far", flow="unsure")
    for number, span in enumerate(("m1", "m2", "m0"), start=1):
        asked(desk, f"{number} of 3", span)
        if span != "m0":  # the first lines cannot be in the middle
            assert desk.bar(span).evaluate(MIDDLE) < 40
        desk.text.focus()
        desk.press("a")
    desk = visit("many_lines", flow="order")
    asked(desk, "1 of 30", "m0")
    assert from_the_rim(desk) < 10  # what is read before it is not covered
    opacity = "bar => Number(getComputedStyle(bar).opacity)"
    assert desk.bar("m3").evaluate(opacity) < 0.5
    assert desk.bar("m0").evaluate(opacity) == 1
    desk.page.get_by_test_id("all-at-once").click()
    expect(desk.page.get_by_test_id("decisions")).to_be_hidden()
    assert desk.bar("m3").evaluate(opacity) == 1


def test_without_suggestions_it_says_what_to_do(visit: Visit) -> None:
    desk = visit("empty", flow="unsure")
    expect(progress(desk)).to_contain_text("No suggestions here.")
