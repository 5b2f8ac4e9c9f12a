"""Words and signs that several pages share."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime

from core.evaluation.metrics import UNDEFINED
from storage.enums import DocumentStatus, Split

STATUS: Mapping[DocumentStatus, str] = {
    "new": "○ New",
    "in_progress": "◐ In progress",
    "submitted": "✓ Submitted",
    "skipped": "↷ Skipped",
}
"""A sign and a word: the status never hangs on a colour."""
SPLIT: Mapping[Split, str] = {"train": "Training", "dev": "Development", "holdout": "Held out"}
MOMENT = "D MMM YYYY, HH:mm"
"""A moment in a table, as `moment` writes it; a table's moments are in UTC."""
_MARKDOWN = re.compile(r"([\\`*_{}\[\]()<>#+\-.!|~$:&\"'/@^=])")

_ADDRESS = re.compile(r"(https?://|www(?=\.))(?=[-.\w])", re.IGNORECASE)
"""Where Markdown would begin a link to a site, whatever is escaped in it. A mail address stays one:
it leads nowhere, and people copy it, with any sign that is hidden in it."""
_WORD_JOINER = "\u2060"
"""Has no width; within an address it leaves it plain text."""

_SAFE_LINK = (
    r"(?:https?://|mailto:|#|/(?![/\\])|data:image/(?:png|jpeg|gif|webp);base64,[\w+/=]+[\s)>])"
)
"""Where a person's own Markdown may lead: to a page, an address, or a picture that it holds."""
_UNSAFE = re.compile(
    rf"(?P<inline>\]\()(?!\s*<?{_SAFE_LINK})|(?P<reference>\]:)(?!\s*<?{_SAFE_LINK})"
    r"|(?P<automatic><)(?=[A-Za-z][\w+.-]*:)(?!https?://|mailto:)",
    re.IGNORECASE,
)
_SHOWN = {"inline": r"]\(", "reference": r"]\:", "automatic": r"\<"}


def literal(text: str) -> str:
    """The text for a place that reads Markdown, shown as it is and never acted upon."""
    plain = _ADDRESS.sub(rf"\1{_WORD_JOINER}", " ".join(text.split()))
    return _MARKDOWN.sub(r"\\\1", plain)


def with_safe_links(markdown: str) -> str:
    """A person's Markdown, in which a link to anything but a page or a picture (`data:`, `file:`,
    `blob:` and what may be one of them) is shown as it is written."""
    return _UNSAFE.sub(lambda found: _SHOWN[str(found.lastgroup)], markdown)


def count(number: int, singular: str, many: str | None = None) -> str:
    return f"{number:,} {singular if number == 1 else many or singular + 's'}"


def moment(at: datetime) -> str:
    """A moment as people write it, in UTC: `5 Jan 2026, 09:30 UTC`."""
    at = at.astimezone(UTC)
    return f"{at.day} {at:%b %Y, %H:%M} UTC"


def clipped(text: str, length: int) -> str:
    line = " ".join(text.split())
    return line if len(line) <= length else line[: length - 1].rstrip() + "…"


def share_text(share: float | None) -> str:
    """A measure in per cent, or a dash where it is undefined."""
    return UNDEFINED if share is None else f"{share:.1%}"
