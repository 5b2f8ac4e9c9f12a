"""The pages in a real browser: links, the table's buttons, keys, hostile names, no model."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import func, select

from storage.models import Document, Label
from tests.browser.app_kit import AnnotatePage, Site, go_to, open_tab
from tests.waiting import until

pytestmark = pytest.mark.xdist_group("browser-site")

HOSTILE = "<img src=x onerror=alert(1)> **bold** ![a](http://example.org/a.png)"
PLAIN = HOSTILE.replace("http://", "http://\u2060")
"""As it is shown: an address that is no link."""
HOSTILE_LABEL = "<b onclick=alert(1)>X</b>"


def has_label(site: Site, name: str) -> bool:
    with site.sessions() as session:
        return session.scalar(select(Label.id).where(Label.name == name)) is not None


@pytest.fixture
def desk(tab: Page) -> AnnotatePage:
    return AnnotatePage(tab)


def test_the_first_visit_of_a_fresh_server_may_be_a_link_to_a_document(
    tab: Page, site: Site, desk: AnnotatePage
) -> None:
    desk.open(site.url, 2)

    desk.shows("02-a-life-in-bridges")
    navigation = tab.get_by_test_id("stTopNavLinkContainer")
    expect(navigation).to_contain_text(["Documents", "Annotate", "Denoise", "Train", "Export"])


def test_without_a_model_the_page_says_so_and_a_span_is_saved(
    tab: Page, site: Site, desk: AnnotatePage
) -> None:
    desk.open(site.url, 2)
    expect(tab.get_by_text(re.compile("is not a model folder"))).to_be_visible()
    expect(tab.get_by_test_id("notice")).to_contain_text("No model has processed")

    desk.drag("Helena Prawdzic")
    desk.press("1")
    desk.is_saved()

    (span,) = site.stored(2)
    assert (span.label, span.status, span.source) == ("PER", "accepted", "person")


def test_a_click_on_its_name_opens_a_document(tab: Page, site: Site, desk: AnnotatePage) -> None:
    tab.goto(site.url)
    table = tab.get_by_test_id("stDataFrame").first
    expect(table.locator("[role=gridcell]").first).to_be_attached()

    box = table.bounding_box()
    assert box is not None
    tab.mouse.click(box["x"] + 90, box["y"] + 38 * 3 + 19)

    desk.shows("03-council-minutes")


def test_control_and_arrows_go_through_the_documents_and_the_address_follows(
    tab: Page, site: Site, desk: AnnotatePage
) -> None:
    desk.open(site.url, 5)
    desk.shows("05-marathon-morning")
    desk.text.focus()

    desk.press("Control+ArrowRight")
    desk.shows("06-kettle-review")
    expect(tab).to_have_url(re.compile(r"document=6"))
    tab.reload()
    desk.shows("06-kettle-review")
    desk.text.focus()
    desk.press("Control+ArrowLeft")
    desk.shows("05-marathon-morning")


def test_moving_between_pages_keeps_the_document(tab: Page, site: Site, desk: AnnotatePage) -> None:
    desk.open(site.url, 7)
    desk.shows("07-court-notice")

    go_to(tab, "Documents")
    expect(tab).not_to_have_url(re.compile("document="))
    go_to(tab, "Annotate")

    desk.shows("07-court-notice")


def test_hostile_names_and_labels_are_shown_and_never_run(page: Page, site: Site) -> None:
    alerts: list[str] = []
    asked: list[str] = []
    page.on("dialog", lambda dialog: (alerts.append(dialog.message), dialog.dismiss()))
    page.on("request", lambda request: asked.append(request.url))
    page.goto(site.url)
    open_tab(page, "Add documents")
    page.get_by_label("Name", exact=True).first.fill(HOSTILE)
    page.get_by_role("textbox", name="Text", exact=True).fill("A text about nothing at all.")
    page.get_by_role("button", name="Add text").click()
    expect(page.get_by_text(f"{PLAIN} added.")).to_be_visible()
    open_tab(page, "Labels")
    page.get_by_placeholder("EVENT", exact=True).fill(HOSTILE_LABEL)
    page.get_by_role("button", name="Add label").click()
    until(lambda: has_label(site, HOSTILE_LABEL))
    with site.sessions() as session:
        added = session.scalars(select(func.max(Document.id))).one()
    AnnotatePage(page).open(site.url, added)

    expect(page.get_by_role("heading", name="<img src=x onerror=alert(1)>")).to_be_visible()
    expect(page.locator("[data-testid=label] span").last).to_have_text(HOSTILE_LABEL)
    assert alerts == []
    assert not [url for url in asked if "example.org" in url]
