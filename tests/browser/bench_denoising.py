"""Measures how smoothly the denoising plays: `python -m tests.browser.bench_denoising`. No test.

It counts `requestAnimationFrame` while an animation plays once, and asks for 55 frames a second at
100 words and 60 noisy spans.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from app.components.denoising import sentence_payload
from app.components.denoising.sharing import standalone
from tests.app.traces import COLOURS, build_trace
from tests.browser.conftest import ARGUMENTS, find_browser

LEAST = 55.0
WORDS = " ".join(f"word{i}" for i in range(100))
TARGETS = tuple((7 * i, 7 * i + 2, "ORG") for i in range(14))
CASES = ((5, 60), (20, 200))
"""Steps and noisy spans; the first one is held to `LEAST`."""
FRAMES = """(view) => new Promise((done) => {
    const times = [];
    const tick = (now) => {
        times.push(now);
        if (view.classList.contains('playing')) { requestAnimationFrame(tick); return; }
        const gaps = times.slice(1).map((time, i) => time - times[i]).sort((a, b) => a - b);
        const mean = gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length;
        done([1000 / mean, gaps[Math.floor(0.99 * gaps.length)]]);
    };
    view.querySelector('.seek').value = 0;
    view.querySelector('.seek').dispatchEvent(new Event('input'));
    view.querySelector('.play').click();
    requestAnimationFrame(tick);
})"""
"""Frames a second, and the 99th percentile of the time between two, in milliseconds."""


def main() -> int:
    reached = []
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_browser(), args=ARGUMENTS)
        page = browser.new_page(viewport={"width": 1400, "height": 900})
        for steps, num_spans in CASES:
            trace = build_trace(((WORDS, TARGETS),), steps=steps, num_spans=num_spans)
            file = Path(folder) / "animation.html"
            payload = sentence_payload(trace, 0, COLOURS)
            file.write_text(standalone(payload, title="", caption=""), encoding="utf-8")
            page.goto(file.as_uri())
            rate, slowest = page.locator(".denoising").evaluate(FRAMES)
            reached.append(rate)
            print(
                f"M = 100, K = {num_spans}, γ = {steps}: {rate:.1f} frames a second, "
                f"p99 {slowest:.0f} ms{_bar(rate) if len(reached) == 1 else ''}"
            )
        browser.close()
    return int(reached[0] < LEAST)


def _bar(rate: float) -> str:
    return f", bar {LEAST:g}: {'holds' if rate >= LEAST else 'MISSED'}"


if __name__ == "__main__":
    sys.exit(main())
