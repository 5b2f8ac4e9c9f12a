"""The span annotator with three, thirty and sixty labels: chips, bars, keys and the search."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.annotator_cases import SIXTY, THIRTY
from tests.browser.desk import AnnotatorView, Visit

pytestmark = pytest.mark.xdist_group("browser-demos")

CUT = """nodes => nodes.filter(n => !n.hidden && (n.scrollWidth > n.clientWidth + 1
    || n.scrollHeight > n.clientHeight + 1)).map(n => n.textContent)"""
OUT_OF_SIGHT = """nodes => nodes.filter(n => !n.hidden).filter(n => {
    const box = n.getBoundingClientRect(), row = n.closest('.labels').getBoundingClientRect();
    return box.bottom > row.bottom || box.right > row.right;
}).map(n => n.textContent)"""
SIDEWAYS = "root => root.scrollWidth > root.clientWidth"


def finder(desk: AnnotatorView) -> Locator:
    return desk.page.get_by_test_id("find-label")


def first_option(desk: AnnotatorView) -> Locator:
    return desk.page.get_by_test_id("label-option").first


@pytest.mark.parametrize(("case", "width"), [("thirty", 1200), ("sixty", 1200), ("sixty", 500)])
def test_chips_are_whole_and_those_beyond_three_rows_unfold(
    visit: Visit, case: str, width: int
) -> None:
    desk = visit(case)
    desk.page.set_viewport_size({"width": width, "height": 800})
    chips, more = desk.page.get_by_test_id("label"), desk.page.get_by_test_id("more-labels")
    total = len(THIRTY if case == "thirty" else SIXTY)
    expect(chips).to_have_count(total)
    expect(more).to_be_visible()
    visible = chips.locator("visible=true")
    shown = visible.count()
    assert 4 < shown < total
    expect(more).to_have_text(f"+ {total - shown} more")
    for _ in range(2):
        assert chips.evaluate_all(CUT) == []
        assert chips.evaluate_all(OUT_OF_SIGHT) == []
        assert not desk.text.evaluate(SIDEWAYS)
        more.click()
    more.click()
    expect(visible).to_have_count(total)
    desk.page.set_viewport_size({"width": 1200, "height": 800})


def test_three_labels_are_as_simple_as_ever(visit: Visit) -> None:
    desk = visit("three")
    assert desk.page.get_by_test_id("label").all_inner_texts() == ["1\nPER", "2\nORG", "3\nLOC"]
    expect(desk.page.get_by_test_id("more-labels")).to_be_hidden()
    desk.drag("Monday")
    assert desk.popover.get_by_test_id("chip").all_inner_texts() == ["1\nPER", "2\nORG", "3\nLOC"]
    expect(desk.popover.get_by_test_id("all-labels")).to_have_count(0)
    desk.press("3")
    assert desk.drawn() == ["Monday"]


@pytest.mark.parametrize("case", ["thirty", "sixty"])
def test_every_bar_shows_what_no_other_label_shows(visit: Visit, case: str) -> None:
    desk = visit(case)
    bars = desk.bars
    expect(bars.last).to_be_visible()
    shown = bars.evaluate_all("bars => bars.map(bar => [bar.dataset.label, bar.textContent])")
    assert len(shown) >= 30
    assert len({text.upper() for _, text in shown}) == len(shown), shown
    assert bars.evaluate_all(CUT) == []


def test_labels_of_a_prefix_stand_under_its_heading(visit: Visit) -> None:
    desk = visit("sixty")
    group = desk.page.get_by_role("group", name="bio")
    expect(group.locator(".heading")).to_have_text("bio")
    assert [text.split("\n")[-1] for text in group.get_by_test_id("label").all_inner_texts()] == [
        *("gene", "protein", "cell", "species", "tissue", "organ")
    ]
    expect(group.get_by_label("bio:gene")).to_be_visible()


def test_every_label_has_its_keys_on_its_chip_and_they_work(visit: Visit) -> None:
    desk = visit("sixty")
    keys = dict(
        desk.page.get_by_test_id("label").evaluate_all(
            "chips => chips.map(chip => [chip.dataset.label, chip.dataset.keys])"
        )
    )
    assert len(set(keys.values())) == 60
    assert [keys[label["name"]] for label in SIXTY[8:12]] == ["9", "0", "K1", "K2"]
    desk.drag("charlie delta")
    desk.press(*keys["law-17"])
    added = [span for span in desk.saved()["spans"].values() if span["source"] == "person"]
    assert [span["label"] for span in added] == ["law-17"]


def test_a_first_stroke_waits_says_so_and_is_taken_back(visit: Visit) -> None:
    desk = visit("sixty")
    desk.drag("charlie delta")
    desk.press("k")
    expect(desk.page.get_by_test_id("flash")).to_contain_text("second key")
    expect(desk.page.locator("button.label.ruled-out").first).to_be_visible()
    desk.press("Escape")
    expect(desk.page.locator("button.label.ruled-out")).to_have_count(0)
    expect(desk.page.get_by_test_id("candidate")).to_have_count(1)
    desk.press("1")
    added = [span for span in desk.saved()["spans"].values() if span["source"] == "person"]
    assert [span["label"] for span in added] == ["Person"]


def test_a_label_is_found_by_typing_and_is_recent_afterwards(visit: Visit) -> None:
    desk = visit("sixty")
    desk.drag("charlie delta")
    desk.press("l")
    expect(finder(desk)).to_be_focused()
    desk.page.keyboard.type("solv")
    expect(first_option(desk)).to_have_attribute("data-label", "chem.solvent")
    desk.press("Enter")
    expect(finder(desk)).to_have_count(0)
    desk.drag("echo foxtrot")
    expect(desk.popover.get_by_test_id("chip").first).to_have_attribute(
        "data-label", "chem.solvent"
    )
    desk.press("l", "ArrowDown", "Enter")
    server = desk.saved()
    added = [span["label"] for span in server["spans"].values() if span["source"] == "person"]
    assert added == ["chem.solvent", "Person"]


def test_the_search_changes_the_span_under_the_mouse_and_escape_changes_nothing(
    visit: Visit,
) -> None:
    desk = visit("thirty")
    desk.point("foxtrot")
    desk.press("l")
    desk.page.keyboard.type("26")
    desk.press("Escape")
    expect(desk.text).to_be_focused()
    desk.press("l")
    desk.page.keyboard.type("26")
    desk.press("Enter")
    assert desk.saved()["spans"]["m5"]["label"] == "LABEL_NUMBER_26"
    assert desk.server()["log"] == ["relabel"]


def test_the_search_keeps_a_label_active_where_nothing_is_selected(visit: Visit) -> None:
    desk = visit("thirty")
    desk.text.focus()
    desk.press("l")
    desk.page.keyboard.type("number_20")
    desk.press("Enter")
    chip = desk.page.locator("[data-testid=label][data-label=LABEL_NUMBER_20]")
    expect(chip).to_have_attribute("aria-pressed", "true")
    expect(chip).to_be_visible()
    desk.drag("two three")
    assert desk.drawn() == ["two three"]


@pytest.mark.parametrize("case", ["three", "thirty", "many_lines", "wrapped"])
def test_the_toolbar_covers_neither_the_span_nor_the_next_line(visit: Visit, case: str) -> None:
    desk = visit(case)
    ids = desk.bars.evaluate_all("bars => [...new Set(bars.map(bar => bar.dataset.id))]")
    desk.text.focus()
    for span in ids[:: max(1, len(ids) // 6)]:
        desk.page.locator(f'[data-testid=bar][data-id="{span}"]').first.click()
        expect(desk.popover).to_be_visible()
        overlap = desk.page.evaluate(
            """(id) => {
                const root = document.querySelector('[data-testid=span-annotator]')?.getRootNode()
                    ?? [...document.querySelectorAll('*')].find(
                        n => n.shadowRoot?.querySelector('.annotator')).shadowRoot;
                const tint = root.querySelector(`.tint[data-id="${id}"]`).getBoundingClientRect();
                const box = root.querySelector('.popover').getBoundingClientRect();
                const words = root.querySelector('.txt');
                const pitch = parseFloat(getComputedStyle(words).lineHeight);
                const last = tint.bottom + pitch + 2 > words.getBoundingClientRect().bottom;
                const end = tint.bottom + (last ? 0 : pitch - 6);
                return box.top < end && box.bottom > tint.top;
            }""",
            span,
        )
        assert not overlap, span


def test_help_and_chips_tell_the_same_keys(visit: Visit) -> None:
    desk = visit("sixty")
    desk.text.focus()
    desk.press("h")
    sheet = desk.page.get_by_test_id("help-sheet")
    expect(sheet).to_contain_text(f"K1{SIXTY[10]['name']}")
    expect(sheet).to_contain_text("LFind a label by typing")
