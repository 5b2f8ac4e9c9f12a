"""The span annotator by keyboard alone, and keys that a project has changed."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from app.components.span_annotator.hotkeys import ACTIONS
from tests.browser.desk import Visit

pytestmark = pytest.mark.xdist_group("browser-demos")

ON = "[data-testid=bar].on"


def test_nested_spans_are_walked_outwards_and_inwards(visit: Visit) -> None:
    desk = visit("nested")
    desk.text.focus()
    desk.press(*["ArrowRight"] * 5)
    for key, expected in (
        ("Alt+ArrowUp", "m1"),
        ("Alt+ArrowUp", "m2"),
        ("Alt+ArrowUp", "m3"),
        ("Alt+ArrowUp", "m3"),
        ("Alt+ArrowDown", "m2"),
        ("Alt+ArrowDown", "m1"),
    ):
        desk.press(key)
        expect(desk.page.locator(ON)).to_have_attribute("data-id", expected)


def test_a_word_is_reached_line_by_line(visit: Visit) -> None:
    desk = visit("wrapped")
    desk.text.focus()
    desk.press("ArrowRight", "ArrowDown", "ArrowDown")
    chosen = desk.page.get_by_test_id("candidate")
    box = chosen.bounding_box()
    assert box is not None
    assert box["y"] > desk.box_of("President")["y"] + 60
    desk.press("ArrowUp", "ArrowUp")
    back = chosen.bounding_box()
    assert back is not None
    assert back["y"] < desk.box_of("President")["y"]


def test_a_suggestion_is_corrected_by_keys_alone(visit: Visit) -> None:
    desk = visit("nested")
    desk.text.focus()
    desk.press("Tab", "]", "2", "Escape")
    server = desk.saved()
    assert desk.covered("m0") == "Olena Kovalenko visited"
    assert server["spans"]["m0"]["label"] == "ORG"
    assert server["log"] == ["move", "relabel"]


def test_changed_keys_act_are_shown_and_leave_the_old_ones_idle(visit: Visit) -> None:
    desk = visit("rebound")
    desk.text.focus()
    desk.press("Tab", "a")
    expect(desk.state).to_have_text("no changes yet")
    expect(desk.popover.get_by_test_id("accept")).to_have_text("AcceptQ")
    desk.press("q")
    assert desk.saved()["spans"]["m0"]["status"] == "accepted"
    desk.press("h")
    expect(desk.page.get_by_test_id("help-sheet")).to_contain_text("QAccept the span")


def test_help_tells_every_action_and_every_labels_key(visit: Visit) -> None:
    desk = visit("many")
    desk.text.focus()
    desk.press("h")
    sheet = desk.page.get_by_test_id("help-sheet")
    for action in ACTIONS:
        expect(sheet).to_contain_text(action.meaning)
    expect(sheet).to_contain_text("BLABEL 10")


def test_thirty_labels_have_keys_of_their_own_and_one_tab_stop(visit: Visit) -> None:
    desk = visit("many")
    labels = desk.page.get_by_test_id("label")
    expect(labels).to_have_count(30)
    desk.point("Kovalenko")
    desk.press("b")
    assert desk.saved()["spans"]["m0"]["label"] == "LABEL 10"
    labels.first.focus()
    desk.press("ArrowRight")
    expect(labels.nth(1)).to_be_focused()
    desk.press("Tab")
    expect(desk.page.get_by_test_id("above")).to_be_focused()


def test_keys_act_on_what_the_mouse_points_to_while_nothing_has_the_focus(visit: Visit) -> None:
    desk = visit("nested")
    desk.page.evaluate("document.activeElement.blur()")
    desk.point("Kovalenko")
    desk.press("a")
    assert desk.saved()["spans"]["m0"]["status"] == "accepted"
    desk.page.mouse.move(5, 5)
    desk.page.evaluate("document.activeElement.blur()")
    desk.press("x")
    assert desk.saved()["log"] == ["accept"]
