"""Real-browser tests: a Chromium from the system, the app in a process of its own."""

from __future__ import annotations

import os
import shutil
import uuid
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.accounts_kit import SERVER
from tests.browser.app_kit import PAGES, Site, environment, without_model
from tests.browser.denoising_kit import opened_view
from tests.browser.desk import AnnotatorView, Visit
from tests.browser.filled_kit import filled
from tests.browser.servers import Serve, Served, served
from tests.databases import copy_migrated

HERE = Path(__file__).parent
NAMES = (
    "chromium-headless-shell",
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
)
REASON = (
    "no Chromium found: the browser tests did NOT run. Install one (Debian: apt-get install "
    "chromium-headless-shell) or name its executable in the CHROMIUM environment variable"
)
WEBUI_POPUPS = ("WebUIOmniboxPopup", "WebUIOmniboxAimPopup", "WebUIOmniboxFullPopup")
"""The address bar's pages, which a new tab would load in a process of their own."""
PLAYWRIGHTS_FEATURES = (
    "AvoidUnnecessaryBeforeUnloadCheckSync",
    "DestroyProfileOnBrowserClose",
    "HttpsUpgrades",
    "HttpsFirstBalancedModeAutoEnable",
    "LensOverlay",
    "MediaRouter",
    "NetworkTimeServiceQuerying",
    "OptimizationHints",
    "PaintHolding",
    "PreconnectToSearch",
    "ThirdPartyStoragePartitioning",
)
"""What Playwright switches off; named again, because Chromium obeys the last such list alone."""
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--process-per-site",  # a further tab has Streamlit's scripts compiled already
    f"--disable-features={','.join((*WEBUI_POPUPS, *PLAYWRIGHTS_FEATURES))}",
]
FORGET = """() => {
    Storage.prototype.setItem = () => {};  // what leaving this page would keep
    try { sessionStorage.clear(); localStorage.clear(); } catch { /* an empty page has none */ }
}"""
PATIENCE = 60_000  # milliseconds that a page may take before a test gives up


def find_browser() -> str | None:
    """The Chromium to use: CHROMIUM if it is set, else the first of the names on PATH."""
    named = os.environ.get("CHROMIUM")
    locations = (named,) if named else map(shutil.which, NAMES)
    return next((path for path in locations if path and Path(path).exists()), None)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    missing = find_browser() is None
    for item in items:
        if HERE not in item.path.parents:
            continue
        item.add_marker(pytest.mark.browser)
        if missing and not os.environ.get("CI"):
            item.add_marker(pytest.mark.skip(reason=REASON))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if find_browser() is None:
        terminalreporter.write_sep("!", REASON, red=True, bold=True)


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    executable = find_browser()
    if executable is None:
        pytest.fail(REASON)
    return {**browser_type_launch_args, "executable_path": executable, "args": ARGUMENTS}


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    return {
        **browser_context_args,
        "viewport": {"width": 1200, "height": 800},
        "locale": "en-US",
        "timezone_id": "UTC",
        "reduced_motion": "reduce",
    }


@pytest.fixture(scope="session")
def base_url() -> None:
    """Tests name whole addresses; this also replaces a plugin's fixture that warns."""


@pytest.fixture(scope="session")
def kept_tab(browser: Browser, browser_context_args: dict[str, Any]) -> Iterator[Page]:
    context = browser.new_context(**browser_context_args)
    context.set_default_timeout(PATIENCE)
    yield context.new_page()
    context.close()


@pytest.fixture
def tab(kept_tab: Page) -> Page:
    """One tab for all tests, as a new visitor has it: no cookies, nothing stored.

    A test that listens to what the page does (`page.on`) takes `page`, which is its own.
    """
    expect.set_options(timeout=PATIENCE)
    kept_tab.mouse.up()
    kept_tab.mouse.move(0, 0)
    kept_tab.evaluate(FORGET)
    kept_tab.context.clear_cookies()
    return kept_tab


@pytest.fixture
def page(tab: Page) -> Iterator[Page]:
    """A tab of the test's own, beside the empty one of all tests and as fresh.

    It costs as much as another visit in the same tab. In a context of its own it would read all of
    Streamlit's scripts anew, which takes two seconds of processor time and more.
    """
    tab.goto("about:blank")
    page = tab.context.new_page()
    yield page
    page.evaluate(FORGET)
    page.close()


@pytest.fixture
def clocked(browser: Browser, browser_context_args: dict[str, Any]) -> Iterator[Page]:
    """A page whose clock a test may set: all pages of its context have that clock from then on."""
    expect.set_options(timeout=PATIENCE)
    context = browser.new_context(**browser_context_args)
    context.set_default_timeout(PATIENCE)
    yield context.new_page()
    context.close()


@pytest.fixture(scope="session")
def serve(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serve]:
    """Starts Streamlit apps: `serve(script, env={...}, port=None)`; stops them at the end."""
    running: list[Served] = []

    def start(
        script: str | Path, env: Mapping[str, str] | None = None, port: int | None = None
    ) -> Served:
        running.append(served(script, tmp_path_factory.mktemp("serve") / "log", env, port))
        return running[-1]

    yield start
    for app in running:
        app.stop()


@pytest.fixture(scope="session")
def demos(serve: Serve) -> Served:
    """The components alone, before a server that is a dictionary."""
    return serve("tests/browser/demos.py")


@pytest.fixture
def visit(tab: Page, demos: Served) -> Visit:
    """Opens a case of the annotator's demo as a fresh visit: `visit("nested", delay=1.5)`."""
    return visiting(tab, demos)


@pytest.fixture
def visit_alone(page: Page, demos: Served) -> Visit:
    """The same in a tab of the test's own, to listen to."""
    return visiting(page, demos)


def visiting(page: Page, demos: Served) -> Visit:
    def open_case(case: str, **options: object) -> AnnotatorView:
        query = "&".join(f"{name}={value}" for name, value in options.items())
        page.goto(f"{demos}/?demo=span_annotator_demo&case={case}&run={uuid.uuid4()}&{query}")
        expect(page.get_by_test_id("stText")).to_be_visible()
        expect(page.get_by_test_id("counts")).to_contain_text("to review")
        return AnnotatorView(page)

    return open_case


@pytest.fixture(scope="session")
def site(serve: Serve, tmp_path_factory: pytest.TempPathFactory) -> Site:
    """The app for Anna without any model, which works all the same; nothing is in it at first."""
    data = tmp_path_factory.mktemp("site")
    copy_migrated(data / "spanneal.db")
    return Site(serve(PAGES, env=without_model(data, "Anna")), data)


@pytest.fixture(scope="session")
def site_of_bo(serve: Serve, site: Site) -> Site:
    """A second server for Bo, on the same database."""
    return Site(serve(PAGES, env=without_model(site.data, "Bo")), site.data)


@pytest.fixture(scope="session")
def model_site(serve: Serve, tmp_path_factory: pytest.TempPathFactory) -> Site:
    """The app with the bundled model."""
    data = tmp_path_factory.mktemp("model")
    copy_migrated(data / "spanneal.db")
    return Site(serve(PAGES, env=environment(data)), data)


@pytest.fixture(scope="session")
def accounts_site(serve: Serve, tmp_path_factory: pytest.TempPathFactory) -> Site:
    """The app behind its gate, with the bundled model, and no page of it is empty.

    Anna administers, Bo annotates "Sample".
    """
    data = tmp_path_factory.mktemp("accounts")
    filled(data)
    return Site(serve(SERVER, env={**environment(data), "SPANNEAL_AUTH": "accounts"}), data)


@pytest.fixture
def view(tab: Page, demos: Served) -> Locator:
    """The denoising view on the English trace, for a reader who asked for reduced motion."""
    return opened_view(tab, demos)


@pytest.fixture
def moving(browser: Browser) -> Iterator[Page]:
    """A page of a reader who has nothing against motion."""
    context = browser.new_context(reduced_motion="no-preference", color_scheme="dark")
    yield context.new_page()
    context.close()
