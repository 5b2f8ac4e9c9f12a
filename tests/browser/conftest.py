"""Real-browser tests: a Chromium from the system, the app in a process of its own."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
import uuid
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.desk import Desk, Visit

ROOT = Path(__file__).parents[2]
HERE = Path(__file__).parent
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
REASON = (
    "no Chromium found: the browser tests did NOT run. Install one (Debian: apt-get install "
    "chromium) or name its executable in the CHROMIUM environment variable"
)
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
]
QUIET = {
    "STREAMLIT_SERVER_HEADLESS": "true",
    "STREAMLIT_SERVER_ADDRESS": "127.0.0.1",
    "STREAMLIT_SERVER_FILE_WATCHER_TYPE": "none",
    "STREAMLIT_BROWSER_GATHER_USAGE_STATS": "false",
    "STREAMLIT_CLIENT_TOOLBAR_MODE": "minimal",
}
PATIENCE = 60_000  # milliseconds that a page may take before a test gives up
START_LIMIT = 90.0  # seconds; torch and Streamlit import slowly on a busy machine


def find_browser() -> str | None:
    """The Chromium to use: CHROMIUM if it is set, else the usual place, else one on PATH."""
    named = os.environ.get("CHROMIUM")
    places = (named,) if named else ("/usr/bin/chromium", *map(shutil.which, NAMES))
    return next((path for path in places if path and Path(path).exists()), None)


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


@pytest.fixture
def page(page: Page) -> Page:
    """A fresh page that waits long enough for a busy machine."""
    page.set_default_timeout(PATIENCE)
    expect.set_options(timeout=PATIENCE)
    return page


class Served(str):
    """The address of a running app; also its process, for tests that kill it."""

    process: subprocess.Popen[bytes]
    log: Path


Serve = Callable[..., Served]


@pytest.fixture(scope="session")
def serve(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serve]:
    """Starts Streamlit apps: `serve(script, env={...}, port=None) -> url`; stops them at the end.

    `script` is relative to the project root, which is the working directory.
    """
    running: list[subprocess.Popen[bytes]] = []

    def start(
        script: str | Path, env: Mapping[str, str] | None = None, port: int | None = None
    ) -> Served:
        port = port or free_port()
        log = tmp_path_factory.mktemp("serve") / "streamlit.log"
        command = [sys.executable, "-m", "streamlit", "run", str(script)]
        with log.open("wb") as out:
            process = subprocess.Popen(
                [*command, "--server.port", str(port)],
                cwd=ROOT,
                env={**os.environ, **QUIET, **(env or {})},
                stdout=out,
                stderr=subprocess.STDOUT,
            )
        running.append(process)
        url = Served(f"http://127.0.0.1:{port}")
        url.process, url.log = process, log
        wait_until_healthy(url)
        return url

    yield start
    for process in running:
        stop(process)


@pytest.fixture(scope="session")
def annotator_demo(serve: Serve) -> str:
    """The address of the span annotator alone, before a server that is a dictionary."""
    return serve("tests/browser/span_annotator_demo.py")


@pytest.fixture
def visit(page: Page, annotator_demo: str) -> Visit:
    """Opens a case of the demo as a fresh visit: `visit("nested", delay=1.5)`."""

    def open_case(case: str, **options: object) -> Desk:
        query = "&".join(f"{name}={value}" for name, value in options.items())
        page.goto(f"{annotator_demo}/?case={case}&run={uuid.uuid4()}&{query}")
        expect(page.get_by_test_id("stText")).to_be_visible()
        expect(page.get_by_test_id("counts")).to_contain_text("to review")
        return Desk(page)

    return open_case


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait_until_healthy(url: Served) -> None:
    """Waits until the health page's body is "ok": Streamlit answers 200 to any address."""
    deadline = time.monotonic() + START_LIMIT
    while time.monotonic() < deadline:
        if url.process.poll() is not None:
            pytest.fail(f"the app ended at its start:\n{url.log.read_text()[-4000:]}")
        try:
            with urllib.request.urlopen(f"{url}/_stcore/health", timeout=1) as answer:
                if answer.read() == b"ok":
                    return
        except OSError:
            pass
        time.sleep(0.1)
    pytest.fail(
        f"the app was not healthy after {START_LIMIT:.0f} s:\n{url.log.read_text()[-4000:]}"
    )


def stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
