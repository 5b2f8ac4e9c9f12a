"""The span annotator on many spans at once: identical words, confidence, the model's hints."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.desk import AnnotatorView, Visit

pytestmark = pytest.mark.xdist_group("browser-demos")


def statuses(desk: AnnotatorView) -> dict[str, str]:
    return {name: span["status"] for name, span in desk.saved()["spans"].items()}


def test_identical_words_are_labelled_after_a_look_in_one_step(visit: Visit) -> None:
    desk = visit("repeated")
    desk.point("Olena")
    desk.press("i")
    proposal = desk.page.get_by_test_id("proposal")
    expect(proposal).to_have_text("Label 4 more occurrences of “Olena” as PER?")
    expect(desk.page.get_by_test_id("echo")).to_have_count(4)
    assert desk.server()["log"] == [], "a look changes nothing"
    desk.press("Enter")
    assert desk.drawn() == ["Olena"] * 4
    assert set(statuses(desk).values()) == {"accepted"}
    desk.press("Control+z")
    assert statuses(desk) == {"m0": "suggested"}


def test_a_proposal_is_dropped_by_escape(visit: Visit) -> None:
    desk = visit("repeated")
    desk.bar("m0").click()
    desk.press("i", "Escape", "Enter")
    expect(desk.page.get_by_test_id("echo")).to_have_count(0)
    expect(desk.state).to_have_text("no changes yet")


def test_what_was_refused_or_decided_elsewhere_is_not_labelled(visit: Visit) -> None:
    desk = visit("repeated")
    desk.bar("m0").click()
    desk.press("x")
    desk.drag("Ada met Olena"[8:])
    desk.press("2", "i")
    expect(desk.page.get_by_test_id("proposal")).to_contain_text("4 more")
    desk.press("Enter", "Escape")
    desk.point("Olena")
    desk.press("1", "i")
    expect(desk.page.get_by_test_id("flash")).to_contain_text("no other “Olena” to label as PER")


def test_all_above_a_confidence_are_accepted_and_the_rest_rejected(visit: Visit) -> None:
    desk = visit("nested")
    desk.text.focus()
    desk.press("t")
    slider = desk.page.get_by_test_id("above")
    expect(slider).to_be_focused()
    slider.fill("90")
    expect(desk.page.get_by_test_id("accept-above")).to_have_text("Accept 2")
    opacity = "bar => Number(getComputedStyle(bar).opacity)"
    assert desk.bar("m3").evaluate(opacity) == 1
    assert desk.bar("m2").evaluate(opacity) < 0.5
    desk.press("Enter")
    assert statuses(desk) == {
        "m0": "accepted",
        "m1": "suggested",
        "m2": "suggested",
        "m3": "accepted",
    }
    desk.page.get_by_test_id("reject-rest").click()
    expect(desk.page.get_by_test_id("review")).to_be_hidden()
    assert desk.saved()["log"] == ["accept_all", "reject_all"]
    desk.press("Control+z", "Control+z")
    assert set(statuses(desk).values()) == {"suggested"}


def test_hints_are_faint_on_demand_and_become_spans_by_a_click_or_a_key(visit: Visit) -> None:
    desk = visit("radar")
    hints = desk.page.get_by_test_id("hint")
    expect(desk.page.get_by_test_id("hints")).to_have_text("Hints (1)")
    expect(hints).to_have_count(0)
    desk.text.focus()
    desk.press("m")
    expect(hints).to_have_count(1)
    desk.point("Monday")
    expect(desk.page.get_by_test_id("tip")).to_have_text("MISC · hint · 41%")
    desk.click("Monday")
    expect(hints).to_have_count(0)
    assert (desk.drawn(), desk.saved()["log"]) == (["Monday"], ["add"])
    desk.press("Control+z")
    expect(hints).to_have_count(1)
    desk.page.mouse.move(5, 5)
    desk.press(*["Tab"] * 5, "a")
    assert desk.drawn() == ["Monday"]


def test_without_hints_there_is_no_button_for_them(visit: Visit) -> None:
    desk = visit("nested")
    expect(desk.page.get_by_test_id("hints")).to_be_hidden()
    expect(desk.page.get_by_test_id("suggest")).to_be_hidden()


def test_a_refusal_stays_on_the_page_until_the_person_goes_on(visit: Visit) -> None:
    desk = visit("refusing")
    desk.drag("Monday")
    desk.press("3")
    message = desk.page.get_by_test_id("error")
    expect(message).to_contain_text("closed for new spans")
    desk.saved()
    expect(message).to_contain_text("closed for new spans")
    desk.bar("m0").click()
    desk.press("a")
    desk.saved()
    expect(message).to_be_hidden()


def test_a_key_that_is_held_down_decides_once(visit: Visit) -> None:
    desk = visit("nested")
    desk.bar("m0").click()
    for _ in range(4):  # without a key up between them, the browser repeats
        desk.page.keyboard.down("x")
    desk.page.keyboard.up("x")
    statuses = [span["status"] for span in desk.saved()["spans"].values()]
    assert statuses.count("rejected") == 1


def test_keys_do_not_change_what_the_help_hides(visit: Visit) -> None:
    desk = visit("nested")
    desk.bar("m0").click()
    desk.press("h", "x")
    expect(desk.page.get_by_test_id("help-sheet")).to_be_visible()
    desk.press("h")
    expect(desk.bar("m0")).to_have_attribute("data-status", "suggested")
