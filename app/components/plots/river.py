"""The whole animation in one still picture."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from app.components.denoising.animation import Payload
from app.components.plots.axes import time_axis, word_axis
from app.components.plots.lives import Life, lives
from app.components.plots.style import GREY, Figure, figure_layout, ink_on, plain

_ROW = 0.055
"""The height of a row of entities, as a share of the height of the river above it."""
_NARROWEST = 0.04
"""The least share of the width that holds an entity's label."""
_OPACITY: Mapping[bool | None, tuple[float, float]] = {
    None: (0.45, 0.75),
    False: (0.15, 0.25),
    True: (0.9, 1.0),
}
"""Of curves that became no entity and of those that did, by whether they are chosen."""


def river(payload: Payload, chosen: Collection[int] = ()) -> Figure:
    """A still picture of the whole animation: time runs down, each noisy span's centre is a curve
    that flows into the place it reached, and starts again elsewhere where the span did.

    The `chosen` noisy spans are drawn thicker than all others.
    """
    frames, entities = payload["frames"], payload["entities"]
    gamma = max(1, len(frames) - 1)
    groups: dict[tuple[bool, int], list[Life]] = {}
    for life in lives(payload):
        fate = -1 if life.entity is None else life.entity["label"]
        groups.setdefault((life.slot in chosen, fate), []).append(life)
    data = [
        _currents(payload, fate, groups[strong, fate], strong if chosen else None)
        for strong, fate in sorted(groups)
    ]
    shapes, notes = _banks(payload, gamma)
    depth = 1 + max((entity["row"] for entity in entities), default=0)
    layout = figure_layout() | {
        "legend": {"orientation": "h", "x": 0, "xanchor": "left", "y": 1.02, "yanchor": "bottom"},
        "shapes": shapes,
        "annotations": notes,
        "xaxis": word_axis(payload),
        "yaxis": time_axis(frames, bottom=gamma * (1 + _ROW * (depth + 1.2))),
    }
    return {"data": data, "layout": layout}


def _currents(payload: Payload, label: int, group: list[Life], strong: bool | None) -> Figure:
    """The curves of all lives with one fate, None between them: one trace draws fast.

    `strong` tells whether they are chosen; None: nothing is.
    """
    x: list[float | None] = []
    y: list[float | None] = []
    text: list[str] = []
    for life in group:
        x += [*life.centres, None]
        y += [*range(life.first, life.last + 1), None]
        text += [_told(payload, life)] * (len(life.centres) + 1)
    known = label >= 0
    name = plain(payload["labels"][label]["name"]) if known else "no entity"
    return {
        "type": "scatter",
        "mode": "lines",
        "x": x,
        "y": y,
        "text": text,
        "hovertemplate": "%{text}<extra></extra>",
        "name": f"{name}, chosen" if strong else name,
        "line": {
            "color": payload["labels"][label]["color"] if known else GREY,
            "width": 3 if strong else 1.6 if known else 1,
            "shape": "spline",
            "smoothing": 0.9,
            "dash": "solid" if known else "dot",
        },
        "opacity": _OPACITY[strong][known],
        "legendrank": 1000 + (not known),
    }


def _told(payload: Payload, life: Life) -> str:
    where = life.entity["text"] if life.entity else "no entity"
    ended = life.last == len(payload["frames"]) - 1
    ending = f"ends as {where}" if ended else f"reached {where} at step {life.last}, restarts"
    return plain(f"noisy span {life.slot + 1} {ending}")


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
        if entity["end"] - entity["start"] < _NARROWEST * len(payload["words"]):
            continue
        notes.append(
            {
                "x": (entity["start"] + entity["end"]) / 2,
                "y": (top + bottom) / 2,
                "text": plain(label["name"]),
                "showarrow": False,
                "font": {"size": 9, "color": ink_on(label["color"])},
            }
        )
    return shapes, notes
