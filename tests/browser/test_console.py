"""No page makes the browser complain: nothing is refused, missing, or asked of anybody else."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import ConsoleMessage, Page, expect

from tests.browser.accounts_kit import sign_in
from tests.browser.app_kit import AnnotatePage, Site

pytestmark = pytest.mark.xdist_group("browser-accounts")

PAGES = "Annotate Denoise Playground Review Agreement Train Figures Export People Account"


def test_every_page_leaves_the_console_empty_and_asks_nothing_of_other_servers(
    page: Page, accounts_site: Site
) -> None:
    url = accounts_site.url
    output: list[str] = []
    asked: set[str] = set()

    def note(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            output.append(f"{page.url}: {message.text} ({message.location.get('url')})")

    page.on("console", note)
    page.on("pageerror", lambda error: output.append(f"{page.url}: {error}"))
    page.on("request", lambda request: asked.add(urlsplit(request.url).netloc))

    page.set_viewport_size({"width": 2200, "height": 900})  # every page's name is in the bar
    sign_in(page, url, "Anna")
    for name in PAGES.split():
        AnnotatePage(page).idle()
        page.get_by_test_id("stTopNavLink").filter(has_text=name).click()
        expect(page).to_have_url(re.compile(f"/{name.lower()}"))
    AnnotatePage(page).idle()

    icon = page.locator("link[rel~=icon]").first
    expect(icon).to_have_attribute("href", re.compile("^data:image/png;base64,"))
    assert output == []
    assert asked - {""} == {urlsplit(url).netloc}
