"""Whether a task's text is the one that was annotated: Label Studio may show another one.

A `HyperText` is shown without its tags, and a text may stand elsewhere and be named by its URL or
path. Offsets then count what was shown, and not what the task holds.
"""

from __future__ import annotations

import re

_MARKUP = re.compile(
    r"<(?:[a-zA-Z][^<>]{0,300}|/[a-zA-Z][^<>]{0,50}|!--)>|&(?:[a-z]{2,8}|#\d{2,6});"
)
_ADDRESS = re.compile(r"(?:https?|s3|gs|file|azure-blob)://\S+|/data/(?:upload|local-files)/\S+")
_PATH = re.compile(r"[^\s<>]+")
_FILES = (".txt", ".htm", ".html", ".xml", ".md", ".csv", ".json")
_LONGEST_ADDRESS = 2_000


def other_text(text: str) -> str | None:
    """Why offsets may count another text than this, and what to do about it; or None."""
    if _is_address(text.strip()):
        return (
            f"{text.strip()[:60]!r} is where a text lies, and not the text; put the text itself "
            "into the task's data"
        )
    if has_markup(text):
        return (
            "the text is HTML, and offsets may count what is shown of it; put the text without "
            "its tags into the task's data and annotate it as <Text>"
        )
    return None


def _is_address(text: str) -> bool:
    if len(text) > _LONGEST_ADDRESS:
        return False
    is_path = "/" in text and text.lower().endswith(_FILES) and _PATH.fullmatch(text)
    return bool(is_path or _ADDRESS.fullmatch(text))


def has_markup(text: str) -> bool:
    """Whether a text holds tags or entities of HTML."""
    return _MARKUP.search(text) is not None
