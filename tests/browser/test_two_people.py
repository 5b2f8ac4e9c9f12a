"""Two people on one document, each at a server of their own; and a server that dies meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Response, expect

from app.services.annotation.batch import MAX_OPERATIONS
from storage.repository import operations
from tests.browser.app_kit import AnnotatePage, Site
from tests.browser.conftest import PATIENCE
from tests.browser.servers import Served

pytestmark = pytest.mark.xdist_group("browser-site")

CHANGES = "**/edits/*/changes/*"
Opened = Callable[[int], tuple[AnnotatePage, AnnotatePage, int]]


@pytest.fixture(scope="module")
def samples(site: Site) -> tuple[int, Mapping[int, int]]:
    """A project of these tests, and its samples' ids by number."""
    return site.own_samples("Two people")


@pytest.fixture(scope="module")
def page_of_bo(browser: Browser, browser_context_args: dict[str, Any]) -> Iterator[Page]:
    """In a window of its own: a tab behind another one is hardly drawn. It is not told what Anna
    does until it asks."""
    context = browser.new_context(**browser_context_args)
    context.set_default_timeout(PATIENCE)
    context.route(CHANGES, lambda route: route.abort())
    yield context.new_page()
    context.close()


@pytest.fixture
def opened(
    tab: Page,
    page_of_bo: Page,
    site: Site,
    site_of_bo: Site,
    samples: tuple[int, Mapping[int, int]],
) -> Opened:
    """Opens a sample for Anna and for Bo, at the server of each: their pages, and its id."""
    anna, bo = AnnotatePage(tab), AnnotatePage(page_of_bo)
    project, ids = samples

    def open_for_both(number: int) -> tuple[AnnotatePage, AnnotatePage, int]:
        for desk, url in ((anna, site.url), (bo, site_of_bo.url)):
            desk.open(url, ids[number], project)
        return anna, bo, ids[number]

    return open_for_both


@pytest.fixture
def mortal(site_of_bo: Site) -> Iterator[Served]:
    """Bo's server, which the other tests need alive."""
    yield site_of_bo.url
    if site_of_bo.url.process.poll() is not None:
        site_of_bo.url.start()


def add(desk: AnnotatePage, words: str, key: str) -> None:
    desk.text.focus()
    desk.press("Escape")
    desk.drag(words)
    desk.press(key)
    desk.is_saved()


def select(desk: AnnotatePage, label: str) -> None:
    desk.page.locator(f"[data-testid=bar][data-label={label}]").first.click()


def test_what_does_not_conflict_is_merged_and_announced(opened: Opened, site: Site) -> None:
    anna, bo, document = opened(2)
    add(anna, "Helena Prawdzic", "1")
    add(bo, "Warsaw", "3")

    expect(bo.page.get_by_test_id("flash")).to_have_text("Anna changed 1 entity")
    expect(bo.page.get_by_test_id("changed").first).to_be_visible()
    expect(bo.bars).to_have_count(2)
    assert site.labels(document) == ["LOC", "PER"]
    expect(bo.page.get_by_test_id("conflicts")).to_be_hidden()


def test_what_somebody_else_does_comes_by_itself_to_a_tab_that_is_seen(opened: Opened) -> None:
    anna, bo, _ = opened(35)
    bo.page.route(CHANGES, lambda route: route.continue_())
    bo.page.reload()
    bo.ready()
    add(anna, anna.text.locator(".txt").first.inner_text().split()[0], "1")
    expect(bo.bars).to_have_count(1)
    expect(bo.page.get_by_test_id("flash")).to_have_text("Anna changed 1 entity")

    set_visible(bo.page, False)
    anna.press("Control+z")
    anna.is_saved()
    with bo.page.expect_request(CHANGES):
        set_visible(bo.page, True)
    expect(bo.bars).to_have_count(0)
    bo.page.unroute(CHANGES)


def set_visible(page: Page, visible: bool) -> None:
    """Has the page believe that its tab is in front, or that it is not."""
    page.evaluate(
        """(hidden) => {
            Object.defineProperty(document, 'hidden', { value: hidden, configurable: true });
            document.dispatchEvent(new Event('visibilitychange'));
        }""",
        not visible,
    )


def test_the_second_to_save_sees_both_versions_and_decides_even_after_a_reload(
    opened: Opened, site: Site
) -> None:
    anna, bo, document = opened(3)
    add(anna, "Lincolnshire County Council", "1")
    bo.page.reload()
    bo.ready()
    select(anna, "PER")
    select(bo, "PER")
    anna.press("2")
    anna.is_saved()
    bo.press("3")

    conflict = bo.page.get_by_test_id("conflict")
    expect(conflict.get_by_test_id("theirs")).to_contain_text("Anna")
    expect(conflict.get_by_test_id("theirs")).to_contain_text("ORG")
    expect(conflict.get_by_test_id("mine")).to_contain_text("LOC")
    assert site.labels(document) == ["ORG"], "nothing was overwritten"
    bo.page.reload()
    bo.ready()
    bo.text.focus()
    bo.press("Control+Enter")
    expect(bo.page.get_by_test_id("error")).to_contain_text("resolve the conflicts")
    conflict.get_by_test_id("keep-both").click()
    expect(bo.page.get_by_test_id("conflicts")).to_be_hidden()
    bo.is_saved()
    assert site.labels(document) == ["LOC", "ORG"]
    bo.press("Control+z")
    bo.is_saved()
    assert site.labels(document) == ["ORG"], "the decision can be undone"


def test_taking_ones_own_version_or_keeping_theirs(opened: Opened, site: Site) -> None:
    anna, bo, document = opened(5)
    add(anna, "Nairobi", "3")
    bo.page.reload()
    bo.ready()
    for choice, expected in (("keep-theirs", "ORG"), ("take-mine", "PER")):
        select(anna, anna.bars.first.get_attribute("data-label") or "")
        select(bo, bo.bars.first.get_attribute("data-label") or "")
        anna.press("2" if choice == "keep-theirs" else "4")
        anna.is_saved()
        bo.press("1")
        bo.page.get_by_test_id(choice).click()
        expect(bo.page.get_by_test_id("conflicts")).to_be_hidden()
        bo.is_saved()
        assert site.labels(document) == [expected]
        if choice == "keep-theirs":
            anna.page.reload()
            anna.ready()


def test_undo_leaves_out_only_what_somebody_else_changed(opened: Opened, site: Site) -> None:
    anna, bo, document = opened(12)
    add(bo, "Marek", "2")
    bo.press("i")
    expect(bo.page.get_by_test_id("proposal")).to_be_visible()
    bo.press("Enter")
    bo.is_saved()
    several = site.labels(document)
    assert len(several) > 2
    anna.page.reload()
    anna.ready()
    anna.page.locator("[data-testid=bar][data-label=ORG]").last.click()
    anna.press("4")
    anna.is_saved()
    add(bo, "devi", "3")
    bo.press("Control+z", "Control+z")

    expect(bo.page.get_by_test_id("flash")).to_contain_text("except 1 that others have")
    bo.is_saved()
    assert site.labels(document) == ["MISC", "ORG"]


def test_a_comment_is_not_overwritten_by_the_other(opened: Opened) -> None:
    anna, bo, _ = opened(7)
    for desk, words in ((anna, "Is it a name?"), (bo, "Ask Cy.")):
        desk.text.focus()
        desk.press("/")
        desk.page.get_by_test_id("comment-field").press_sequentially(words)
        desk.is_saved()
    bo.page.get_by_test_id("conflict").get_by_test_id("keep-both").click()
    expect(bo.page.get_by_test_id("conflicts")).to_be_hidden()
    bo.is_saved()
    anna.page.reload()
    anna.ready()
    both = anna.page.get_by_test_id("comment-field")
    expect(both).to_have_value("Is it a name?\nAsk Cy.")


def test_the_history_opens_with_a_key_and_brings_a_version_back(opened: Opened, site: Site) -> None:
    anna, _, document = opened(8)
    word = anna.text.locator(".txt").first.inner_text().split()[0]
    add(anna, word, "1")
    anna.press("2")
    anna.is_saved()
    anna.press("Shift+H")
    dialog = anna.page.get_by_role("dialog", name="History")
    expect(dialog).to_contain_text("from PER to ORG")
    dialog.get_by_role("button", name="View", exact=True).last.click()
    expect(dialog.locator("[data-testid=bar]").first).to_have_attribute("data-label", "PER")
    dialog.get_by_role("button", name="Restore this version").click()
    expect(dialog).to_be_hidden()
    expect(anna.page.locator("[data-testid=bar][data-label=PER]").first).to_be_visible()
    assert site.labels(document) == ["PER"]
    add(anna, anna.text.locator(".txt").first.inner_text().split()[1], "3")


def test_what_was_saved_outlives_the_servers_death_and_later_edits_wait_for_the_next_one(
    tab: Page, site_of_bo: Site, mortal: Served, samples: tuple[int, Mapping[int, int]]
) -> None:
    project, document = samples[0], samples[1][20]
    desk = AnnotatePage(tab)
    desk.open(mortal, document, project)
    first, second = desk.text.locator(".txt").first.inner_text().split()[:2]
    add(desk, first, "1")
    desk.press("Escape")
    desk.drag(second)
    expect(tab.get_by_test_id("candidate").first).to_be_visible()
    mortal.kill()

    (stored,) = site_of_bo.stored(document)
    assert (stored.label, stored.status, stored.source) == ("PER", "accepted", "person")
    desk.press("3")
    expect(desk.state).to_have_text("not saved – retrying; keep this page open")
    expect(tab.locator("[data-testid=bar][data-label=LOC]").first).to_be_visible()
    mortal.start()

    desk.is_saved()
    assert site_of_bo.labels(document) == ["LOC", "PER"]
    desk.open(mortal, document, project)
    bar = tab.locator(f'[data-testid=bar][data-id="{stored.key}"]')
    expect(bar).to_have_attribute("data-status", "accepted")


NEVER_RESENT = """() => {
    const real = window.setTimeout.bind(window);
    window.setTimeout = (work, delay, ...rest) => [6000, 12000, 24000].includes(delay)
        ? 0 : real(work, delay, ...rest);
}"""
"""What is sent again without being asked for waits so many milliseconds, from the third time on."""


def test_an_edit_leaves_once_as_soon_as_the_connection_is_back(
    page: Page, site_of_bo: Site, mortal: Served, samples: tuple[int, Mapping[int, int]]
) -> None:
    project, document = samples[0], samples[1][19]
    page.add_init_script(f"({NEVER_RESENT})()")
    taken: list[Response] = []

    def answered(response: Response) -> None:
        if response.request.method == "POST" and "/edits/" in response.url and response.ok:
            taken.append(response)

    page.on("response", answered)
    desk = AnnotatePage(page)
    desk.open(mortal, document, project)
    word = desk.text.locator(".txt").first.inner_text().split()[0]
    desk.drag(word)
    mortal.kill()
    desk.press("1")
    expect(desk.state).to_have_text("not saved – retrying; keep this page open")
    assert not taken
    mortal.start()

    desk.is_saved()
    assert len(taken) == 1
    assert site_of_bo.labels(document) == ["PER"]


@pytest.mark.thorough
def test_what_was_done_in_hours_without_a_connection_is_sent_in_messages_that_are_taken(
    tab: Page, site_of_bo: Site, mortal: Served, samples: tuple[int, Mapping[int, int]]
) -> None:
    project, document = samples[0], samples[1][18]
    desk = AnnotatePage(tab)
    desk.open(mortal, document, project)
    desk.drag(desk.text.locator(".txt").first.inner_text().split()[0])
    mortal.kill()
    desk.press("1")
    expect(desk.state).to_have_text("not saved – retrying; keep this page open")
    desk.page.evaluate(
        """(more) => {
            const named = (name) => name.startsWith('spanneal.unsent.');
            const key = Object.keys(sessionStorage).find(named);
            const [first] = JSON.parse(sessionStorage.getItem(key));
            const entries = [first];
            for (let seq = first.op.seq + 1; seq <= first.op.seq + more; seq += 1)
                entries.push({...first, op: {seq, op: 'comment', text: `note ${seq}`}});
            const kept = JSON.stringify(entries);
            window.addEventListener('pagehide', () => sessionStorage.setItem(key, kept));
        }""",
        2 * MAX_OPERATIONS,
    )
    mortal.start()
    desk.page.reload()
    desk.ready()

    desk.is_saved()
    assert site_of_bo.labels(document) == ["PER"]
    with site_of_bo.sessions() as session:
        assert operations.count(session, document) == 2 * MAX_OPERATIONS + 1
