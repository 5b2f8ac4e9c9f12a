"""Uploads behind the gate: whoever may import sends files, and nobody else."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.browser.accounts_kit import sign_in
from tests.browser.app_kit import Site

pytestmark = pytest.mark.xdist_group("browser-accounts")

SENDS = """async ([address, token]) => {
    const body = new FormData();
    body.append("file", new Blob(["x"]), "x.txt");
    const answer = await fetch(address, {method: "PUT", body, headers: {"X-Xsrftoken": token}});
    return answer.status;
}"""
TOKEN = "document.cookie.split('; ').find(c => c.startsWith('_streamlit_xsrf=')).split('=')[1]"


def test_a_file_comes_in_through_the_uploader_and_through_nothing_else(
    tab: Page, browser: Browser, browser_context_args: dict[str, object], accounts_site: Site
) -> None:
    sent: list[str] = []

    def note(route: Route) -> None:
        sent.append(route.request.url)
        route.continue_()

    sign_in(tab, accounts_site.url, "Anna")
    tab.goto(f"{accounts_site.url}/documents?project=1")
    tab.get_by_role("tab", name="Add documents").click()
    tab.route("**/_stcore/upload_file/**", note)
    file = {"name": "a.txt", "mimeType": "text/plain", "buffer": b"Ada met Bo in Oslo."}
    tab.get_by_test_id("stFileUploaderDropzoneInput").first.set_input_files([file])
    expect(tab.get_by_role("button", name="Add files")).to_be_visible()
    tab.unroute_all()
    (address,) = sent

    with browser.new_context(**browser_context_args) as other:  # type: ignore[arg-type]
        bo = other.new_page()
        sign_in(bo, accounts_site.url, "Bo")
        expect(bo.get_by_test_id("stSidebarNav")).to_be_visible()
        assert bo.evaluate(SENDS, [address, bo.evaluate(TOKEN)]) == 403

    assert tab.evaluate(SENDS, [address, tab.evaluate(TOKEN)]) == 204
    tab.get_by_role("button", name="Add files").click()
    expect(tab.get_by_text("1 document added").first).to_be_visible()
    tab.get_by_test_id("stSidebarNav").get_by_role("link", name="Figures").click()
    expect(tab.get_by_role("heading", name="Figures")).to_be_visible()
    assert tab.evaluate(SENDS, [address, tab.evaluate(TOKEN)]) == 403
