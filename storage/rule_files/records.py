"""What a file of rules yields, and the bounds of its texts."""

from __future__ import annotations

from dataclasses import dataclass

from storage.enums import RuleKind
from storage.formats.fields import FieldError

MAX_TERM = 300
"""Code points of a term."""
MAX_LABEL = 100
MAX_NAME = 100


@dataclass(frozen=True, slots=True)
class RuleRecord:
    """A rule as a file has it."""

    line: int
    kind: RuleKind
    pattern: str
    """Words, white space as single blanks; of the kind `tokens` a JSON list."""
    label: str | None = None
    """None: the file gives none."""
    name: str = ""
    """The `id` that the file gives it."""
    plain: bool = True
    """Whether it is a string of words, whose case a person may choose to ignore."""


def checked_text(value: object, what: str, longest: int = MAX_TERM) -> str:
    """A text of the file, white space as single blanks. Raises `FieldError`."""
    if not isinstance(value, str):
        raise FieldError(f"{what} must be a string, got {_shown(value)}")
    text = " ".join(value.split())
    if not text:
        raise FieldError(f"{what} is empty; leave the line out")
    if len(text) > longest:
        raise FieldError(
            f"{what} has at most {longest} characters, got {len(text)}: {_shown(text)}; shorten it"
        )
    if "\0" in text or not _storable(text):
        raise FieldError(f"{what} holds NUL or half a character (a lone surrogate): {_shown(text)}")
    return text


def _storable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _shown(value: object) -> str:
    shown = ascii(value) if isinstance(value, str) and not _storable(value) else repr(value)
    return shown if len(shown) <= 60 else f"{shown[:57]}…"
