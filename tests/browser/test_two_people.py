"""Two people on one document, each at a server of their own; and a server that dies meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.app_kit import AnnotatePage, environment, stored
from tests.browser.conftest import PATIENCE, free_port

if TYPE_CHECKING:
    from tests.browser.conftest import Serve, Served

Desks = tuple[AnnotatePage, AnnotatePage]
Opened = Callable[[int], Desks]


def env(data: Path, person: str) -> dict[str, str]:
    return {
        **environment(data),
        "SPANNEAL_MODEL": str(data / "none"),
        "SPANNEAL_PERSON": person,
    }


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("two")


@pytest.fixture(scope="module")
def sites(serve: Serve, data: Path) -> dict[str, Served]:
    return {each: serve("app/main.py", env=env(data, each)) for each in ("Anna", "Bo")}


@pytest.fixture
def opened(browser: Browser, sites: dict[str, Served]) -> Iterator[Opened]:
    """Opens a document for Anna and for Bo."""
    contexts: list[BrowserContext] = []

    def open_for_both(document: int) -> Desks:
        desks = []
        for site in sites.values():
            contexts.append(browser.new_context(viewport={"width": 1200, "height": 900}))
            page = contexts[-1].new_page()
            page.set_default_timeout(PATIENCE)
            expect.set_options(timeout=PATIENCE)
            desks.append(AnnotatePage(page))
            desks[-1].open(site, document)
        return desks[0], desks[1]

    yield open_for_both
    for context in contexts:
        context.close()


def add(desk: AnnotatePage, words: str, key: str) -> None:
    desk.text.focus()
    desk.press("Escape")
    desk.drag(words)
    desk.press(key)
    desk.is_saved()


def select(desk: AnnotatePage, label: str) -> None:
    desk.page.locator(f"[data-testid=bar][data-label={label}]").first.click()


def labels(data: Path, document: int) -> list[str]:
    return sorted(span.label for span in stored(data, document))


def test_what_does_not_clash_is_merged_and_announced(opened: Opened, data: Path) -> None:
    anna, bo = opened(2)
    add(anna, "Helena Prawdzic", "1")
    add(bo, "Warsaw", "3")

    expect(bo.page.get_by_test_id("flash")).to_have_text("Anna changed 1 entity")
    expect(bo.page.get_by_test_id("changed").first).to_be_visible()
    expect(bo.bars).to_have_count(2)
    assert labels(data, 2) == ["LOC", "PER"]
    expect(bo.page.get_by_test_id("clashes")).to_be_hidden()


def test_the_second_to_save_sees_both_versions_and_decides_even_after_a_reload(
    opened: Opened, data: Path
) -> None:
    anna, bo = opened(3)
    add(anna, "Lincolnshire County Council", "1")
    bo.page.reload()
    bo.ready()
    select(anna, "PER")
    select(bo, "PER")
    anna.press("2")
    anna.is_saved()
    bo.press("3")

    clash = bo.page.get_by_test_id("clash")
    expect(clash.get_by_test_id("theirs")).to_contain_text("Anna")
    expect(clash.get_by_test_id("theirs")).to_contain_text("ORG")
    expect(clash.get_by_test_id("mine")).to_contain_text("LOC")
    assert labels(data, 3) == ["ORG"], "nothing was overwritten"
    bo.page.reload()
    bo.ready()
    bo.text.focus()
    bo.press("Control+Enter")
    expect(bo.page.get_by_test_id("error")).to_contain_text("decide between them")
    clash.get_by_test_id("keep-both").click()
    expect(bo.page.get_by_test_id("clashes")).to_be_hidden()
    bo.is_saved()
    assert labels(data, 3) == ["LOC", "ORG"]
    bo.press("Control+z")
    bo.is_saved()
    assert labels(data, 3) == ["ORG"], "the decision can be undone"


def test_taking_ones_own_version_or_keeping_theirs(opened: Opened, data: Path) -> None:
    anna, bo = opened(5)
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
        expect(bo.page.get_by_test_id("clashes")).to_be_hidden()
        bo.is_saved()
        assert labels(data, 5) == [expected]
        anna.page.reload()
        anna.ready()


def test_undo_leaves_out_only_what_somebody_else_changed(opened: Opened, data: Path) -> None:
    anna, bo = opened(12)
    add(bo, "Marek", "2")
    bo.press("i")
    expect(bo.page.get_by_test_id("proposal")).to_be_visible()
    bo.press("Enter")
    bo.is_saved()
    several = labels(data, 12)
    assert len(several) > 2
    anna.page.reload()
    anna.ready()
    anna.page.locator("[data-testid=bar][data-label=ORG]").last.click()
    anna.press("4")
    anna.is_saved()
    add(bo, "devi", "3")
    bo.press("Control+z", "Control+z")

    expect(bo.page.get_by_test_id("flash")).to_contain_text("1 changed by others meanwhile stayed")
    bo.is_saved()
    assert labels(data, 12) == ["MISC", "ORG"]


def test_a_comment_is_not_overwritten_by_the_other(opened: Opened) -> None:
    anna, bo = opened(7)
    for desk, words in ((anna, "Is it a name?"), (bo, "Ask Cy.")):
        desk.text.focus()
        desk.press("/")
        desk.page.get_by_test_id("comment-field").press_sequentially(words)
        desk.is_saved()
    bo.page.get_by_test_id("clash").get_by_test_id("keep-both").click()
    expect(bo.page.get_by_test_id("clashes")).to_be_hidden()
    bo.is_saved()
    anna.page.reload()
    anna.ready()
    both = anna.page.get_by_test_id("comment-field")
    expect(both).to_have_value("Is it a name?\nAsk Cy.")


def test_the_history_opens_with_a_key_and_brings_a_version_back(opened: Opened, data: Path) -> None:
    anna, _ = opened(8)
    word = anna.text.locator(".txt").first.inner_text().split()[0]
    add(anna, word, "1")
    anna.press("2")
    anna.is_saved()
    anna.press("Shift+H")
    dialog = anna.page.get_by_role("dialog", name="History")
    expect(dialog).to_contain_text("from PER to ORG")
    dialog.get_by_role("button", name="Look", exact=True).last.click()
    expect(dialog.locator("[data-testid=bar]").first).to_have_attribute("data-label", "PER")
    dialog.get_by_role("button", name="Restore this version").click()
    expect(dialog).to_be_hidden()
    expect(anna.page.locator("[data-testid=bar][data-label=PER]").first).to_be_visible()
    assert labels(data, 8) == ["PER"]
    add(anna, anna.text.locator(".txt").first.inner_text().split()[1], "3")


def test_edits_made_while_the_server_is_gone_are_kept_said_to_be_unsaved_and_saved_later(
    page: Page, serve: Serve, tmp_path: Path
) -> None:
    port = free_port()
    url = serve("app/main.py", env=env(tmp_path, "Anna"), port=port)
    desk = AnnotatePage(page)
    desk.open(url, 2)
    desk.drag("Helena Prawdzic")
    expect(page.get_by_test_id("candidate").first).to_be_visible()
    url.process.kill()
    url.process.wait()

    desk.press("1")
    expect(desk.state).to_have_text("not saved – retrying; keep this page open")
    expect(desk.page.locator("[data-testid=bar][data-label=PER]").first).to_be_visible()
    serve("app/main.py", env=env(tmp_path, "Anna"), port=port)

    desk.is_saved()
    assert labels(tmp_path, 2) == ["PER"]
