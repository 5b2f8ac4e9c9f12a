"""Links into the app: every page is found at once, and its primary buttons can be read."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.app_kit import SETTLED, Site

pytestmark = pytest.mark.xdist_group("browser-site")

PAGES = ("train", "export", "documents")


def test_a_link_to_a_page_asks_for_nothing_that_is_not_there(page: Page, site: Site) -> None:
    missing: list[str] = []
    page.on("response", lambda got: missing.append(got.url) if got.status >= 400 else None)

    for name in PAGES:
        page.goto(f"{site.url}/{name}?project=1")
        expect(page.get_by_role("heading", name=name.capitalize())).to_be_visible()
        page.wait_for_function(SETTLED)
        expect(page.get_by_text("Page not found")).to_be_hidden()
    page.get_by_role("link", name="Documents").click()
    expect(page.get_by_text("documents submitted")).to_be_visible()

    assert not missing


def test_an_address_that_is_no_page_says_so_and_leads_home(page: Page, site: Site) -> None:
    page.goto(f"{site.url}/labels")
    expect(page.get_by_role("heading", name="There is no such page")).to_be_visible()
    page.get_by_role("link", name="Go to Documents").click()
    expect(page.get_by_role("heading", name="Documents")).to_be_visible()


def test_primary_buttons_can_be_read_in_the_dark_also_in_dialogs(page: Page, site: Site) -> None:
    page.emulate_media(color_scheme="dark")
    page.goto(site.url)
    page.get_by_role("button", name="New project").click()

    for name in ("Continue annotating", "Create project"):
        button = page.locator("button", has_text=name)
        expect(button).to_have_css("color", "rgb(20, 22, 28)")
        expect(button).to_have_css("background-color", "rgb(112, 136, 212)")
