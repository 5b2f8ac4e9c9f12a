"""The whole film in one still picture."""

from __future__ import annotations

from typing import Any

from app.components.denoising.film import EntityBar, Frame, Payload
from app.components.plots.style import GREY, Figure, axis, figure_layout, plain, short, thin

_MOST_WORDS = 26
_MOST_STEPS = 10
_ROW = 0.055
"""The height of a row of entities, as a share of the height of the river above it."""


def river(payload: Payload) -> Figure:
    """A still picture of the whole film: time runs downwards, each noisy span's centre is one
    curve, and the curves flow into the entities kept."""
    frames, entities = payload["frames"], payload["entities"]
    gamma = max(1, len(frames) - 1)
    fate = {k: entity for entity in entities for k in entity["collapsed"]}
    groups: dict[int, list[int]] = {}
    for k in range(len(frames[0]["at"]) if frames else 0):
        groups.setdefault(fate[k]["label"] if k in fate else -1, []).append(k)
    data = [_currents(payload, label, groups[label], fate) for label in sorted(groups)]
    shapes, notes = _banks(payload, gamma)
    depth = 1 + max((entity["row"] for entity in entities), default=0)
    layout = figure_layout() | {
        "legend": {"orientation": "h", "x": 0, "xanchor": "left", "y": 1.02, "yanchor": "bottom"},
        "shapes": shapes,
        "annotations": notes,
        "xaxis": _word_axis(payload),
        "yaxis": _time_axis(frames, bottom=gamma * (1 + _ROW * (depth + 1.2))),
    }
    return {"data": data, "layout": layout}


def _currents(
    payload: Payload, label: int, slots: list[int], fate: dict[int, EntityBar]
) -> dict[str, Any]:
    """The curves of all noisy spans with one fate, None between them: one trace draws fast."""
    x: list[float | None] = []
    y: list[float | None] = []
    text: list[str] = []
    for k in slots:
        where = f"ends as {fate[k]['text']}" if k in fate else "ends as no entity"
        centres = [sum(frame["at"][k]) / 2 for frame in payload["frames"]]
        x += [*centres, None]
        y += [*range(len(centres)), None]
        text += [plain(f"noisy span {k + 1} {where}")] * (len(centres) + 1)
    known = label >= 0
    return {
        "type": "scatter",
        "mode": "lines",
        "x": x,
        "y": y,
        "text": text,
        "hovertemplate": "%{text}<extra></extra>",
        "name": plain(payload["labels"][label]["name"]) if known else "no entity",
        "line": {
            "color": payload["labels"][label]["color"] if known else GREY,
            "width": 1.6 if known else 1,
            "shape": "spline",
            "smoothing": 0.9,
            "dash": "solid" if known else "dot",
        },
        "opacity": 0.75 if known else 0.45,
        "legendrank": 1000 + (not known),
    }


def _banks(payload: Payload, gamma: int) -> tuple[list[Figure], list[Figure]]:
    """The entities under the river: (shapes, annotations)."""
    shapes, notes = [], []
    for entity in payload["entities"]:
        label = payload["labels"][entity["label"]]
        top, bottom = (gamma * (1 + _ROW * (entity["row"] + share)) for share in (0.55, 1.4))
        shapes.append(
            {
                "type": "rect",
                "x0": entity["start"] + 0.06,
                "x1": entity["end"] - 0.06,
                "y0": top,
                "y1": bottom,
                "fillcolor": label["color"],
                "line": {"width": 0},
            }
        )
        notes.append(
            {
                "x": (entity["start"] + entity["end"]) / 2,
                "y": (top + bottom) / 2,
                "text": plain(label["name"]),
                "showarrow": False,
                "font": {"size": 9, "color": _ink_on(label["color"])},
            }
        )
    return shapes, notes


def _word_axis(payload: Payload) -> Figure:
    """Every word of a short sentence; of a long one the entities' words and some between."""
    words = payload["words"]
    shown = list(range(len(words)))
    if len(words) > _MOST_WORDS:
        named = {i for e in payload["entities"] for i in range(e["start"], e["end"])}
        every = -(-len(words) // _MOST_WORDS)
        near = {i + d for i in named for d in range(1 - every, every)}
        shown = thin(sorted(named | (set(range(0, len(words), every)) - near)), 2 * _MOST_WORDS)
    return axis({i + 0.5: plain(short(words[i], 14)) for i in shown}) | {
        "range": [-0.2, len(words) + 0.2],
        "tickangle": 0 if len(words) <= 8 else -45,
    }


def _time_axis(frames: list[Frame], bottom: float) -> Figure:
    shown = thin(list(range(len(frames))), _MOST_STEPS)
    ticks: dict[float, str] = {i: "noise" if i == 0 else f"step {i}" for i in shown}
    return axis(ticks, grid=True) | {"range": [bottom, -0.1]}


def _ink_on(colour: str) -> str:
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return "#10131a" if 0.299 * red + 0.587 * green + 0.114 * blue > 120 else "#ffffff"
