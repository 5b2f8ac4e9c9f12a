"""The span annotator by mouse: what it points to, and boundaries that are dragged."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.desk import Visit

pytestmark = pytest.mark.xdist_group("browser-demos")


@pytest.mark.parametrize(
    ("key", "status", "label"),
    [
        ("a", "accepted", "PER"),
        ("Delete", "rejected", "PER"),
        pytest.param("x", "rejected", "PER", marks=pytest.mark.thorough),
        ("2", "accepted", "ORG"),
    ],
)
def test_a_key_acts_on_the_span_under_the_mouse(
    visit: Visit, key: str, status: str, label: str
) -> None:
    desk = visit("nested")
    desk.point("Kovalenko")
    expect(desk.bar("m0")).to_have_class("bar suggested under")
    desk.press(key)
    server = desk.saved()
    assert len(server["log"]) == 1
    assert (server["spans"]["m0"]["status"], server["spans"]["m0"]["label"]) == (status, label)
    assert {server["spans"][f"m{n}"]["status"] for n in (1, 2, 3)} == {"suggested"}


def test_the_outer_of_two_spans_is_pointed_to_at_its_bar(visit: Visit) -> None:
    desk = visit("nested")
    desk.point("York")
    expect(desk.page.locator("[data-testid=bar].under")).to_have_attribute("data-id", "m1")
    desk.bar("m3").hover()
    expect(desk.page.locator("[data-testid=bar].under")).to_have_attribute("data-id", "m3")
    desk.press("a")
    assert desk.saved()["spans"]["m3"]["status"] == "accepted"


def test_a_deliberate_selection_goes_before_the_mouse_and_an_addition_does_not(
    visit: Visit,
) -> None:
    desk = visit("nested")
    desk.bar("m3").click()
    desk.point("Kovalenko")
    desk.press("a", "Escape")
    assert desk.saved()["spans"]["m0"]["status"] == "suggested"
    desk.drag("Monday")
    desk.press("3")
    desk.point("Kovalenko")
    expect(desk.page.locator("[data-testid=bar].under")).to_have_attribute("data-id", "m0")
    desk.press("a")
    assert desk.saved()["spans"]["m0"]["status"] == "accepted"


def test_pointing_tells_the_score_and_its_three_parts(visit: Visit) -> None:
    desk = visit("nested")
    tip = desk.page.get_by_test_id("tip")
    desk.point("Kovalenko")
    expect(tip).to_have_text("PER · suggested · 98%left 98% right 71% type 98%")
    expect(tip.locator(".least")).to_have_text("right 71%")
    desk.point("visited")
    expect(tip).to_be_hidden()


def test_the_tip_leaves_when_keys_move_on_and_the_mouse_does_not(visit: Visit) -> None:
    desk = visit("nested")
    tip = desk.page.get_by_test_id("tip")
    desk.bar("m0").hover()
    expect(tip).to_be_visible()
    desk.bar("m0").click()
    desk.press("a")
    expect(desk.popover).to_contain_text("ORG")
    expect(tip).to_be_hidden()
    desk.point("Monday")
    desk.bar("m0").hover()
    expect(tip).to_be_visible()


def test_a_suggestions_bar_offers_two_small_buttons(visit: Visit) -> None:
    desk = visit("nested")
    desk.bar("m3").hover()
    desk.bar("m3").locator("[data-act=accept]").click()
    desk.bar("m0").hover()
    desk.bar("m0").locator("[data-act=reject]").click()
    spans = desk.saved()["spans"]
    assert [spans[f"m{n}"]["status"] for n in range(4)] == [
        "rejected",
        "suggested",
        "suggested",
        "accepted",
    ]
    expect(desk.page.locator("[data-testid=bar].on")).to_have_count(0)


def test_both_ends_of_a_bar_are_dragged_without_selecting_it(visit: Visit) -> None:
    desk = visit("nested")
    desk.pull("m0", "right", desk.box_of("visited")["right"] - 4)
    assert desk.covered("m0") == "Olena Kovalenko visited"
    desk.pull("m0", "left", desk.box_of("President")["left"] + 4)
    server = desk.saved()
    assert desk.covered("m0") == "President Olena Kovalenko visited"
    assert server["log"] == ["move", "move"]
    expect(desk.page.locator("[data-testid=bar].on")).to_have_count(0)
    desk.page.get_by_test_id("undo").click()
    assert desk.covered("m0") == "Olena Kovalenko visited"


def test_a_boundary_is_dragged_over_the_end_of_a_line(visit: Visit) -> None:
    desk = visit("wrapped")
    x, y = desk.text.evaluate(
        """(box) => {
            const range = document.createRange();
            range.selectNodeContents(box.querySelector('.txt').firstChild);
            const [first, ...others] = range.getClientRects();
            const second = others.find(({top}) => top > first.top + 4);
            return [second.left + 20, (second.top + second.bottom) / 2];
        }"""
    )
    desk.pull("m3", "right", x, y=y)
    words = desk.covered("m3")
    assert words.startswith("New York University Hospital on Monday. President")
    bars = desk.page.locator("[data-testid=bar][data-id=m3]")
    expect(bars).to_have_count(2)
    expect(bars.first).to_have_class("bar accepted open-right")
    expect(bars.last).to_have_class("bar accepted open-left")


def test_in_right_to_left_text_a_span_ends_on_the_left(visit: Visit) -> None:
    desk = visit("scripts")
    desk.pull("m1", "left", desk.box_of("נולדה")["left"] + 3)
    assert desk.covered("m1") == "מרי קירי נולדה"
    desk.pull("m1", "right", desk.box_of("קירי")["right"] - 2)
    assert desk.covered("m1") == "קירי נולדה"


def test_words_are_dragged_backwards_and_shown_whole_while_the_mouse_is_down(visit: Visit) -> None:
    desk = visit("empty")
    start, end = desk.box_of("University"), desk.box_of("York")
    mouse = desk.page.mouse
    mouse.move(start["right"] - 10, start["y"])
    mouse.down()
    mouse.move(end["left"] + 4, end["y"], steps=4)
    shown = desk.page.get_by_test_id("dragged").bounding_box()
    mouse.up()
    assert shown is not None
    assert shown["x"] == pytest.approx(end["left"], abs=1)
    assert shown["x"] + shown["width"] == pytest.approx(start["right"], abs=1)
    desk.press("2")
    assert desk.drawn() == ["York University"]


def test_single_characters_are_chosen_without_splitting_any(visit: Visit) -> None:
    desk = visit("scripts")
    desk.page.get_by_test_id("characters").click()
    for words in ("lite", "🇺🇦", "大学"):
        desk.drag(words)
        desk.press("2")
    assert desk.drawn() == ["lite", "🇺🇦", "大学"]
    desk.drag("lite")
    desk.press("{", "1")
    assert desk.drawn()[-1] == "e\u0301lite", "an accent stays with its letter"
    box = desk.box_of("joined")
    desk.page.mouse.dblclick(box["left"] + 5, box["y"])
    desk.press("4")
    assert desk.drawn()[-1] == "joined"
