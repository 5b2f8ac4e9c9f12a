"""The denoising view in a browser."""

from __future__ import annotations

import re

from playwright.sync_api import FloatRect, Locator, Page, expect

from tests.browser.servers import Served


def opened_view(page: Page, demos: Served, query: str = "") -> Locator:
    page.goto(f"{demos}/?demo=denoising_demo&{query}")
    view = page.locator(".denoising")
    expect(view.locator(".readout").first).to_have_text(
        re.compile("random|Step|Done"), timeout=60_000
    )
    return view


def position_of(view: Locator) -> float:
    return float(view.get_attribute("data-position") or "nan")


def box_of(locator: Locator) -> FloatRect:
    box = locator.bounding_box()
    assert box is not None
    return box


def right_of(box: FloatRect) -> float:
    return box["x"] + box["width"]
