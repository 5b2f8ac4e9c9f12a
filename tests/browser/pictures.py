"""Makes the pictures of README.md and docs/: `make pictures`, or some of them:
`make pictures ONLY="learning figures"`. No test; it plays the app.

It starts the app on an empty data folder, annotates, retrains, and photographs the pages in
light and dark, and the denoising as a moving picture.
"""

from __future__ import annotations

import io
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from PIL import Image
from playwright.sync_api import Browser, Locator, Page, expect, sync_playwright

from app.screens.figures.learning import TITLE
from app.services.operations.startup import prepare
from app.settings import Settings
from tests.browser.app_kit import (
    MODEL,
    SETTLED,
    AnnotatePage,
    environment,
    go_to,
    worker,
)
from tests.browser.conftest import ARGUMENTS, PATIENCE, find_browser
from tests.browser.servers import QUIET, ROOT, free_port
from tests.browser.ward_notes import annotated

FOLDER = ROOT / "assets" / "pictures"
SCHEMES: tuple[Literal["light"], Literal["dark"]] = ("light", "dark")
PAGES = ("documents", "train", "review", "figures", "playground", "export")
OF_THE_WARD = "learning"
PICTURES = (*PAGES, "annotate", "denoise", "denoising", OF_THE_WARD)
SUBMITTED = 8
NESTED = 17
"""The sample document whose nested names the Annotate page is shown with."""
HELD_OUT = {
    4: (
        *(("Teresa Amoroso", "1"), ("Jens Kofoed", "1"), ("Rotterdam", "3"), ("Maersk", "2")),
        *(("Aarhus", "3"), ("Birgitte", "1"), ("Borås", "3"), ("Paolo", "1"), ("Generali", "2")),
        *(("Tryg", "2"), ("Copenhagen", "3"), ("Genoa", "3")),
    )
}
"""What is marked in documents that are shown without suggestions."""
SLIPS = {3: "1", 6: "3"}
"""Documents whose first suggestion gets the wrong label, for the Review page to find."""
RETRAINING = 900_000  # milliseconds, at the very most


def main(names: Sequence[str]) -> None:
    """Make the pictures of these names, or all of them."""
    if unknown := [name for name in names if name not in PICTURES]:
        sys.exit(f"there is no picture {unknown[0]!r}; there are {', '.join(PICTURES)}")
    wanted = names or PICTURES
    FOLDER.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_browser(), args=ARGUMENTS)
        try:
            if OF_THE_WARD in wanted:
                _ward(browser)
            if samples := [name for name in wanted if name != OF_THE_WARD]:
                _samples(browser, samples)
        finally:
            browser.close()


def _ward(browser: Browser) -> None:
    """The learning curve of a project with labels that the model does not know."""
    with tempfile.TemporaryDirectory() as folder:
        env = environment(Path(folder))
        project_id = annotated(prepare(Settings.from_environment(env)).sessions)
        with _app(env) as url:
            for scheme in SCHEMES:
                page = _page(browser, scheme, url)
                page.goto(f"{url}/figures?project={project_id}")
                learning_curve(page, FOLDER / f"{OF_THE_WARD}-{scheme}.png")


def _samples(browser: Browser, names: Sequence[str]) -> None:
    """All pages of the sample project, once some of it was annotated and learnt by a retraining."""
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder)
        env = environment(data)
        with _app(env) as url:
            with worker(env, data / "worker.log"):
                _play(_page(browser, "light", url), url)
                for scheme in SCHEMES:
                    _photograph(_page(browser, scheme, url), url, scheme, names)
            if "denoising" in names:
                _film(_page(browser, "light", url, width=1100, motion="no-preference"), url)


@contextmanager
def _app(env: Mapping[str, str]) -> Iterator[str]:
    """The address of the page, for as long as the block lasts."""
    url = f"http://127.0.0.1:{free_port()}"
    command = [sys.executable, "-m", "streamlit", "run", "app/server.py"]
    process = subprocess.Popen(
        [*command, "--server.port", url.rsplit(":", 1)[1]],
        cwd=ROOT,
        env={**os.environ, **QUIET, **env},
    )
    try:
        yield url
    finally:
        process.terminate()
        process.wait(20)


def _page(
    browser: Browser,
    scheme: Literal["light", "dark"],
    url: str,
    width: int = 1280,
    motion: Literal["reduce", "no-preference"] = "reduce",
) -> Page:
    context = browser.new_context(
        viewport={"width": width, "height": 800}, color_scheme=scheme, reduced_motion=motion
    )
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    expect.set_options(timeout=PATIENCE)
    for _ in range(60):
        try:
            page.goto(url)
            break
        except Exception:  # the server is still starting
            time.sleep(1)
    return page


def _play(page: Page, url: str) -> None:
    """Submits some documents, retrains on them, and begins another one."""
    desk = AnnotatePage(page)
    _annotate(desk, url)
    go_to(page, "Train")
    page.get_by_role("button", name="Start retraining").click()
    expect(page.get_by_role("button", name="Promote")).to_be_visible(timeout=RETRAINING)
    go_to(page, "Review")
    page.get_by_role("button", name="Check").click()
    expect(page.get_by_text(re.compile("doubts? on")).first).to_be_visible(timeout=MODEL)
    desk.open(url, NESTED)
    for span in desk.suggested()[:3]:
        desk.select(span)
        desk.press("a")
    desk.is_saved()


def _annotate(desk: AnnotatePage, url: str) -> None:
    """Submits the first documents."""
    for document in range(1, SUBMITTED + 1):
        desk.open(url, document)
        for words, key in HELD_OUT.get(document, ()):
            desk.drag(words)
            desk.press(key)
        if document in SLIPS:
            desk.select(desk.suggested()[0])
            desk.press(SLIPS[document])
        desk.text.focus()
        desk.press("Control+Enter")
        expect(desk.page.get_by_role("heading", name=f"{document:02d}-")).to_be_hidden()
        desk.ready()


def _photograph(page: Page, url: str, scheme: str, names: Sequence[str]) -> None:
    desk = AnnotatePage(page)
    for name in PAGES:
        if name in names:
            page.goto(f"{url}/{'' if name == 'documents' else name}")
            expect(page.get_by_role("heading").first).to_be_visible()
            _settle(page)
            page.screenshot(path=FOLDER / f"{name}-{scheme}.png")
    if "annotate" in names:
        desk.open(url, NESTED)
        desk.select(desk.suggested()[0])
        _settle(page)
        page.screenshot(path=FOLDER / f"annotate-{scheme}.png")
    if "denoise" in names:
        view = _denoise(page, url)
        view.locator(".seek").fill("1.6")
        _settle(page)
        page.screenshot(path=FOLDER / f"denoise-{scheme}.png")


def learning_curve(page: Page, path: Path) -> None:
    """The card of the learning curve, on the open Figures page."""
    block = page.locator('[data-testid="stVerticalBlock"]')
    card = block.filter(has=page.get_by_label("Label of the learning curve"))
    card = card.filter(has=page.get_by_text(TITLE)).last
    card.scroll_into_view_if_needed()
    _settle(page)
    card.screenshot(path=path)


def _denoise(page: Page, url: str) -> Locator:
    page.goto(f"{url}/denoise")
    page.get_by_text("My text", exact=True).click()
    view = page.locator(".denoising")
    expect(view.locator(".readout")).to_be_visible()
    _settle(page)
    return view


def _film(page: Page, url: str) -> None:
    """The denoising of one sentence, frame by frame, as a GIF."""
    view = _denoise(page, url)
    last = float(view.locator(".seek").get_attribute("max") or 6)
    frames = []
    for number in range(41):
        view.locator(".seek").fill(f"{last * number / 40:.3f}")
        page.wait_for_timeout(60)
        frames.append(Image.open(io.BytesIO(view.screenshot())).convert("RGB"))
    size = frames[-1].size
    frames = [frame.resize(size).quantize(128) for frame in frames]
    frames[0].save(
        FOLDER / "denoising.gif",
        save_all=True,
        append_images=frames[1:],
        duration=[900, *[90] * 39, 2600],
        loop=0,
        optimize=True,
    )


def _settle(page: Page) -> None:
    page.wait_for_timeout(1500)
    page.wait_for_function(SETTLED)
    page.wait_for_timeout(1500)


if __name__ == "__main__":
    main(sys.argv[1:])
