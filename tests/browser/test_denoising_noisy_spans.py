"""The noisy spans of one entity in the denoising view."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, expect

from app.components.denoising import sentence_payload
from tests.app.traces import COLOURS, build_trace
from tests.browser.denoising_kit import position_of

pytestmark = pytest.mark.xdist_group("browser-demos")


def test_a_clicked_entity_tells_its_noisy_spans_its_steps_and_its_runners_up(
    view: Locator,
) -> None:
    entity = sentence_payload(build_trace(), 0, COLOURS)["entities"][3]
    view.press("End")
    expect(view.locator(".inspector")).to_be_hidden()
    view.locator("button.entity").nth(3).click()
    inspector = view.locator(".inspector")
    expect(inspector.locator(".title")).to_have_text("New York University Hospital ORG")
    expect(inspector.locator(".spans button")).to_have_text(
        [str(k + 1) for k in entity["collapsed"]]
    )
    expect(inspector.locator(".edges")).to_have_text(
        re.compile(r"Runner-up boundaries at step 5 · left: York \d+ % · right: 🏥 \d+ %")
    )
    rows = inspector.locator("table tr")
    expect(rows).to_have_count(6)
    last = rows.last.locator("td")
    expect(last.nth(2)).to_have_text("New York University Hospital")
    expect(last.nth(3)).to_have_text("ORG")
    expect(last.nth(7)).to_have_text(re.compile(r"^York \d+ %"))
    expect(view.page.get_by_text("chosen: 3 None")).to_be_visible()
    inspector.get_by_role("button", name="Close").click()
    expect(inspector).to_be_hidden()
    expect(view.page.get_by_text("chosen: None None")).to_be_visible()


def test_n_walks_through_the_noisy_spans_of_the_chosen_entity(view: Locator) -> None:
    collapsed = sentence_payload(build_trace(), 0, COLOURS)["entities"][3]["collapsed"]
    view.press("End")
    view.locator("button.entity").nth(3).press("Enter")
    title = view.locator(".title")
    for k in collapsed[:2]:
        view.press("n")
        expect(title).to_have_text(f"Noisy span {k + 1} ORG")
    view.press("Shift+N")
    expect(title).to_have_text(f"Noisy span {collapsed[0] + 1} ORG")
    expect(view.page.get_by_text(f"chosen: 3 {collapsed[0]}", exact=True)).to_be_visible()
    expect(view.locator(".spoken")).to_have_text(
        f"noisy span {collapsed[0] + 1} collapsed on New York University Hospital"
    )
    view.press("Escape")
    expect(view.locator(".inspector")).to_be_hidden()


def test_a_noisy_span_can_be_named_by_its_number(view: Locator) -> None:
    view.locator(".pick").fill("7")
    expect(view.locator(".title")).to_have_text(re.compile("^Noisy span 7 "))
    view.locator(".pick").fill("61")
    expect(view.locator(".inspector")).to_be_hidden()


def test_a_click_on_a_thin_bar_shows_its_trajectory(view: Locator) -> None:
    """On a bar a click finds it; above all bars it finds none."""
    payload = sentence_payload(build_trace(), 0, COLOURS)
    view.press("ArrowRight")
    stage = view.locator(".stage")
    hit = None
    for y in range(60, 160):
        stage.hover(position={"x": 300, "y": y})
        if "hits" in (stage.get_attribute("class") or ""):
            hit = y
            break
    assert hit is not None
    stage.click(position={"x": 300, "y": hit})
    expect(view.locator(".title")).to_have_text(re.compile(r"^Noisy span \d+"))
    k = int(view.locator(".pick").input_value()) - 1
    expect(view.locator(".title")).to_have_text(re.compile(f"^Noisy span {k + 1} "))
    first = view.locator("table tr").nth(1).locator("td")
    start, end = payload["frames"][0]["at"][k]
    shown = [float(number) for number in first.nth(1).inner_text().split(" – ")]
    assert shown == pytest.approx([start, end], abs=0.06)
    expect(view.locator("table tr.now td").first).to_have_text("1")
    stage.click(position={"x": 300, "y": 3})
    expect(view.locator(".inspector")).to_be_hidden()


def test_a_row_of_the_table_seeks_to_its_step(view: Locator) -> None:
    view.press("n")
    view.locator("table tr").nth(4).click()
    assert position_of(view) == 4
    expect(view.locator("table tr.now td").first).to_have_text("4")
