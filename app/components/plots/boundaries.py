"""P^l and P^r over the words at each step, for one noisy span."""

from __future__ import annotations

from math import inf
from typing import Any

from app.components.denoising.animation import Frame, Payload
from app.components.plots.axes import step_ticks, word_axis
from app.components.plots.style import GREY, Figure, axis, figure_layout, ink_on

_MOST_CELLS = 420
"""With more, a share in every cell is not legible."""
_TOLD, _STRONG = 0.04, 0.45
"""Shares from which a cell has a figure, and from which its colour is strong."""
_SIDES = ("Left boundary, Pˡ", "Right boundary, Pʳ")


def boundaries(payload: Payload, slot: int) -> Figure:
    """Two heat maps over each other: how likely each word was the first, and the last, of what
    noisy span `slot` saw at every step; the one that was taken has a frame."""
    made = payload["frames"][1:]
    colour = _colour(payload, slot)
    few = len(made) * len(payload["words"]) <= _MOST_CELLS
    data: list[Figure] = []
    shapes: list[Figure] = []
    for edge in (0, 1):
        shares = [_row(frame, slot, edge, len(payload["words"])) for frame in made]
        data.append(_map(shares, edge, colour))
        if few:
            data += [
                _told(shares, edge, _TOLD, _STRONG, None),
                _told(shares, edge, _STRONG, inf, ink_on(colour)),
            ]
        shapes += [
            _frame(number, frame["spans"][slot][edge] - edge, edge)
            for number, frame in enumerate(made, 1)
        ]
    steps = axis(step_ticks(range(1, len(made) + 1)))
    rows = {"range": [len(made) + 0.5, 0.5], "showgrid": False}
    layout = figure_layout() | {
        "height": 170 + 2 * max(90, min(320, 24 * len(made))),
        "showlegend": False,
        "xaxis": word_axis(payload) | {"anchor": "y2"},
        "yaxis": steps | rows | {"domain": [0.54, 1.0]},
        "yaxis2": steps | rows | {"domain": [0.0, 0.46]},
        "shapes": shapes,
        "annotations": [_heading(text, y) for text, y in zip(_SIDES, (1.0, 0.46), strict=True)],
    }
    return {"data": data, "layout": layout}


def _map(shares: list[list[float]], edge: int, colour: str) -> Figure:
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return {
        "type": "heatmap",
        "name": _SIDES[edge],
        "x": [i + 0.5 for i in range(len(shares[0]))],
        "y": list(range(1, len(shares) + 1)),
        "z": shares,
        "zmin": 0,
        "zmax": 1,
        "colorscale": [
            [0, f"rgba({red},{green},{blue},0.03)"],
            [1, f"rgba({red},{green},{blue},0.9)"],
        ],
        "showscale": False,
        "xgap": 1,
        "ygap": 1,
        "hovertemplate": "%{x}, step %{y}: %{z:.1%}<extra></extra>",
        "yaxis": _axis(edge),
    }


def _told(
    shares: list[list[float]], edge: int, least: float, most: float, ink: str | None
) -> Figure:
    """The shares between two bounds in figures. Without an ink they follow the page's theme, as
    the text of a curve does and that of a map does not."""
    cells = [
        (word + 0.5, step, f"{share:.0%}")
        for step, row in enumerate(shares, 1)
        for word, share in enumerate(row)
        if least <= share < most
    ]
    x, y, text = zip(*cells, strict=True) if cells else ((), (), ())
    return {
        "type": "scatter",
        "mode": "text",
        "name": f"{_SIDES[edge]}, shares",
        "x": x,
        "y": y,
        "text": text,
        "textfont": {"size": 10} | ({"color": ink} if ink else {}),
        "hoverinfo": "skip",
        "yaxis": _axis(edge),
    }


def _frame(step: int, word: int, edge: int) -> Figure:
    """Around the word that was taken: left and right are chosen jointly, so that it need not be
    the likeliest."""
    return {
        "type": "rect",
        "x0": word,
        "x1": word + 1,
        "y0": step - 0.5,
        "y1": step + 0.5,
        "yref": _axis(edge),
        "line": {"color": GREY, "width": 2},
    }


def _axis(edge: int) -> str:
    return "y2" if edge else "y"


def _row(frame: Frame, slot: int, edge: int, length: int) -> list[float]:
    row = [0.0] * length
    if frame["pointers"]:
        flat = frame["pointers"][slot][edge]
        for word, share in zip(flat[::2], flat[1::2], strict=True):
            row[word] = share / 1000
    return row


def _colour(payload: Payload, slot: int) -> str:
    label = payload["frames"][-1]["labels"][slot]
    return payload["labels"][label]["color"] if label >= 0 else GREY


def _heading(text: str, y: float) -> dict[str, Any]:
    return {
        "text": text,
        "xref": "paper",
        "yref": "paper",
        "x": 0,
        "y": y,
        "xanchor": "left",
        "yanchor": "bottom",
        "showarrow": False,
    }
