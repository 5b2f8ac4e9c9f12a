"""The span annotator's document: its comment, why it is skipped, the model asked again, and
edits that outlive the page."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.desk import Visit

pytestmark = pytest.mark.xdist_group("browser-demos")


def test_a_comment_is_saved_and_typing_it_edits_nothing(visit: Visit) -> None:
    desk = visit("nested")
    desk.bar("m0").click()
    desk.press("/")
    field = desk.page.get_by_test_id("comment-field")
    expect(field).to_be_focused()
    field.press_sequentially("axs1 rc")
    desk.press("Escape")
    server = desk.saved()
    assert (server["comment"], set(server["log"])) == ("axs1 rc", {"comment"})
    assert server["spans"]["m0"]["status"] == "suggested"
    expect(desk.page.get_by_test_id("comment")).to_have_accessible_name("Comment (not empty)")


def test_a_comment_counts_as_unsaved_from_its_first_character_and_never_waits_long(
    visit: Visit,
) -> None:
    desk = visit("nested")
    desk.text.focus()
    desk.press("/")
    message = desk.listen()
    field = desk.page.get_by_test_id("comment-field")
    field.press("o")
    assert message() == ["saving 1…"], "long before it is sent"
    field.press_sequentially("f a person who never stops", delay=150)
    server = desk.saved()
    assert server["comment"] == "of a person who never stops"
    assert len(server["log"]) > 1, "it was not sent only when the typing ended"


def test_a_comment_and_a_reason_are_shown_when_the_document_is_opened(visit: Visit) -> None:
    desk = visit("commented")
    expect(desk.page.get_by_test_id("comment-field")).to_have_value("Who is she?")
    expect(desk.page.get_by_test_id("skipped")).to_have_text("Skipped: wrong language")


def test_what_was_just_typed_is_saved_before_the_next_document(visit: Visit) -> None:
    desk = visit("nested", delay=0.3)
    desk.text.focus()
    desk.press("/")
    desk.page.get_by_test_id("comment-field").press_sequentially("odd")
    desk.page.get_by_test_id("submit").click()
    expect(desk.text).to_contain_text("Ada Lovelace")
    expect(desk.page.get_by_test_id("comment-field")).to_be_hidden()
    desk.press("Control+ArrowLeft")
    assert desk.saved()["went"][0] == "next"


def test_a_document_is_skipped_with_a_reason_typed_chosen_or_none(visit: Visit) -> None:
    desk = visit("nested")
    desk.text.focus()
    desk.press("s")
    expect(desk.page.get_by_test_id("skip-reason")).to_be_focused()
    desk.press("Escape")
    expect(desk.page.get_by_test_id("skip-form")).to_be_hidden()
    expect(desk.text).to_be_focused()
    desk.press("s")
    desk.page.get_by_test_id("skip-preset").nth(1).click()
    expect(desk.text).to_contain_text("Ada Lovelace")
    desk.press("s", "Enter")
    desk.expect_went("next", "next")


def test_the_model_is_asked_again_once_everything_is_saved(visit: Visit) -> None:
    desk = visit("radar", delay=0.5)
    desk.point("Kovalenko")
    desk.press("a", "g")
    desk.expect_went("suggest")
    assert desk.saved()["log"] == ["accept"]


def test_unsent_edits_outlive_a_reload_of_the_tab(visit_alone: Visit) -> None:
    desk = visit_alone("nested", deaf=3)
    desk.page.on("dialog", lambda dialog: dialog.accept())
    desk.point("Kovalenko")
    desk.press("a")
    expect(desk.state).to_have_text("saving 1…")
    desk.press("/")
    desk.page.get_by_test_id("comment-field").press_sequentially("half a th")
    desk.page.reload()
    expect(desk.bar("m0")).to_have_attribute("data-status", "accepted")
    server = desk.saved()
    assert server["spans"]["m0"]["status"] == "accepted"
    assert server["comment"] == "half a th"
    assert len({client for client, _ in server["applied"]}) == 1, "the client they had"
    desk.point("Kovalenko")
    desk.press("x")
    clients = [client for client, _ in desk.saved()["applied"]]
    assert len(set(clients)) == 2, "what comes after a reload is numbered anew"
    assert desk.page.evaluate("sessionStorage.length") == 0


def test_a_held_out_document_without_any_entity_is_asked_about_once_and_control_enter_answers(
    visit: Visit,
) -> None:
    desk = visit("held_out")
    question = desk.page.get_by_test_id("empty-question")
    desk.text.focus()
    desk.press("Control+Enter")
    expect(question).to_contain_text("Submit without any entity?")
    expect(desk.page.get_by_test_id("empty-yes")).to_be_focused()
    desk.press("Escape")
    expect(question).to_be_hidden()
    expect(desk.text).to_be_focused()
    assert desk.server()["log"] == []

    desk.press("Control+Enter", "Control+Enter")
    expect(desk.text).to_contain_text("Ada Lovelace")
    desk.expect_went("next")


def test_the_question_is_answered_by_mouse_and_goes_where_an_entity_comes_back(
    visit: Visit,
) -> None:
    desk = visit("held_out")
    question = desk.page.get_by_test_id("empty-question")
    desk.drag("Olena Kovalenko")
    desk.press("1")
    desk.press("Delete")
    desk.page.get_by_test_id("submit").click()
    expect(question).to_be_visible()
    desk.press("Control+z")
    expect(question).to_be_hidden()
    expect(desk.page.get_by_test_id("counts")).to_contain_text("1 accepted")

    desk.press("Control+Shift+z")
    desk.page.get_by_test_id("submit").click()
    desk.page.get_by_test_id("empty-no").click()
    expect(question).to_be_hidden()
    desk.page.get_by_test_id("submit").click()
    desk.page.get_by_test_id("empty-yes").click()
    expect(desk.text).to_contain_text("Ada Lovelace")
    desk.expect_went("next")


def test_another_empty_document_is_submitted_without_a_question(visit: Visit) -> None:
    desk = visit("next")
    desk.text.focus()
    desk.press("Control+Enter")
    desk.saved()
    expect(desk.page.get_by_test_id("empty-question")).to_be_hidden()
    assert desk.server()["log"] == ["submit"]
