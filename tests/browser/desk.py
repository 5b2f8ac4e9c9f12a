"""The span annotator's page as an annotator sees it, for tests in a real browser."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Locator, Page, expect


class AnnotatorView:
    """The page as an annotator sees it."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.text = page.get_by_test_id("text")
        self.state = page.get_by_test_id("state")
        self.bars = page.get_by_test_id("bar")
        self.popover = page.get_by_test_id("popover")

    def bar(self, span: str) -> Locator:
        return self.page.locator(f"[data-testid=bar][data-id={span}]").first

    def server(self) -> dict[str, Any]:
        """What the server has stored."""
        shown = self.shown()
        origin = self.page.evaluate("location.origin")
        answer = self.page.request.get(f"{origin}/stored", params={"run": shown["run"]})
        stored: dict[str, Any] = answer.json()
        return {**stored, "went": shown["went"]}

    def shown(self) -> dict[str, Any]:
        """What the page's last run says of itself."""
        status: dict[str, Any] = json.loads(self.page.get_by_test_id("stText").inner_text())
        return status

    def expect_went(self, *destinations: str) -> None:
        """Waits until the page's run was sent to these, in this order, and nowhere else.

        A run draws the next text before it writes what it was sent to.
        """
        expect(self.page.get_by_test_id("stText")).to_contain_text(
            f'"went": {json.dumps(destinations)}'
        )

    def saved(self) -> dict[str, Any]:
        """Waits for "saved", then for the page to stand still."""
        expect(self.state).to_have_attribute("data-state", "saved")
        expect(self.page.get_by_test_id("stApp")).to_have_attribute(
            "data-test-script-state", "notRunning"
        )
        return self.server()

    def listen(self) -> Callable[[], list[str]]:
        """Every state the page shows from now on, however briefly."""
        self.state.evaluate(
            """(node) => {
                window.said = [];
                new MutationObserver(() => window.said.push(node.textContent)).observe(
                    node, {childList: true, characterData: true, subtree: true});
            }"""
        )
        return lambda: self.page.evaluate("window.said")

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def status(self, span: str) -> str | None:
        return self.bar(span).get_attribute("data-status")

    def box_of(self, words: str) -> dict[str, float]:
        """Where the browser drew the first occurrence of the words."""
        box: dict[str, float] = self.text.evaluate(
            """(root, words) => {
                for (const line of root.querySelectorAll('.txt')) {
                    const node = line.firstChild, at = node.data.indexOf(words);
                    if (at < 0) continue;
                    const range = document.createRange();
                    range.setStart(node, at);
                    range.setEnd(node, at + words.length);
                    const box = range.getBoundingClientRect();
                    return {left: box.left, right: box.right, y: (box.top + box.bottom) / 2};
                }
            }""",
            words,
        )
        return box

    def covered(self, span: str) -> str:
        """The words of a span as the server has it, once everything is saved."""
        server = self.saved()
        location = server["spans"][span]
        words: str = server["text"][location["start"] : location["end"]]
        return words

    def drawn(self) -> list[str]:
        """The words of the spans that a person added, in the order of adding."""
        server = self.saved()
        return [
            server["text"][span["start"] : span["end"]]
            for span in server["spans"].values()
            if span["source"] == "person"
        ]

    def pull(self, span: str, side: str, x: float, y: float | None = None) -> None:
        """Drags the "left" or "right" end of a span's bar to x, without selecting it."""
        box = self.bar(span).bounding_box()
        assert box is not None
        middle = box["y"] + box["height"] / 2
        mouse = self.page.mouse
        mouse.move(box["x"] + (3 if side == "left" else box["width"] - 3), middle)
        mouse.down()
        mouse.move(x, middle if y is None else y, steps=5)
        mouse.up()

    def point(self, words: str) -> None:
        """Moves the mouse to the first occurrence of the words."""
        box = self.box_of(words)
        self.page.mouse.move((box["left"] + box["right"]) / 2, box["y"])

    def drag(self, words: str) -> None:
        box = self.box_of(words)
        mouse = self.page.mouse
        mouse.move(box["left"] + 2, box["y"])
        mouse.down()
        mouse.move((box["left"] + box["right"]) / 2, box["y"])
        mouse.move(box["right"] - 2, box["y"])
        mouse.up()

    def click(self, words: str) -> None:
        box = self.box_of(words)
        self.page.mouse.click((box["left"] + box["right"]) / 2, box["y"])


Visit = Callable[..., AnnotatorView]
