"""Every page as everybody meets it: axe-core finds no barrier on it, and nothing raw stands on it.

In `make test` one page is looked at, in `make test-all` every page, in light, dark and on a phone.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.accounts_kit import sign_in
from tests.browser.app_kit import MODEL, Site, settled
from tests.browser.filled_kit import SAMPLE, TEAM
from tests.browser.servers import Served

pytestmark = pytest.mark.xdist_group("browser-accounts")

SERIOUS = ("serious", "critical")
WIDE, PHONE = 1280, 400
"""Pixels."""
RAW = {
    "a moment as a computer writes it": re.compile(r"\d{4}-\d\d-\d\d"),
    "a colour's code": re.compile(r"#[0-9a-fA-F]{6}\b"),
    "a value of Python or JavaScript": re.compile(
        r"\b(None|nan|NaN|NaT|True|False|null)\b|[\[{]['\"]|\[object"
    ),
    "a name from the code": re.compile(r"\b[a-z]+_[a-z_]+\b"),
}
TEXT = r"""() => {
    const isIcon = node => node.nodeType === Node.ELEMENT_NODE && !node.childElementCount
        && getComputedStyle(node).fontFamily.includes('Material Symbols');
    const read = node => {
        if (node.nodeType === Node.TEXT_NODE) return node.data;
        if (node.matches?.('code, pre, style, script') || isIcon(node)) return ' ';
        const below = [...(node.shadowRoot?.childNodes ?? []), ...node.childNodes];
        const text = below.map(read).join(' ');
        return node.nodeName !== 'CANVAS' ? text
            : text.replace(/data:image\S+|\d{4}-\d\d-\d\d \S+/g, ' ');
    };
    return read(document.body);
}"""
"""All text of a page, also in tables and components; not icons' names, nor what stands as code.

Of a table this is what a screen reader is told. Moments and pictures are told there as they are
stored, and drawn otherwise; tests/app/screens/test_tables.py sees to that."""

ICONS = """() => [...document.querySelectorAll('[role=img][aria-label$=" icon"]')]
    .map(icon => icon.ariaLabel)"""
"""Symbols within words: their names are read aloud, those of a button's own icon are not."""

Preparation = Callable[[Page], None]


def tab(name: str) -> Preparation:
    return lambda page: page.get_by_role("tab", name=name).click()


def button(name: str) -> Preparation:
    return lambda page: page.get_by_role("button", name=name).first.click()


def part(name: str) -> Preparation:
    return lambda page: page.get_by_role("radio", name=name).click()


def nothing(page: Page) -> None:
    """The page as it opens."""


TITLE = "Documents"
VIEWS: dict[str, tuple[str, str, Preparation]] = {
    "documents": (f"?project={SAMPLE}", TITLE, nothing),
    "a new project": (f"?project={SAMPLE}", TITLE, button("New project")),
    "filters": (f"?project={SAMPLE}", TITLE, button("Filters")),
    "adding documents": (f"?project={SAMPLE}", TITLE, tab("Add documents")),
    "labels": (f"?project={SAMPLE}", TITLE, tab("Labels")),
    "settings": (f"?project={SAMPLE}", TITLE, tab("Settings")),
    "trash": (f"?project={SAMPLE}", TITLE, tab("Trash")),
    "annotate": (f"annotate?project={SAMPLE}&document=6", "06-kettle-review", nothing),
    "guidelines": (
        f"annotate?project={SAMPLE}&document=6",
        "06-kettle-review",
        button("Guidelines"),
    ),
    "history": (f"annotate?project={SAMPLE}&document=1", "01-harbour-reopens", button("History")),
    "denoise": (f"denoise?project={SAMPLE}&document=6", "", nothing),
    "playground": (f"playground?project={SAMPLE}", "Playground", nothing),
    "review": (f"review?project={SAMPLE}", "Review", nothing),
    "agreement": (f"agreement?project={TEAM}", "Agreement", nothing),
    "differences": (f"agreement?project={TEAM}", "Agreement", part("Differences")),
    "decisions": (f"agreement?project={TEAM}", "Agreement", part("Decide")),
    "assignments": (f"agreement?project={TEAM}", "Agreement", part("Assignments")),
    "train": (f"train?project={SAMPLE}", "Train", nothing),
    "figures": (f"figures?project={SAMPLE}", "Figures", nothing),
    "export": (f"export?project={SAMPLE}", "Export", nothing),
    "people": (f"people?project={SAMPLE}", "People", nothing),
    "account": ("account", "Account", nothing),
}
"""A name, its address, its heading, and what is done there first."""
PLAIN = {"sign-in": "Sign in to Spanneal", "nowhere": "There is no such page"}
"""Pages that are not Streamlit's."""


@pytest.fixture
def server(accounts_site: Site) -> Served:
    return accounts_site.url


@pytest.fixture
def signed_in(request: pytest.FixtureRequest, page: Page, server: Served) -> Page:
    """A tab of the administrator's, high enough for the whole of a page."""
    scheme: Literal["light", "dark"]
    scheme, width = request.param
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": 2400})
    expect.set_options(timeout=MODEL)
    sign_in(page, server, "Anna")
    return page


def barriers(page: Page) -> list[str]:
    """What axe-core finds that keeps people out, each with its element."""
    results: Any = Axe().run(page)
    return [
        f"{rule['id']}: {node['target']} {node['html'][:200]}"
        for rule in results.response["violations"]
        if rule["impact"] in SERIOUS
        for node in rule["nodes"]
    ]


def raw_values(page: Page) -> list[str]:
    text = " ".join(page.evaluate(TEXT).split())
    return [
        f"{kind}: …{text[max(0, match.start() - 40) : match.end() + 40]}…"
        for kind, pattern in RAW.items()
        for match in pattern.finditer(text)
    ]


def problems_of(page: Page) -> list[str]:
    icons = [f"an icon's name is read aloud: {name}" for name in page.evaluate(ICONS)]
    return [*barriers(page), *raw_values(page), *icons]


def see(page: Page, server: Served, view: str) -> None:
    address, heading, prepare = VIEWS[view]
    page.goto(f"{server}/{address}")
    if heading:
        expect(page.get_by_role("heading", name=heading, exact=True)).to_be_visible()
    else:
        expect(page.get_by_test_id("stBidiComponentIsolated").first).to_be_visible()
    settled(page)
    prepare(page)
    settled(page)


@pytest.mark.parametrize("signed_in", [("dark", WIDE)], indirect=True)
def test_the_first_page_keeps_nobody_out_and_shows_nothing_raw(
    signed_in: Page, server: Served
) -> None:
    see(signed_in, server, "documents")

    assert problems_of(signed_in) == []


@pytest.mark.thorough
@pytest.mark.parametrize(
    "signed_in", [("light", WIDE), ("dark", WIDE), ("light", PHONE)], indirect=True
)
def test_no_page_keeps_anybody_out_or_shows_anything_raw(signed_in: Page, server: Served) -> None:
    problems = []
    for view in VIEWS:
        see(signed_in, server, view)
        problems += [f"{view}: {problem}" for problem in problems_of(signed_in)]
    signed_in.context.clear_cookies()
    for name, heading in PLAIN.items():
        if name != "sign-in":
            sign_in(signed_in, server, "Anna")
        signed_in.goto(f"{server}/{name}")
        expect(signed_in.get_by_role("heading", name=heading)).to_be_visible()
        problems += [f"{name}: {problem}" for problem in problems_of(signed_in)]

    assert not problems, "\n".join(problems)
