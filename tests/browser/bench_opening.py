"""How fast a long document opens: `python -m tests.browser.bench_opening`. No test.

The app runs with the bundled model, which is loaded before. *Text* counts from the click on the
next document to the first words on the screen, *suggestions* to the first bar, *all* to the last
part. Beside each stands the processor time of the server, which other programs do not lengthen. The
clock's bars need an idle machine; the exit status is 1 where one is missed. `bench_annotator` runs
it too.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

from playwright.sync_api import Browser, Page, expect, sync_playwright

from storage.engine import writing
from storage.repository import documents, projects
from tests.browser.app_kit import PAGES, AnnotatePage, Site, environment
from tests.browser.bench_bars import Bar
from tests.browser.conftest import ARGUMENTS, PATIENCE, find_browser
from tests.browser.servers import served
from tests.databases import copy_migrated
from tests.long_text import long_text

WORDS = 20_000
BARS = {"text": 1.0, "suggestions": 3.0}  # seconds by the clock
FOREVER = 600_000  # milliseconds


def main() -> int:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_browser(), args=ARGUMENTS)
        bars = report(browser)
        browser.close()
    return int(not all(bar.holds for bar in bars))


def report(browser: Browser) -> list[Bar]:
    """Open a document of 20,000 words from the one before it; print and return how long it took."""
    bars = []
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder)
        copy_migrated(data / "spanneal.db")
        site = Site(served(PAGES, data / "log", environment(data)), data)
        try:
            print(f"opening {WORDS:,} words")
            for name, wall, cpu in _opening(browser.new_page(), site):
                line = f"  {name:12} server {cpu:6.2f} s   clock "
                if name in BARS:
                    bars.append(Bar(wall, BARS[name], "s"))
                    print(line + str(bars[-1]), flush=True)
                else:
                    print(f"{line}{wall:.1f} s", flush=True)
        finally:
            site.url.stop()
    return bars


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


if __name__ == "__main__":
    sys.exit(main())
