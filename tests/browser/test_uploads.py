"""Uploads behind the gate: whoever may import sends files, and nobody else."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Browser, FilePayload, Page, expect

from tests.browser.accounts_kit import sign_in
from tests.browser.app_kit import Site, go_to, open_tab

pytestmark = pytest.mark.xdist_group("browser-accounts")

SENDS = """async ([address, token]) => {
    const body = new FormData();
    body.append("file", new Blob(["x"]), "x.txt");
    const answer = await fetch(address, {method: "PUT", body, headers: {"X-Xsrftoken": token}});
    return answer.status;
}"""
TOKEN = "document.cookie.split('; ').find(c => c.startsWith('_streamlit_xsrf=')).split('=')[1]"


def test_a_file_comes_in_through_the_uploader_and_through_nothing_else(
    tab: Page, browser: Browser, browser_context_args: dict[str, Any], accounts_site: Site
) -> None:
    sign_in(tab, accounts_site.url, "Anna")
    tab.goto(f"{accounts_site.url}/?project=1")
    open_tab(tab, "Add documents")
    file = FilePayload(name="a.txt", mimeType="text/plain", buffer=b"Ada met Bo in Oslo.")
    with tab.expect_request(lambda request: request.method == "PUT") as sent:
        tab.get_by_test_id("stFileUploaderDropzoneInput").first.set_input_files([file])
    expect(tab.get_by_test_id("stBaseButton-primary").filter(has_text="Add files")).to_be_visible()
    address = sent.value.url

    with browser.new_context(**browser_context_args) as other:
        bo = other.new_page()
        sign_in(bo, accounts_site.url, "Bo")
        assert bo.evaluate(SENDS, [address, bo.evaluate(TOKEN)]) == 403

    assert tab.evaluate(SENDS, [address, tab.evaluate(TOKEN)]) == 204
    tab.get_by_test_id("stBaseButton-primary").filter(has_text="Add files").click()
    expect(tab.get_by_text("1 document added").first).to_be_visible()
    go_to(tab, "Figures")
    assert tab.evaluate(SENDS, [address, tab.evaluate(TOKEN)]) == 403
