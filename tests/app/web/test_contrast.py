"""All text of the theme is legible: a contrast of 4.5:1 or more (WCAG 2.2, 1.4.3)."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator

import pytest

from app.screens.common.appearance import CHOSEN, ON_PRIMARY
from app.settings import ROOT

LEAST = 4.5
FADED = 0.6
"""The opacity at which Streamlit writes captions, placeholders and help."""
TINTED = 0.2
"""How much of the primary colour Streamlit mixes into the ground of what is chosen."""
THEMES = ("light", "dark")
Colour = tuple[float, float, float]


def colour(text: str) -> Colour:
    red, green, blue = (int(text[at : at + 2], 16) / 255 for at in (1, 3, 5))
    return red, green, blue


def over(front: Colour, back: Colour, opacity: float) -> Colour:
    red, green, blue = (
        opacity * above + (1 - opacity) * below for above, below in zip(front, back, strict=True)
    )
    return red, green, blue


def luminance(shown: Colour) -> float:
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in shown]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(front: Colour, back: Colour) -> float:
    darker, lighter = sorted((luminance(front), luminance(back)))
    return (lighter + 0.05) / (darker + 0.05)


def pairs(theme: str) -> Iterator[tuple[str, Colour, Colour]]:
    """Every text of the theme with what it stands on."""
    section = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text())["theme"][theme]
    grounds = {
        f"{part}{name}": colour(colours[name])
        for part, colours in (("", section), ("sidebar ", section["sidebar"]))
        for name in ("backgroundColor", "secondaryBackgroundColor")
    }
    text = colour(section["textColor"])
    for name, ground in grounds.items():
        yield f"text on {name}", text, ground
        yield f"captions on {name}", over(text, ground, FADED), ground
    for name in ("backgroundColor", "secondaryBackgroundColor"):
        for link in ("primaryColor", "linkColor"):
            yield f"{link} on {name}", colour(section[link]), grounds[name]
    tint = over(colour(section["primaryColor"]), grounds["backgroundColor"], TINTED)
    yield "the chosen of several buttons", colour(CHOSEN[theme]), tint
    code, ground = colour(section["codeTextColor"]), grounds["secondaryBackgroundColor"]
    yield "code in captions", over(code, ground, FADED), ground
    yield "primary buttons", colour(ON_PRIMARY[theme]), colour(section["primaryColor"])


def test_the_contrast_is_what_the_definition_says() -> None:
    assert contrast(colour("#000000"), colour("#ffffff")) == pytest.approx(21)
    assert contrast(colour("#777777"), colour("#ffffff")) == pytest.approx(4.48, abs=0.005)


@pytest.mark.parametrize("theme", THEMES)
def test_all_text_of_a_theme_is_legible(theme: str) -> None:
    faint = {
        name: round(contrast(front, back), 2)
        for name, front, back in pairs(theme)
        if contrast(front, back) < LEAST
    }
    assert not faint
