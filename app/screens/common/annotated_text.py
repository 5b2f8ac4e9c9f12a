"""A stretch of a text with entities in it, as HTML: nested and crossing ones too.

An entity stands between ⟦ and ⟧, its label behind it, so that nothing hangs on a colour alone.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from html import escape

from core.types import Key

AROUND = 90
"""Code points of the text that are shown to either side."""
TINTS = ("#2f86c9", "#e07b00", "#a36bd0", "#159a78", "#d05080")
"""One a person; told apart by a common colour blindness, and legible on black and on white."""
_AGREED = "#888888"


def window(text: str, start: int, end: int) -> tuple[int, int]:
    """What is shown around a place, cut between words where there are any."""
    left, right = max(0, start - AROUND), min(len(text), end + AROUND)
    if left:
        left = text.find(" ", left, start) + 1 or left
    if right < len(text):
        space = text.rfind(" ", end, right)
        right = space if space > 0 else right
    return left, right


def html(
    text: str,
    shown: tuple[int, int],
    keys: Collection[Key],
    agreed: Collection[Key] = (),
    tint: str = TINTS[0],
) -> str:
    """The stretch `shown` with these entities, and, in grey, those that all agree on."""
    left, right = shown
    every = sorted(
        [(key, tint) for key in keys] + [(key, _AGREED) for key in agreed],
        key=lambda span: (span[0][0], -span[0][1], span[0][2]),
    )
    within = [(key, colour) for key, colour in every if key[0] < right and key[1] > left]
    cuts = sorted({left, right, *(cut for key, _ in within for cut in key[:2])})
    cuts = [cut for cut in cuts if left <= cut <= right]
    parts = ["…" if left else ""]
    for number, cut in enumerate(cuts):
        parts += [_close(key, colour) for key, colour in reversed(within) if key[1] == cut]
        parts += [_sign("⟦", colour) for key, colour in within if key[0] == cut]
        if number + 1 < len(cuts):
            here = [colour for key, colour in within if key[0] <= cut < key[1]]
            parts.append(_words(text[cut : cuts[number + 1]], here))
    parts.append("…" if right < len(text) else "")
    style = "white-space: pre-wrap; overflow-wrap: anywhere; line-height: 1.9"
    return f'<div dir="auto" style="{style}">{"".join(parts)}</div>'


def _words(words: str, colours: Sequence[str]) -> str:
    if not colours:
        return escape(words)
    colour = next((tint for tint in reversed(colours) if tint != _AGREED), _AGREED)
    return f'<span style="background: {colour}38; border-radius: 2px">{escape(words)}</span>'


def _close(key: Key, colour: str) -> str:
    style = f"font-size: 0.72em; border: 1px solid {colour}; border-radius: 4px; padding: 0 3px"
    label = f'<span style="{style}; margin: 0 2px"><bdi>{escape(key[2])}</bdi></span>'
    return f"{_sign('⟧', colour)}{label}"


def _sign(sign: str, colour: str) -> str:
    return f'<b style="color: {colour}">{sign}</b>'
