"""The next document comes with the answer to a submission; the page around it follows."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from storage.repository import documents
from tests.browser.app_kit import AnnotatePage, Site
from tests.browser.held_kit import Socket, submit
from tests.browser.suggested_kit import suggested
from tests.waiting import until

pytestmark = pytest.mark.xdist_group("browser-site")


def opened(page: Page, site: Site, name: str) -> tuple[AnnotatePage, list[int]]:
    """The first of three documents of a project of its own."""
    project, ids = suggested(site.sessions, name, ["first", "second", "third"])
    desk = AnnotatePage(page)
    desk.open(site.url, ids[0], project)
    desk.text.focus()
    return desk, ids


def opened_and_held(page: Page, site: Site, name: str) -> tuple[Socket, AnnotatePage, list[int]]:
    """The same, and from now on the page cannot run."""
    socket = Socket(page)
    desk, ids = opened(page, site, name)
    socket.held = True
    return socket, desk, ids


def test_it_is_worked_on_before_the_page_has_run_and_nothing_of_it_is_drawn_anew_then(
    page: Page, site: Site
) -> None:
    socket, desk, ids = opened_and_held(page, site, "Ahead")

    submit(desk, "second")
    desk.is_saved()
    expect(page.get_by_role("heading", name="first")).to_be_visible()
    expect(page.get_by_test_id("counts")).to_have_text("4 to review · 0 accepted · 0 rejected")
    desk.text.locator(".txt").first.evaluate("node => { node.seen = true; }")
    desk.drag("wrote")
    desk.press("1")
    desk.is_saved()
    assert sorted(span.status for span in site.stored(ids[1])) == ["accepted"] + ["suggested"] * 4
    assert {span.status for span in site.stored(ids[0], submitted=True)} == {"accepted"}

    socket.release()
    desk.shows("second")
    expect(page).to_have_url(re.compile(f"document={ids[1]}"))
    assert desk.text.locator(".txt").first.evaluate("node => node.seen")
    desk.press("Control+z")
    desk.is_saved()
    assert len(site.stored(ids[1])) == 4, "what was done before is still undone after"


def test_several_are_done_while_the_page_cannot_run_and_back_leads_to_one_of_them(
    page: Page, site: Site
) -> None:
    socket, desk, ids = opened_and_held(page, site, "Several")
    submit(desk, "second")
    submit(desk, "third")
    desk.is_saved()
    for document in ids[:2]:
        assert len(site.stored(document, submitted=True)) == 4

    socket.release()
    desk.shows("third")
    page.go_back()  # to the second where a run of the page came between, else to the first
    expect(page.get_by_role("heading", name=re.compile("first|second"))).to_be_visible()
    expect(desk.state).to_have_text("saved")
    expect(page.get_by_role("button", name="Reopen to correct")).to_be_visible()
    page.go_forward()
    desk.shows("third")
    page.reload()
    desk.shows("third")


def test_what_the_page_is_told_while_its_socket_is_silent_it_is_told_again(
    page: Page, site: Site
) -> None:
    socket, desk, ids = opened_and_held(page, site, "Again")
    submit(desk, "second")
    socket.lose()

    socket.release()
    desk.shows("second")
    expect(page).to_have_url(re.compile(f"document={ids[1]}"))


def test_where_somebody_wants_to_go_meanwhile_they_go_from_there(page: Page, site: Site) -> None:
    socket, desk, _ = opened_and_held(page, site, "Further")
    submit(desk, "second")
    desk.press("Control+ArrowRight")
    socket.release()
    desk.shows("third")


def test_after_the_last_one_the_page_says_so(page: Page, site: Site) -> None:
    desk, _ = opened(page, site, "Last")
    submit(desk, "second")
    submit(desk, "third")
    desk.press("Control+Enter")
    expect(page.get_by_text("Every document is submitted or skipped.")).to_be_visible()
    desk.shows("third")


def test_edits_survive_a_server_that_dies_before_the_page_has_followed(
    page: Page, site: Site, site_of_bo: Site
) -> None:
    socket, desk, ids = opened_and_held(page, site_of_bo, "Killed")
    submit(desk, "second")
    desk.is_saved()
    site_of_bo.url.kill()
    desk.drag("wrote")
    desk.press("1")
    socket.held = False
    site_of_bo.url.start()
    desk.is_saved()
    desk.shows("second")
    assert sorted(span.status for span in site.stored(ids[1])) == ["accepted"] + ["suggested"] * 4


def test_who_closes_the_tab_leaves_the_next_document_to_whoever_comes(
    page: Page, site: Site
) -> None:
    desk, ids = opened(page, site, "Left")
    submit(desk, "second")
    desk.is_saved()
    desk.shows("second")
    assert holder(site, ids[1])

    page.goto("about:blank")

    until(lambda: holder(site, ids[1]) is None)


def holder(site: Site, document: int) -> str | None:
    with site.sessions() as session:
        return documents.get(session, document).claimed_by
