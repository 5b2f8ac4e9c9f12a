"""A long document that a model reads while a person works on it."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import expect

from tests.browser.desk import AnnotatorView, Visit

STAYS = """(root) => {
    const box = root.getBoundingClientRect();
    const line = [...root.querySelectorAll('.txt')].find((node) =>
        node.getBoundingClientRect().top > box.top + 60);
    window.held = line;
    return line.getBoundingClientRect().top;
}"""
NOT_SKIPPED = """(root) => {
    const found = {"with bars": new Set(), "without": new Set()};
    for (const paragraph of root.querySelectorAll('.para')) {
        const kind = paragraph.querySelector('.bar') ? "with bars" : "without";
        found[kind].add(getComputedStyle(paragraph).contentVisibility);
    }
    return Object.fromEntries(Object.entries(found).map(([kind, of]) => [kind, [...of]]));
}"""
TOP = "() => window.held.getBoundingClientRect().top"


FIRST = """(title) => {
    const root = window.root;
    const top = root.getBoundingClientRect().top;
    const line = [...root.querySelectorAll('.txt')].find((node) =>
        node.getBoundingClientRect().bottom > top + 12);
    return line.textContent.startsWith(title);
}"""


def begins_with(desk: AnnotatorView, title: str) -> None:
    """Waits until the first line in sight is this one."""
    desk.text.evaluate("(root) => { window.root = root; }")
    desk.page.wait_for_function(FIRST, arg=title)


def progress(desk: AnnotatorView) -> Any:
    return expect(desk.page.get_by_test_id("read-progress"))


def decide(desk: AnnotatorView, label: str) -> None:
    """An edit, with which the next part arrives; what is selected stays."""
    desk.press(label)
    expect(desk.state).to_have_attribute("data-state", "saved")


def test_what_is_read_arrives_and_nothing_moves_under_the_hand(visit: Visit) -> None:
    desk = visit("partly")
    progress(desk).to_have_text("Suggestions for 1 of 4 sentences; the rest is being read")
    sections = desk.page.get_by_test_id("section")
    expect(sections.last.locator(".left")).to_have_text("…")
    desk.text.focus()
    desk.press("Tab")
    selected = desk.page.locator("[data-testid=bar].on")
    expect(selected).to_have_count(1)
    position = selected.bounding_box()
    assert position is not None
    decide(desk, "2")
    progress(desk).to_have_text("Suggestions for 2 of 4 sentences; the rest is being read")
    assert selected.bounding_box() == position
    expect(desk.text).to_be_focused()

    sections.nth(18).click()  # in the part that comes next
    expect(desk.page.get_by_test_id("stText")).to_contain_text('"offset": ')
    before = desk.text.evaluate(STAYS)
    decide(desk, "3")
    progress(desk).to_have_text("Suggestions for 3 of 4 sentences; the rest is being read")
    assert abs(desk.page.evaluate(TOP) - before) < 1.5


def test_submitting_before_all_is_read_asks_once(visit: Visit) -> None:
    desk = visit("partly")
    question = desk.page.get_by_test_id("reading-question")
    desk.text.focus()
    desk.press("Control+Enter")
    expect(question).to_contain_text("3 of 4 sentences have no suggestions yet")
    desk.press("Escape")
    expect(question).to_be_hidden()
    expect(desk.text).to_be_focused()
    expect(desk.state).to_have_text("no changes yet")
    desk.press("Control+Enter")
    expect(desk.page.get_by_test_id("reading-yes")).to_be_focused()
    desk.press("Enter")
    expect(desk.text).to_have_text("Ada Lovelace lived in London.")


def test_outline_minimap_and_least_sure_go_where_something_is_left(visit: Visit) -> None:
    desk = visit("partly")
    sections = desk.page.get_by_test_id("section")
    title = sections.nth(5).locator(".title").inner_text()
    sections.nth(5).click()
    begins_with(desk, title)
    expect(desk.text).to_be_focused()

    scores = desk.bars.evaluate_all("bars => bars.map(bar => bar.dataset.id)")
    assert scores
    desk.press("Shift+u")
    last = desk.page.locator("[data-testid=bar].on").first.get_attribute("data-id")
    desk.press("Shift+u")
    second = desk.page.locator("[data-testid=bar].on").first.get_attribute("data-id")
    assert last is not None
    assert second is not None
    assert int(second[1:]) == int(last[1:]) - 1

    box = desk.page.get_by_test_id("minimap").bounding_box()
    assert box is not None
    desk.page.mouse.click(box["x"] + 6, box["y"] + box["height"] - 3)
    desk.page.wait_for_function("() => window.root.scrollTop > window.root.scrollHeight / 2")
    desk.page.get_by_test_id("outline-toggle").click()
    expect(desk.page.get_by_test_id("outline")).to_be_hidden()


def test_no_paragraph_with_bars_is_skipped_by_the_browser_even_below_the_window(
    visit: Visit,
) -> None:
    """Words that are skipped may have no boxes: now and then a span then had no bar."""
    desk = visit("around", around="yes")
    expect(desk.bar("m0")).to_have_count(1)
    assert desk.text.evaluate(NOT_SKIPPED) == {"with bars": ["visible"], "without": []}
    desk = visit("far")
    expect(desk.bar("m0")).to_have_count(1)
    assert desk.text.evaluate(NOT_SKIPPED)["with bars"] == ["visible"]
    assert "auto" in desk.text.evaluate(NOT_SKIPPED)["without"]
