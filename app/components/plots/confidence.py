"""How sure the model is of each entity after every step: a small picture for each."""

from __future__ import annotations

from typing import Any

from app.components.denoising.animation import Frame, Payload
from app.components.plots.style import GREY, Figure, axis, figure_layout, plain, short, thin
from core.evaluation.metrics import ratio

_COLUMNS = 3
_GAP = 0.05
"""Between two columns, as a share of the width."""
_PANEL, _HEADING = 74, 34
"""Pixels of a small picture's height, and of the space above it."""
_MOST_TICKS = 3
_DIMMED = 0.3
_MARGIN = {"l": 44, "r": 12, "t": 10, "b": 30}


def confidence(payload: Payload, chosen: int | None = None) -> Figure:
    """Each entity's score after every step, of what was proposed until then, beside φ; a dot where
    it was banked. The last picture has the share of spans that are no entity.

    While an entity is `chosen`, the others are dimmed.
    """
    made = payload["frames"][1:]
    steps = list(range(1, len(made) + 1))
    panels = [*(_entity(payload, number, steps) for number in range(len(payload["entities"])))]
    for number, curves in enumerate(panels):
        if chosen not in (None, number):
            for curve in curves:
                curve["opacity"] = _DIMMED
    nothing = _curve("no entity (share of spans)", GREY, steps, [_no_entity(f) for f in made])
    panels.append([nothing | {"fill": "tozeroy", "fillcolor": "rgba(154,160,166,0.15)"}])
    rows = -(-len(panels) // _COLUMNS)
    layout = figure_layout() | {"showlegend": False, "margin": _MARGIN}
    layout["height"] = rows * (_PANEL + _HEADING) + _MARGIN["t"] + _MARGIN["b"]
    layout["annotations"] = []
    data: list[Figure] = []
    for number, curves in enumerate(panels):
        suffix = str(number + 1) if number else ""
        data += [curve | {"xaxis": f"x{suffix}", "yaxis": f"y{suffix}"} for curve in curves]
        last_row = number >= len(panels) - _COLUMNS
        layout |= _axes(number, rows, steps if last_row else [])
        layout[f"xaxis{suffix}"]["range"] = [0.7, len(steps) + 0.3]
        left, bottom, _, height = _place(number, rows)
        layout["annotations"].append(_title(curves[0]["name"], left, bottom + height))
    return {"data": data, "layout": layout}


def _axes(number: int, rows: int, steps: list[int]) -> Figure:
    """The two axes of a small picture; only the outer ones have ticks."""
    suffix = str(number + 1) if number else ""
    left, bottom, width, height = _place(number, rows)
    percents = {0: "0%", 1: "100%"} if number % _COLUMNS == 0 else {0: "", 1: ""}
    return {
        f"xaxis{suffix}": axis({i: f"step {i}" for i in thin(steps, _MOST_TICKS)})
        | {"domain": [left, left + width], "anchor": f"y{suffix}"},
        f"yaxis{suffix}": axis({float(y): text for y, text in percents.items()}, grid=True)
        | {
            "domain": [bottom, bottom + height],
            "anchor": f"x{suffix}",
            "range": [-0.06, 1.08],
        },
    }


def _place(number: int, rows: int) -> tuple[float, float, float, float]:
    """The left, the bottom, the width and the height of a small picture, as shares."""
    width = (1 - (_COLUMNS - 1) * _GAP) / _COLUMNS
    row, column = divmod(number, _COLUMNS)
    height = _PANEL / (_PANEL + _HEADING) / rows
    return column * (width + _GAP), 1 - (row + 1) / rows, width, height


def _entity(payload: Payload, number: int, steps: list[int]) -> list[dict[str, Any]]:
    """Its score, φ, and the step where it was banked."""
    entity = payload["entities"][number]
    label = payload["labels"][entity["label"]]
    name = plain(f"{short(entity['text'], 22)} · {label['name']}")
    scores = list(entity["scores"])
    threshold = _curve("threshold φ", GREY, steps, [payload["threshold"]] * len(steps))
    threshold["line"] = {"color": GREY, "dash": "dot", "width": 1}
    banked = entity["banked"]
    dot = _curve(f"{name}, found", label["color"], [banked], scores[banked - 1 : banked])
    dot |= {"mode": "markers", "marker": {"size": 9}}
    return [_curve(name, label["color"], steps, scores), threshold, dot]


def _curve(
    name: str, colour: str, x: list[int], y: list[float] | list[float | None]
) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "lines" if len(x) > 1 else "markers",
        "name": name,
        "x": x,
        "y": y,
        "line": {"color": colour, "width": 2},
        "marker": {"color": colour},
        "hovertemplate": "step %{x}: %{y:.0%}",
    }


def _title(text: str, left: float, top: float) -> dict[str, Any]:
    return {
        "text": text,
        "xref": "paper",
        "yref": "paper",
        "x": left,
        "y": top,
        "xanchor": "left",
        "yanchor": "bottom",
        "showarrow": False,
        "font": {"size": 11},
    }


def _no_entity(frame: Frame) -> float | None:
    """None in a frame without spans."""
    return ratio(frame["labels"].count(-1), len(frame["labels"]))
