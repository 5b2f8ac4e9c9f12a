"""The span annotator in a real browser, before a server that is a dictionary."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, Request, expect

from tests.browser.conftest import visiting
from tests.browser.desk import Visit
from tests.browser.servers import Served

pytestmark = pytest.mark.xdist_group("browser-demos")


def test_a_drag_and_a_key_add_a_span_in_code_points_in_any_script(visit: Visit) -> None:
    desk = visit("scripts")
    for words in ("NASA", "בוורשה", "大学の", "Примаченко"):
        desk.drag(words)
        expect(desk.page.get_by_test_id("candidate")).to_have_count(1)
        desk.press("2")
    server = desk.saved()
    added = [span for span in server["spans"].values() if span["source"] == "person"]
    assert all((span["label"], span["status"]) == ("ORG", "accepted") for span in added)
    covered = [server["text"][span["start"] : span["end"]] for span in added]
    assert covered == ["NASA", "בוורשה", "大学の", "Примаченко"]


def test_a_drag_from_the_middle_of_a_word_takes_whole_words(visit: Visit) -> None:
    desk = visit("empty")
    desk.drag("lena Koval")
    desk.press("1")
    server = desk.saved()
    (span,) = server["spans"].values()
    assert server["text"][span["start"] : span["end"]] == "Olena Kovalenko"


def test_nested_spans_are_drawn_apart(visit: Visit) -> None:
    desk = visit("nested")
    expect(desk.bars).to_have_count(4)
    boxes = [desk.bars.nth(n).bounding_box() for n in range(4)]
    assert all(box is not None for box in boxes)
    drawn = [box for box in boxes if box is not None]
    for n, item in enumerate(drawn):
        for other in drawn[n + 1 :]:
            apart = (
                item["x"] + item["width"] <= other["x"]
                or other["x"] + other["width"] <= item["x"]
                or item["y"] + item["height"] <= other["y"]
                or other["y"] + other["height"] <= item["y"]
            )
            assert apart, (item, other)


def test_repeated_clicks_walk_outwards_through_nested_spans(visit: Visit) -> None:
    desk = visit("nested")
    for expected in ("m1", "m2", "m3", "m1"):
        desk.click("York")
        expect(desk.page.locator("[data-testid=bar].on")).to_have_attribute("data-id", expected)


def test_a_double_click_chooses_a_word(visit: Visit) -> None:
    desk = visit("empty")
    box = desk.box_of("Olena")
    desk.page.mouse.dblclick(box["left"] + 5, box["y"])
    desk.press("1")
    server = desk.saved()
    (span,) = server["spans"].values()
    assert server["text"][span["start"] : span["end"]] == "Olena"


def test_keys_accept_reject_and_relabel(visit: Visit) -> None:
    desk = visit("nested")
    desk.text.focus()
    desk.press("Tab", "a")
    desk.bar("m1").click()
    desk.press("x")
    desk.bar("m3").click()
    desk.press("4")
    spans = desk.saved()["spans"]
    assert [spans[f"m{n}"]["status"] for n in range(4)] == [
        "accepted",
        "rejected",
        "suggested",
        "accepted",
    ]
    assert spans["m3"]["label"] == "MISC"
    expect(desk.bar("m1")).to_have_count(0)


def test_accepting_goes_on_to_the_next_suggestion(visit: Visit) -> None:
    desk = visit("nested")
    desk.text.focus()
    desk.press("Tab", "a", "a", "a", "a")
    spans = desk.saved()["spans"]
    assert {span["status"] for span in spans.values()} == {"accepted"}


def test_delete_removes_what_a_person_added(visit: Visit) -> None:
    desk = visit("empty")
    desk.drag("Olena Kovalenko")
    desk.press("1", "Delete")
    assert desk.saved()["spans"] == {}


def test_undo_and_redo_walk_back_and_forth_over_every_kind_of_edit(visit: Visit) -> None:
    desk = visit("nested")
    before = desk.server()["spans"]
    desk.bar("m0").click()
    desk.press("a")
    desk.bar("m1").click()
    desk.press("x")
    desk.bar("m2").click()
    desk.press("4", "]")
    desk.drag("Monday")
    desk.press("3")
    after = desk.saved()["spans"]
    desk.press(*["Control+z"] * 5)
    expect(desk.page.get_by_test_id("undo")).to_be_disabled()
    assert desk.saved()["spans"] == before
    desk.press(*["Control+Shift+z"] * 5)
    expect(desk.page.get_by_test_id("redo")).to_be_disabled()
    server = desk.saved()
    assert server["spans"] == after
    assert server["bases"] == sorted(server["bases"]), "each names the version that was looked at"


def test_brackets_move_the_boundaries_by_words(visit: Visit) -> None:
    desk = visit("nested")
    desk.bar("m0").click()

    def covered() -> str:
        server = desk.saved()
        span = server["spans"]["m0"]
        words: str = server["text"][span["start"] : span["end"]]
        return words

    desk.press("]")
    assert covered() == "Olena Kovalenko visited"
    desk.press("[", "{")
    assert covered() == "President Olena Kovalenko"
    desk.press("}", "}")
    assert covered() == "Kovalenko"
    desk.press("}", "[")
    assert covered() == "Kovalenko", "a span keeps at least one word"


def test_a_boundary_is_dragged_by_its_handle(visit: Visit) -> None:
    desk = visit("nested")
    desk.bar("m0").click()
    handle = desk.page.locator("[data-testid=handle][data-edge=end]").bounding_box()
    target = desk.box_of("visited")
    assert handle is not None
    mouse = desk.page.mouse
    mouse.move(handle["x"] + 4, target["y"])
    mouse.down()
    mouse.move(target["left"] + 20, target["y"], steps=4)
    mouse.up()
    server = desk.saved()
    span = server["spans"]["m0"]
    assert server["text"][span["start"] : span["end"]] == "Olena Kovalenko visited"


def test_a_span_is_made_with_the_keyboard_alone(visit: Visit) -> None:
    desk = visit("empty")
    desk.text.focus()
    desk.press("ArrowRight", "ArrowRight", "Shift+ArrowRight", "1")
    server = desk.saved()
    (span,) = server["spans"].values()
    assert server["text"][span["start"] : span["end"]] == "Olena Kovalenko"


def test_a_label_kept_ready_is_applied_to_each_drag(visit: Visit) -> None:
    desk = visit("empty")
    desk.page.locator("[data-testid=label][data-label=LOC]").click()
    desk.drag("New York")
    desk.drag("Monday")
    assert [span["label"] for span in desk.saved()["spans"].values()] == ["LOC", "LOC"]


def test_everything_can_be_done_by_mouse(visit: Visit) -> None:
    desk = visit("nested")
    desk.bar("m3").click()
    expect(desk.popover).to_contain_text("ORG · suggested · 94%")
    desk.popover.get_by_test_id("accept").click()
    expect(desk.bar("m3")).to_have_attribute("data-status", "accepted")
    desk.bar("m1").click()
    desk.popover.get_by_test_id("reject").click()
    desk.bar("m2").click()
    desk.popover.locator("[data-label=MISC]").click()
    desk.page.get_by_test_id("undo").click()
    spans = desk.saved()["spans"]
    assert [spans[f"m{n}"]["status"] for n in (1, 2, 3)] == ["rejected", "suggested", "accepted"]


def test_a_rejected_span_can_be_shown_and_restored(visit: Visit) -> None:
    desk = visit("nested")
    desk.bar("m0").click()
    desk.press("x")
    desk.page.get_by_test_id("show-rejected").click()
    desk.bar("m0").click()
    desk.popover.get_by_test_id("restore").click()
    assert desk.saved()["spans"]["m0"]["status"] == "suggested"


def test_a_burst_of_thirty_edits_loses_none_and_keeps_their_order(visit: Visit) -> None:
    desk = visit("nested", delay=0.3)
    desk.bar("m0").click()
    expected = []
    for n in range(30):
        desk.press("14"[n % 2])
        expected.append("relabel")
    server = desk.saved()
    assert server["log"] == expected
    assert [seq for _, seq in server["applied"]] == list(range(1, 31))
    assert server["spans"]["m0"]["label"] == "MISC"


def test_saved_is_shown_only_after_the_server_acknowledged(visit: Visit) -> None:
    desk = visit("nested", delay=1.5)
    expect(desk.state).to_have_text("no changes yet")
    desk.bar("m0").click()
    desk.press("a")
    expect(desk.bar("m0")).to_have_attribute("data-status", "accepted", timeout=500)
    expect(desk.state).to_have_text("saving 1…")
    assert desk.server()["log"] == []
    assert desk.saved()["log"] == ["accept"]


def test_what_the_server_lost_is_sent_again_ever_more_seldom_and_the_page_says_so(
    clocked: Page, demos: Served
) -> None:
    sent: list[Request] = []

    def asked(request: Request) -> None:
        if "/edits/" in request.url:
            sent.append(request)

    def ticks_until(times: int) -> int:
        """Steps of 0.3 seconds on the page's clock until the edit was sent so often."""
        for tick in range(70):
            if len(sent) >= times:
                return tick
            clocked.clock.run_for(300)
        raise AssertionError(f"sent {len(sent)} times in 21 seconds")

    clocked.on("request", asked)
    clocked.clock.install()
    desk = visiting(clocked, demos)("nested", deaf=2)
    desk.bar("m0").click()
    clocked.clock.pause_at(clocked.evaluate("Date.now() + 1000"))
    message = desk.listen()
    desk.press("a")
    ticks_until(1)
    first, second = ticks_until(2), ticks_until(3)
    clocked.clock.resume()
    assert desk.saved()["log"] == ["accept"]
    assert "not saved – retrying; keep this page open" in message()
    assert second > 1.5 * first, "a server that is only slow gets room to answer"


def test_a_refused_operation_is_explained_and_its_effect_disappears(visit: Visit) -> None:
    desk = visit("refusing")
    desk.drag("Monday")
    desk.press("3")
    expect(desk.page.get_by_test_id("error")).to_have_text(re.compile("closed for new spans"))
    expect(desk.bars).to_have_count(4)
    assert len(desk.saved()["spans"]) == 4


def test_hostile_text_and_labels_are_shown_literally(visit_alone: Visit) -> None:
    alerts: list[str] = []
    desk = visit_alone("nasty")
    desk.page.on("dialog", lambda dialog: (alerts.append(dialog.message), dialog.dismiss()))
    nasty = "<img src=x onerror=alert(1)></span><script>alert(1)</script>&lt;b&gt;"
    expect(desk.text).to_contain_text(f"Beware of {nasty} here.")
    expect(desk.page.get_by_test_id("label").last).to_contain_text(nasty)
    desk.bar("m0").click()
    expect(desk.popover).to_contain_text(f"{nasty} · suggested · 50%")
    annotator = desk.page.get_by_test_id("span-annotator")
    assert annotator.locator("img, script").count() == 0
    assert "url(" not in annotator.evaluate("root => root.innerHTML.replaceAll('&', '')")
    assert alerts == []


def test_control_enter_accepts_submits_and_goes_to_the_next_document(visit: Visit) -> None:
    desk = visit("nested", delay=0.5)
    expect(desk.page.get_by_test_id("submit")).to_have_text("Accept 4 & submit")
    desk.text.focus()
    desk.press("Control+Enter")
    expect(desk.text).to_contain_text("Ada Lovelace")
    expect(desk.page.get_by_test_id("notice")).to_have_text(
        "The model found no entities here. Drag over words to add one."
    )
    expect(desk.page.get_by_test_id("submit")).to_have_text("Submit without entities")
    desk.expect_went("next")


def test_tab_goes_through_the_spans_and_then_leaves_the_text(visit: Visit) -> None:
    desk = visit("nested")
    desk.text.focus()
    for expected in ("m0", "m3", "m2", "m1"):
        desk.press("Tab")
        expect(desk.page.locator("[data-testid=bar].on")).to_have_attribute("data-id", expected)
    desk.press("Tab")
    expect(desk.text).not_to_be_focused()
    desk.text.focus()
    desk.press("Tab", "Escape", "Tab")
    expect(desk.text).not_to_be_focused()


def test_help_lists_the_keys_and_typing_elsewhere_edits_nothing(visit: Visit) -> None:
    desk = visit("nested")
    desk.text.focus()
    desk.press("h")
    expect(desk.page.get_by_test_id("help-sheet")).to_contain_text("Ctrl+Enter")
    desk.press("Escape")
    expect(desk.page.get_by_test_id("help-sheet")).to_be_hidden()
    desk.bar("m0").click()
    desk.page.get_by_label("Elsewhere").fill("")
    desk.page.get_by_label("Elsewhere").press_sequentially("axs1")
    assert desk.status("m0") == "suggested"
    expect(desk.state).to_have_text("no changes yet")


def test_d_asks_for_the_denoising_view(visit: Visit) -> None:
    desk = visit("nested")
    desk.text.focus()
    desk.press("d")
    desk.expect_went("denoise")


def test_a_long_document_scrolls_inside_and_draws_only_what_is_near(visit: Visit) -> None:
    desk = visit("long")
    expect(desk.bar("m0")).to_be_visible()
    heights = desk.text.evaluate("box => [box.clientHeight, box.scrollHeight]")
    assert heights[0] < 800 < heights[1]
    desk.text.evaluate("box => { box.scrollTop = box.scrollHeight; }")
    expect(desk.bar("m0")).not_to_be_in_viewport()
