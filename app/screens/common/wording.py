"""Words and signs that several pages share."""

from __future__ import annotations

import re
from collections.abc import Mapping

from storage.enums import DocumentStatus, Split

STATUS: Mapping[DocumentStatus, str] = {
    "new": "○ New",
    "in_progress": "◐ In progress",
    "submitted": "✓ Submitted",
    "skipped": "↷ Skipped",
}
"""A sign and a word: the status never hangs on a colour."""
SPLIT: Mapping[Split, str] = {"train": "Training", "dev": "Development", "holdout": "Held out"}
_MARKDOWN = re.compile(r"([\\`*_{}\[\]()<>#+\-.!|~$:&\"'/@^=])")


def literal(text: str) -> str:
    """The text for a place that reads Markdown, shown as it is and never acted upon."""
    return _MARKDOWN.sub(r"\\\1", " ".join(text.split()))


def count(number: int, one: str, many: str | None = None) -> str:
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def clipped(text: str, length: int) -> str:
    line = " ".join(text.split())
    return line if len(line) <= length else line[: length - 1].rstrip() + "…"
