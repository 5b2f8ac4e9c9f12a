"""What the plots share. No ink and no background, so that they follow the page's theme."""

from __future__ import annotations

from typing import Any

Figure = dict[str, Any]
GREY = "#9aa0a6"
_FAINT = "rgba(128,128,128,0.2)"


def figure_layout() -> Figure:
    return {
        "height": 430,
        "margin": {"l": 60, "r": 12, "t": 36, "b": 40},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
    }


def axis(ticks: dict[float, str], *, grid: bool = False) -> Figure:
    """An axis that stays in place, with a text at each tick."""
    return {
        "tickvals": list(ticks),
        "ticktext": list(ticks.values()),
        "showgrid": grid,
        "gridcolor": _FAINT,
        "zeroline": False,
        "fixedrange": True,
    }


def thin(values: list[int], most: int) -> list[int]:
    """At most about `most` of the values, the last one always among them."""
    every = -(-len(values) // most)
    return values[::-every][::-1] if every > 1 else values


def short(text: str, length: int) -> str:
    line = " ".join(text.split())
    return line if len(line) <= length else line[: length - 1] + "…"


def plain(text: str) -> str:
    """Plotly reads markup in its texts; a document's text must stay text."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def ink_on(colour: str) -> str:
    """Black or white, whichever reads better on #rrggbb."""
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return "#10131a" if 0.299 * red + 0.587 * green + 0.114 * blue > 120 else "#ffffff"
