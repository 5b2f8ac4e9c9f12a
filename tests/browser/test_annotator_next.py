"""The next document in the annotator alone: its suggestions come after it, or not at all."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.desk import Visit
from tests.browser.held_kit import Socket, submit

pytestmark = pytest.mark.xdist_group("browser-demos")


def test_what_is_done_before_its_suggestions_are_there_is_done_beside_them(
    visit_alone: Visit, page: Page
) -> None:
    socket = Socket(page)
    desk = visit_alone("nested", ahead="awaited")
    desk.text.focus()
    socket.held = True
    submit(desk, "Ada met Olena")
    expect(desk.bars).to_have_count(0)
    desk.press("Control+Enter")
    question = page.get_by_test_id("reading-question")
    expect(question).to_have_text(re.compile("^No suggestions yet. Submit without them"))
    question.get_by_test_id("reading-no").click()
    desk.drag("laughed")
    desk.press("1")
    expect(desk.state).to_have_attribute("data-state", "saving")

    socket.release()
    expect(desk.bars).to_have_count(2)
    server = desk.saved()
    assert server["log"] == ["add"]
    assert server["bases"] == [0]
    assert server["case"] == "repeated"


def test_it_waits_for_suggestions_no_longer_than_a_moment(visit_alone: Visit, page: Page) -> None:
    socket = Socket(page)
    desk = visit_alone("nested", ahead="awaited")
    desk.text.focus()
    socket.held = True
    submit(desk, "Ada met Olena")
    desk.drag("laughed")
    desk.press("1")
    expect(desk.state).to_have_attribute("data-state", "saved")
    expect(desk.bars).to_have_count(2)
