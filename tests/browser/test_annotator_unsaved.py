"""How edits are saved; what cannot be saved is kept and shown, and its person decides."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.desk import AnnotatorView, Visit

pytestmark = pytest.mark.xdist_group("browser-demos")

FULL = """() => {
    Storage.prototype.setItem = () => { throw new DOMException('full', 'QuotaExceededError'); };
}"""


def clients(server: dict[str, Any]) -> list[str]:
    return [client for client, _ in server["applied"]]


def accept(desk: AnnotatorView, words: str) -> None:
    desk.point(words)
    desk.press("a")


def become(desk: AnnotatorView, person: str) -> None:
    """Somebody else signs in where the page is open."""
    field = desk.page.get_by_label("Person")
    field.fill(person)
    field.press("Enter")


def let_go(desk: AnnotatorView) -> None:
    desk.page.on("dialog", lambda dialog: dialog.accept())


def test_edits_under_somebody_elses_number_get_one_of_their_own_and_go_on(visit: Visit) -> None:
    desk = visit("nested", wrong_owner=1)
    desk.drag("Monday")
    desk.press("3")
    desk.press("4")
    server = desk.saved()

    assert server["log"] == ["add", "relabel"]
    (client,) = set(clients(server))
    assert client not in server["others"]
    (added,) = (span for span in server["spans"].values() if span["source"] == "person")
    assert added["label"] == "MISC"
    assert added["id"].startswith(client), "the other person may have a span of the old name"
    accept(desk, "Kovalenko")
    assert desk.saved()["log"][-1] == "accept"


def test_somebody_elses_old_edits_do_not_block_the_present_persons(visit: Visit) -> None:
    desk = visit("nested", deaf=2)
    accept(desk, "Kovalenko")
    expect(desk.state).to_have_text("saving 1…")
    become(desk, "Bo")

    left = desk.page.get_by_test_id("unsaved-other")
    expect(left).to_contain_text("1 edit by Anna waiting to be saved")
    expect(desk.state).to_have_text("no changes yet")
    assert desk.status("m0") == "suggested", "what Anna did is not Bo's"
    desk.bar("m3").click()
    desk.press("x")
    assert "reject" in desk.saved()["log"]
    assert desk.server()["spans"]["m0"]["status"] == "suggested"

    become(desk, "Anna")
    expect(desk.bar("m0")).to_have_attribute("data-status", "accepted")
    expect(left).to_be_hidden()
    assert desk.saved()["spans"]["m0"]["status"] == "accepted"
    assert len(set(clients(desk.server()))) == 2


def test_what_somebody_else_left_outlives_a_reload_and_can_be_discarded_after_a_question(
    visit_alone: Visit,
) -> None:
    desk = visit_alone("nested", deaf=9)
    let_go(desk)
    accept(desk, "Kovalenko")
    become(desk, "Bo")
    left = desk.page.get_by_test_id("unsaved-other")
    expect(left).to_be_visible()
    desk.page.goto(desk.page.url + "&person=Bo")
    expect(left).to_contain_text("1 edit by Anna")

    left.get_by_test_id("discard-unsaved").click()
    expect(left.get_by_test_id("discard-unsaved")).to_have_text("Discard 1 edit permanently")
    left.get_by_test_id("discard-unsaved").click()
    expect(left).to_be_hidden()
    assert desk.page.evaluate("sessionStorage.length") == 0


def test_what_has_no_place_any_more_is_kept_shown_given_out_and_sent_again(
    visit_alone: Visit, tmp_path: Path
) -> None:
    desk = visit_alone("nested", gone=1)
    let_go(desk)
    accept(desk, "Kovalenko")
    personal = desk.page.get_by_test_id("unsaved-own")
    expect(personal).to_contain_text("1 edit could not be saved: there is no document 404")
    expect(desk.state).to_have_text("some edits are not saved: see above")
    desk.page.reload()
    expect(personal).to_contain_text("1 edit could not be saved")

    with desk.page.expect_download() as download:
        personal.get_by_test_id("download-unsaved").click()
    download.value.save_as(tmp_path / "edits.json")
    (edit,) = json.loads((tmp_path / "edits.json").read_text(encoding="utf-8"))
    assert (edit["op"], edit["id"], edit["person"]) == ("accept", "m0", "Anna")

    personal.get_by_test_id("retry-unsaved").click()
    expect(desk.bar("m0")).to_have_attribute("data-status", "accepted")
    assert desk.saved()["log"] == ["accept"]
    expect(personal).to_be_hidden()
    assert desk.page.evaluate("sessionStorage.length") == 0


def test_nobody_is_sent_on_while_an_edit_has_no_place(visit: Visit) -> None:
    desk = visit("nested", gone=1, delay=0.3)
    desk.text.focus()
    desk.press("Control+Enter")

    expect(desk.page.get_by_test_id("unsaved-own")).to_be_visible()
    assert desk.server()["went"] == []


def test_a_browser_that_keeps_nothing_is_told_of_and_edits_are_saved_all_the_same(
    visit: Visit,
) -> None:
    desk = visit("nested", delay=0.3)
    desk.page.evaluate(FULL)
    accept(desk, "Kovalenko")

    expect(desk.page.get_by_test_id("storage")).to_contain_text("cannot keep unsaved edits")
    assert desk.saved()["log"] == ["accept"]


def test_a_save_needs_no_run_of_the_page_and_shows_what_the_server_made_of_it(
    visit_alone: Visit, page: Page
) -> None:
    frames: list[str | bytes] = []
    page.on("websocket", lambda socket: socket.on("framesent", lambda frame: frames.append(frame)))
    desk = visit_alone("nested")
    desk.bar("m0").click()
    before = len(frames)
    desk.press("a", "4")
    assert desk.saved()["log"] == ["accept", "relabel"]
    desk.press("Control+z")
    assert desk.saved()["spans"]["m0"]["status"] == "accepted"
    expect(desk.bar("m0")).to_have_attribute("data-label", "PER")
    assert len(frames) == before
