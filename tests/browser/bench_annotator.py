"""How fast an edit is painted and saved: `python -m tests.browser.bench_annotator`. No test.

An edit is a label's key on a selected span. *Work* is what the page computes for it: the key's
handler, then style, layout and paint of the next frame. *Computed* is the processor time of the
handler, style and layout, which other programs do not lengthen. *Saved* counts from the key to the
page's own word. How fast a long document opens, `bench_opening` measures. The clock's bars need
an idle machine; the exit status is 1 where one is missed.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import uuid
from collections.abc import Sequence
from typing import Any

from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.browser import bench_opening
from tests.browser.bench_bars import Bar
from tests.browser.conftest import ARGUMENTS, PATIENCE, find_browser
from tests.browser.servers import QUIET, ROOT, free_port

EDITS = 30
BARS = {"work": 16.0, "saved": 250.0}  # milliseconds that the p95 may take
CASES = {
    "short50": "50 words, 6 spans",
    "huge": "20,000 words, 1,000 spans, lines of 50 words",
    "block": "20,000 words, 1,000 spans, one paragraph",
}
EDIT = """(box, key) => new Promise((done) => {
    const state = box.getRootNode().querySelector('[data-testid=state]');
    const times = {};
    const finish = () => { if ('saved' in times && 'work' in times) done(times); };
    const start = performance.now();
    const watch = new MutationObserver(() => {
        if (state.dataset.state !== 'saved') return;
        times.saved = performance.now() - start;
        watch.disconnect();
        finish();
    });
    const event = {key, bubbles: true, composed: true, cancelable: true};
    box.dispatchEvent(new KeyboardEvent('keydown', event));
    times.handler = performance.now() - start;
    watch.observe(state, {attributes: true});
    requestAnimationFrame(() => {
        const frame = performance.now();
        const channel = new MessageChannel();
        channel.port1.onmessage = () => {
            times.work = times.handler + performance.now() - frame;
            finish();
        };
        channel.port2.postMessage(0);
    });
})"""
BURST = """(box, times) => {
    for (let n = 0; n < times; n += 1) {
        const event = {key: '14'[n % 2], bubbles: true, composed: true, cancelable: true};
        box.dispatchEvent(new KeyboardEvent('keydown', event));
        box.getBoundingClientRect();
    }
}"""
SCROLL = """(box) => new Promise((done) => {
    const frames = [];
    let last = performance.now();
    const step = (now) => {
        frames.push(now - last);
        last = now;
        box.scrollTop += 120;
        if (frames.length < 90) requestAnimationFrame(step); else done(frames.slice(1));
    };
    requestAnimationFrame(step);
})"""


def main() -> int:
    bars: list[Bar] = []
    port = free_port()
    command = [sys.executable, "-m", "streamlit", "run", "tests/browser/demos.py"]
    server = subprocess.Popen(
        [*command, "--server.port", str(port)],
        cwd=ROOT,
        env={**os.environ, **QUIET},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=find_browser(), args=ARGUMENTS)
            for case, meaning in CASES.items():
                bars += report(meaning, *measure(browser, f"http://127.0.0.1:{port}", case))
            bars += bench_opening.report(browser)
            browser.close()
    finally:
        server.terminate()
        server.wait(20)
    return int(not all(bar.holds for bar in bars))


def measure(
    browser: Browser, url: str, case: str
) -> tuple[list[dict[str, float]], float, list[float]]:
    """Times of each edit, processor time an edit, times of each frame while scrolling; all ms."""
    page = browser.new_page(viewport={"width": 1600, "height": 900})
    page.set_default_timeout(PATIENCE)
    expect.set_options(timeout=PATIENCE)
    _open(page, f"{url}/?demo=span_annotator_demo&case={case}&run={uuid.uuid4()}&wide=1")
    text = page.get_by_test_id("text")
    text.focus()
    page.keyboard.press("Tab")
    expect(page.locator("[data-testid=bar].on")).to_have_count(1)
    _edit(page, "4")  # the first one pays for what is compiled
    edits = [_edit(page, "14"[n % 2]) for n in range(EDITS)]
    computed = _computed(page)
    page.keyboard.press("Escape")
    frames: list[float] = text.evaluate(SCROLL)
    page.close()
    return edits, computed, frames


def _open(page: Page, url: str) -> None:
    for _ in range(120):
        try:
            page.goto(url)
            break
        except Exception:  # the server is still starting
            page.wait_for_timeout(500)
    expect(page.get_by_test_id("bar").first).to_be_visible()


def _edit(page: Page, key: str) -> dict[str, float]:
    times: dict[str, Any] = page.get_by_test_id("text").evaluate(EDIT, key)
    expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")
    return times


def _computed(page: Page) -> float:
    """Processor time of the page's main thread, in ms an edit."""
    devtools = page.context.new_cdp_session(page)
    devtools.send("Performance.enable", {"timeDomain": "threadTicks"})

    def spent() -> float:
        metrics = devtools.send("Performance.getMetrics")["metrics"]
        return float(
            next(metric["value"] for metric in metrics if metric["name"] == "TaskDuration")
        )

    before = spent()
    page.get_by_test_id("text").evaluate(BURST, EDITS)
    return (spent() - before) * 1000 / EDITS


def report(
    meaning: str, edits: Sequence[dict[str, float]], computed: float, frames: Sequence[float]
) -> list[Bar]:
    """Print what was measured of one document, and return what has a bar."""
    bars = []
    print(meaning)
    print(f"  computed {computed:10.1f} ms an edit")
    for name in ("handler", "work", "saved"):
        middle, high = _quantiles([edit[name] for edit in edits])
        line = f"  {name:8} p50 {middle:6.1f} ms   p95 "
        if name in BARS:
            bars.append(Bar(high, BARS[name], "ms"))
            print(line + str(bars[-1]))
        else:
            print(f"{line}{high:.1f} ms")
    middle, high = _quantiles(frames)
    print(f"  {'frame':8} p50 {middle:6.1f} ms   p95 {high:6.1f} ms   while scrolling", flush=True)
    return bars


def _quantiles(values: Sequence[float]) -> tuple[float, float]:
    cuts = statistics.quantiles(values, n=20, method="inclusive")
    return cuts[9], cuts[18]


if __name__ == "__main__":
    sys.exit(main())
