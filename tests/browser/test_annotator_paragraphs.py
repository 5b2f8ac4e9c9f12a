"""Paragraphs with blank lines between them: how they stand, and that no offset moves."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.annotator_cases import PARAGRAPHS
from tests.browser.denoising_kit import box_of
from tests.browser.desk import AnnotatorView, Visit

pytestmark = pytest.mark.xdist_group("browser-demos")

GAPS = """box => {
    const lines = [...box.querySelectorAll('.para:not(.blank)')]
        .map(line => line.getBoundingClientRect());
    return lines.slice(1).map((line, i) => line.top - lines[i].bottom);
}"""
BETWEEN_LINES = """box => {
    const lines = [...box.querySelectorAll('.para:not(.blank) .txt')].map(line => {
        const range = document.createRange();
        range.selectNodeContents(line);
        const rects = [...range.getClientRects()];
        return [rects[0].top, rects.at(-1).bottom];
    });
    return lines.slice(1).map(([top], i) => top - lines[i][1]);
}"""
COPIED = """box => {
    const clipboardData = new DataTransfer();
    box.dispatchEvent(new ClipboardEvent('copy', { clipboardData, bubbles: true }));
    return clipboardData.getData('text/plain');
}"""


def drag_between(desk: AnnotatorView, first: str, last: str) -> None:
    """Drags from the start of some words to the end of others."""
    start, end = desk.box_of(first), desk.box_of(last)
    mouse = desk.page.mouse
    mouse.move(start["left"] + 2, start["y"])
    mouse.down()
    mouse.move(end["right"] - 2, end["y"], steps=6)
    mouse.up()


def test_blank_lines_part_paragraphs_by_half_a_line_however_many_there_are(visit: Visit) -> None:
    desk = visit("paragraphs")
    single, several, none = desk.text.evaluate(GAPS)
    assert single == several == pytest.approx(14.4, abs=1), "half of a line of 28 pixels"
    assert none == 0, "a line that follows at once"


def test_paragraphs_are_equally_far_apart_whose_last_lines_have_no_bars(visit: Visit) -> None:
    desk = visit("ends_plain")
    expect(desk.bars).to_have_count(4)
    after_nested, after_none = desk.text.evaluate(BETWEEN_LINES)
    assert after_nested == pytest.approx(after_none, abs=1)


def test_a_span_over_blank_lines_is_copied_and_saved_with_all_of_them(visit: Visit) -> None:
    desk = visit("paragraphs")
    between = PARAGRAPHS[PARAGRAPHS.index("stayed") : PARAGRAPHS.index(" wrote")]
    before = desk.text.evaluate(GAPS)
    drag_between(desk, "stayed", "She")
    assert desk.text.evaluate(COPIED) == between
    desk.press("1")
    expect(desk.page.locator("[data-testid=bar][data-label=PER]").last).to_be_visible()
    assert desk.drawn() == [between]
    assert desk.text.evaluate(GAPS) == before, "the span takes no room on blank lines"


def test_a_word_after_blank_lines_is_chosen_at_its_own_offsets(visit: Visit) -> None:
    desk = visit("paragraphs")
    desk.drag("Oslo")
    desk.press("3")
    assert desk.drawn() == ["Oslo"]


def test_the_toolbar_leaves_the_next_line_free_across_a_blank_line(visit: Visit) -> None:
    desk = visit("paragraphs")
    desk.bar("m0").click()
    toolbar = box_of(desk.popover)
    assert toolbar["y"] > desk.box_of("Ada Lovelace stayed")["y"] + 9
