"""How fast a long document opens: part of `python -m tests.browser.bench_annotator`. No test.

The app runs with the bundled model, which is loaded before. *Text* counts from the click on the
next document to the first words on the screen, *suggestions* to the first bar, *all* to the last
part. Beside each stands the processor time of the server, which other programs do not lengthen.
"""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

from playwright.sync_api import Browser, Page, expect

from storage.engine import writing
from storage.repository import documents, projects
from tests.browser.app_kit import PAGES, AnnotatePage, Site, environment
from tests.browser.conftest import PATIENCE
from tests.browser.servers import served
from tests.long_text import long_text

WORDS = 20_000
FOREVER = 600_000  # milliseconds


def report(browser: Browser) -> None:
    """Open a document of 20,000 words from the one before it, and print how long it took."""
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder)
        site = Site(served(PAGES, data / "log", environment(data)), data)
        try:
            print(f"opening {WORDS:,} words")
            for name, wall, cpu in _opening(browser.new_page(), site):
                print(f"  {name:12} {wall:6.2f} s   server {cpu:6.2f} s", flush=True)
        finally:
            site.url.stop()


def _opening(page: Page, site: Site) -> list[tuple[str, float, float]]:
    page.set_default_timeout(PATIENCE)
    with writing(site.sessions) as session:
        project = projects.create(session, "Long")
        projects.ensure_labels(session, project.id, ["PER", "ORG", "LOC"])
        short = documents.add(
            session, project.id, name="short", text="Anna Berg met Bo.", split="train"
        )
        assert short is not None
        project_id, short_id = project.id, short.id
    desk = AnnotatePage(page)
    desk.open(site.url, short_id, project_id)
    with writing(site.sessions) as session:  # only now, so that nothing is read ahead
        documents.add(session, project_id, name="long", text=long_text(WORDS), split="train")
    began, spent = time.monotonic(), _processor(site)
    times: list[tuple[str, float, float]] = []

    def note(name: str) -> None:
        times.append((name, time.monotonic() - began, _processor(site) - spent))

    page.keyboard.press("Control+ArrowRight")
    expect(desk.text.locator(".txt").first).to_contain_text("Chapter 1", timeout=FOREVER)
    note("text")
    expect(desk.bars.first).to_be_visible(timeout=FOREVER)
    note("suggestions")
    expect(page.get_by_test_id("read-progress")).to_have_text("", timeout=FOREVER)
    note("all")
    return times


def _processor(site: Site) -> float:
    """Seconds of processor time that the app has used so far."""
    fields = Path(f"/proc/{site.url.process.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / 100
