"""Links into the app: every page is found at once, and its primary buttons can be read."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.accounts_kit import SERVER
from tests.browser.app_kit import SETTLED, without_model
from tests.browser.conftest import PATIENCE
from tests.browser.servers import Serve, Served

PAGES = ("train", "export", "documents")


@pytest.fixture(scope="module")
def server(serve: Serve, tmp_path_factory: pytest.TempPathFactory) -> Served:
    return serve(SERVER, env=without_model(tmp_path_factory.mktemp("links"), "Anna"))


def test_a_link_to_a_page_asks_for_nothing_that_is_not_there(page: Page, server: Served) -> None:
    missing: list[str] = []
    page.on("response", lambda got: missing.append(got.url) if got.status >= 400 else None)

    for name in PAGES:
        page.goto(f"{server}/{name}?project=1")
        expect(page.get_by_role("heading", name=name.capitalize())).to_be_visible()
        page.wait_for_function(SETTLED)
        expect(page.get_by_text("Page not found")).to_be_hidden()
    page.get_by_role("link", name="Documents").click()
    expect(page.get_by_text("0 of 38 documents submitted")).to_be_visible()

    assert not missing


def test_an_address_that_is_no_page_says_so_and_leads_home(page: Page, server: Served) -> None:
    page.goto(f"{server}/labels")
    expect(page.get_by_role("heading", name="There is no such page")).to_be_visible()
    page.get_by_role("link", name="Go to Documents").click()
    expect(page.get_by_role("heading", name="Documents")).to_be_visible()


def test_primary_buttons_can_be_read_in_the_dark_also_in_dialogs(
    browser: Browser, server: Served
) -> None:
    page = browser.new_page(color_scheme="dark")
    page.set_default_timeout(PATIENCE)
    page.goto(str(server))
    page.get_by_role("button", name="New project").click()

    for name in ("Continue annotating", "Create project"):
        button = page.locator("button", has_text=name)
        expect(button).to_have_css("color", "rgb(20, 22, 28)")
        expect(button).to_have_css("background-color", "rgb(112, 136, 212)")
    page.close()
