"""Bars and points for the figures of a project; nothing is told by colour alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from app.components.plots.style import Figure, axis, figure_layout, plain, short

_PATTERNS = ("", "/", "x", ".")
COLOURS = ("#4a69c9", "#c4602a", "#2f8259", "#a8466b")
"""Seen on white and on near-black, and white text is read on them."""
_ROW = 34
LEGEND = {
    "orientation": "h",
    "x": 0,
    "xanchor": "left",
    "y": 1.02,
    "yanchor": "bottom",
    "traceorder": "normal",
}


@dataclass(frozen=True, slots=True)
class Part:
    """One colour and pattern of stacked bars."""

    name: str
    values: Sequence[float]
    texts: Sequence[str]


def stacked(rows: Sequence[str], parts: Sequence[Part], *, share: bool = False) -> Figure:
    """Horizontal bars, one for each row and stacked from the parts; the first row is on top.
    `share`: all bars reach from 0 to 100 %."""
    names = [plain(short(row, 30)) for row in rows]
    positions = list(range(len(rows)))
    data = [
        {
            "type": "bar",
            "orientation": "h",
            "name": part.name,
            "x": list(part.values),
            "y": positions,
            "text": list(part.texts),
            "textposition": "inside" if len(parts) > 1 else "auto",
            "insidetextanchor": "middle",
            "textangle": 0,
            "constraintext": "none",
            "insidetextfont": {"color": "#ffffff"},
            "marker": {"color": COLOURS[number], "pattern": _pattern(number)},
            "customdata": names,
            "hovertemplate": f"%{{customdata}}, {part.name}: %{{text}}<extra></extra>",
        }
        for number, part in enumerate(parts)
    ]
    top = 36 if len(parts) > 1 else 6
    across = axis({i / 4: f"{i / 4:.0%}" for i in range(5)}, grid=True) if share else _amount()
    layout = figure_layout() | {
        "height": top + 48 + _ROW * len(rows),
        "barmode": "stack",
        "bargap": 0.28,
        "showlegend": len(parts) > 1,
        "legend": LEGEND,
        "margin": {"l": 10, "r": 32, "t": top, "b": 30},
        "xaxis": across | ({"range": [0, 1.001]} if share else {}),
        "yaxis": axis(dict(enumerate(names))) | {"autorange": "reversed", "automargin": True},
    }
    return {"data": data, "layout": layout}


def daily(days: Sequence[str], counts: Sequence[int], so_far: Sequence[int]) -> Figure:
    """Above a line for the running total, below a bar for each day."""
    bars = {
        "type": "bar",
        "name": "on this day",
        "x": list(days),
        "y": list(counts),
        "width": 20 * 60 * 60 * 1000,  # milliseconds
        "marker": {"color": COLOURS[0]},
        "hovertemplate": "%{y}",
    }
    line = _line("in total", list(days), list(so_far), 1) | {"yaxis": "y2"}
    layout = _points_layout() | {
        "xaxis": {
            "type": "date",
            "fixedrange": True,
            "showgrid": False,
            "tickformat": "%-d %b",
            "range": _two_weeks(days),
        },
        "yaxis": _amount() | {"domain": [0, 0.36], "nticks": 3},
        "yaxis2": _amount() | {"domain": [0.46, 1], "nticks": 4, "anchor": "x"},
    }
    if len(days) == 1:
        layout["xaxis"] |= {"tickvals": list(days)}
    return {"data": [bars, line], "layout": layout}


def _two_weeks(days: Sequence[str]) -> list[str]:
    """The first and the last day with half a day around them, and never less than two weeks: a
    project's first day would fill the whole picture."""
    first, last = date.fromisoformat(days[0]), date.fromisoformat(days[-1])
    first = min(first, last - timedelta(days=13))
    return [f"{first - timedelta(days=1)}T12:00", f"{last}T12:00"]


def scores(ticks: Sequence[str], named: Sequence[tuple[str, Sequence[float | None]]]) -> Figure:
    """F1 of the columns, a mark of its own for each name, none where it is undefined. The axis
    holds all values and no more than it must, so that a difference of a point can be seen."""
    positions = list(range(len(ticks)))
    data = [
        _line(name, positions, list(values), number, share=True)
        | {"mode": "lines+markers+text" if not number else "markers"}
        for number, (name, values) in enumerate(named)
    ]
    layout = _points_layout() | {
        "xaxis": axis(dict(enumerate(ticks))) | {"range": [-0.5, len(ticks) - 0.5]},
        "yaxis": _percents([value for _, values in named for value in values]),
    }
    return {"data": data, "layout": layout}


def curve(x: Sequence[int], y: Sequence[float | None], texts: Sequence[str], title: str) -> Figure:
    """F1 over a number of documents, each point with a word beside it; none where undefined."""
    line = _line("F1", list(x), list(y), 0, share=True) | {
        "mode": "lines+markers+text",
        "text": list(texts),
        "hovertemplate": "%{text}: %{y:.1%} with %{x}<extra></extra>",
    }
    layout = _points_layout() | {
        "showlegend": False,
        "xaxis": _amount() | {"title": {"text": title}},
        "yaxis": _percents(y),
    }
    return {"data": [line], "layout": layout}


def _line(
    name: str, x: Sequence[object], y: Sequence[float | None], number: int, *, share: bool = False
) -> Figure:
    symbol = ("circle", "diamond-open")[number % 2]
    return {
        "type": "scatter",
        "mode": "lines+markers",
        "name": name,
        "x": x,
        "y": y,
        "text": [f"{value:.1%}" if share and value is not None else "" for value in y],
        "textposition": "top center",
        "cliponaxis": False,
        "line": {"color": COLOURS[number], "width": 2, "dash": ("solid", "dot")[number % 2]},
        "marker": {"symbol": symbol, "size": 10},
        "hovertemplate": "%{y:.1%}" if share else "%{y}",
    }


def _points_layout() -> Figure:
    return figure_layout() | {
        "height": 260,
        "legend": LEGEND,
        "hovermode": "x unified",
        "margin": {"l": 50, "r": 16, "t": 40, "b": 44},
    }


def _percents(values: Sequence[float | None]) -> Figure:
    defined = [value for value in values if value is not None]
    low = max(0.0, min(defined, default=0.0) - 0.1)
    high = min(1.0, max(defined, default=1.0) + 0.1)
    return {
        "tickformat": ".0%",
        "range": [low, high + 0.02],
        "gridcolor": "rgba(128,128,128,0.2)",
        "zeroline": False,
        "fixedrange": True,
        "nticks": 6,
    }


def _amount() -> Figure:
    """An axis from 0."""
    return {
        "rangemode": "tozero",
        "tickformat": ",~r",
        "nticks": 6,
        "gridcolor": "rgba(128,128,128,0.2)",
        "zeroline": False,
        "fixedrange": True,
    }


def _pattern(number: int) -> Figure:
    return {
        "shape": _PATTERNS[number],
        "fillmode": "overlay",
        "fgcolor": "rgba(255,255,255,0.55)",
        "size": 6,
        "solidity": 0.25,
    }
