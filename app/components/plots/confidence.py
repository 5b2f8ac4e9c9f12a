"""How sure the model is of each entity after every step."""

from __future__ import annotations

from typing import Any

from app.components.denoising.animation import EntityBar, Frame, Payload
from app.components.plots.style import GREY, Figure, axis, figure_layout, plain, short, thin
from core.evaluation.metrics import ratio

_MOST_TICKS = 5
_DASHES = ("solid", "dash", "dot", "dashdot")
_MARKERS = ("circle", "square", "diamond", "triangle-up", "cross")


def confidence(payload: Payload) -> Figure:
    """How sure the model is of each kept entity after every step, and the share of ∅.

    An entity's confidence at a step is that of the noisy span that proposed it most surely, if
    that predicts exactly this entity by then; else of the surest other that does; else 0.
    """
    made = payload["frames"][1:]
    steps = list(range(1, len(made) + 1))
    nothing = {
        **_line("no entity (share of spans)", GREY, steps, [_no_entity(frame) for frame in made]),
        "fill": "tozeroy",
        "fillcolor": "rgba(154,160,166,0.15)",
    }
    needed = _line("threshold φ", GREY, steps, [payload["threshold"]] * len(steps))
    needed["line"] |= {"dash": "dot", "width": 1}
    needed["mode"] = "lines"
    curves = [_growth(payload, number, made) for number in range(len(payload["entities"]))]
    layout = figure_layout() | {
        "legend": {"orientation": "h", "x": 0, "xanchor": "left", "y": -0.16, "yanchor": "top"},
        "hovermode": "x unified",
        "xaxis": axis({i: f"step {i}" for i in thin(steps, _MOST_TICKS)}),
        "yaxis": axis({i / 4: f"{i / 4:.0%}" for i in range(5)}, grid=True)
        | {"range": [-0.03, 1.03]},
    }
    return {"data": [nothing, needed, *curves], "layout": layout}


def _growth(payload: Payload, number: int, made: list[Frame]) -> dict[str, Any]:
    """The curve of one entity; those of one label differ by their dashes and markers."""
    entity = payload["entities"][number]
    label = payload["labels"][entity["label"]]
    alike = sum(other["label"] == entity["label"] for other in payload["entities"][:number])
    curve = _line(
        plain(f"{short(entity['text'], 28)} · {label['name']}"),
        label["color"],
        list(range(1, len(made) + 1)),
        [_best(frame, entity) for frame in made],
    )
    curve["line"]["dash"] = _DASHES[alike % len(_DASHES)]
    curve["marker"] = {"symbol": _MARKERS[alike % len(_MARKERS)], "size": 7}
    return curve


def _line(
    name: str, colour: str, x: list[int], y: list[float] | list[float | None]
) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "lines+markers",
        "name": name,
        "x": x,
        "y": y,
        "line": {"color": colour, "width": 2},
        "hovertemplate": "%{y:.0%}",
    }


def _best(frame: Frame, entity: EntityBar) -> float:
    wanted = (entity["start"], entity["end"], entity["label"])
    agreeing = {
        slot: score
        for slot, (span, label, score) in enumerate(
            zip(frame["spans"], frame["labels"], frame["scores"], strict=True)
        )
        if (*span, label) == wanted
    }
    return agreeing.get(entity["slot"], max(agreeing.values(), default=0.0))


def _no_entity(frame: Frame) -> float | None:
    """None in a frame without spans."""
    return ratio(frame["labels"].count(-1), len(frame["labels"]))
