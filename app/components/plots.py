"""Plotly views of a denoised sentence, as plain figure dictionaries for `st.plotly_chart`.

They name no ink and no background, so that they follow the page's light or dark theme.
"""

from __future__ import annotations

from typing import Any

from app.components.denoising.payload import EntityBar, Frame, Payload

Figure = dict[str, Any]
GREY = "#9aa0a6"
_ALL_WORDS = 26
_ALL_STEPS = 10
_DASHES = ("solid", "dash", "dot", "dashdot")
_MARKERS = ("circle", "square", "diamond", "triangle-up", "cross")
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
    layout = _layout(430) | {
        "shapes": shapes,
        "annotations": notes,
        "xaxis": _word_axis(payload),
        "yaxis": _time_axis(frames, bottom=gamma * (1 + _ROW * (depth + 1.2))),
    }
    return {"data": data, "layout": layout}


def confidence(payload: Payload) -> Figure:
    """How sure the model is of each kept entity after every step, and the share of ∅.

    An entity's confidence at a step is that of the surest noisy span predicting exactly it,
    0 where none does.
    """
    made = payload["frames"][1:]
    steps = list(range(1, len(made) + 1))
    shown = _thin(steps, _ALL_STEPS // 2)
    nothing = {
        **_line("no entity (share of spans)", GREY, steps, [_no_entity(frame) for frame in made]),
        "fill": "tozeroy",
        "fillcolor": "rgba(154,160,166,0.15)",
    }
    needed = _line("needed to be kept (φ)", GREY, steps, [payload["threshold"]] * len(steps))
    needed["line"] |= {"dash": "dot", "width": 1}
    needed["mode"] = "lines"
    curves = [_growth(payload, number, made) for number in range(len(payload["entities"]))]
    layout = _layout(430) | {
        "legend": {"orientation": "h", "x": 0, "xanchor": "left", "y": -0.16, "yanchor": "top"},
        "hovermode": "x unified",
        "xaxis": {
            "tickvals": shown,
            "ticktext": [f"step {i}" for i in shown],
            "fixedrange": True,
            "showgrid": False,
            "zeroline": False,
        },
        "yaxis": {
            "range": [-0.03, 1.03],
            "tickformat": ".0%",
            "fixedrange": True,
            "zeroline": False,
            "gridcolor": "rgba(128,128,128,0.2)",
        },
    }
    return {"data": [nothing, needed, *curves], "layout": layout}


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
        text += [_plain(f"noisy span {k + 1} {where}")] * (len(centres) + 1)
    known = label >= 0
    return {
        "type": "scatter",
        "mode": "lines",
        "x": x,
        "y": y,
        "text": text,
        "hovertemplate": "%{text}<extra></extra>",
        "name": _plain(payload["labels"][label]["name"]) if known else "no entity",
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
                "text": _plain(label["name"]),
                "showarrow": False,
                "font": {"size": 9, "color": _ink_on(label["color"])},
            }
        )
    return shapes, notes


def _word_axis(payload: Payload) -> Figure:
    """Every word of a short sentence; of a long one the entities' words and some between."""
    words = payload["words"]
    shown = set(range(len(words)))
    if len(words) > _ALL_WORDS:
        named = {i for e in payload["entities"] for i in range(e["start"], e["end"])}
        every = -(-len(words) // _ALL_WORDS)
        near = {i + d for i in named for d in range(1 - every, every)}
        shown = named | (set(range(0, len(words), every)) - near)
        shown = set(_thin(sorted(shown), 2 * _ALL_WORDS))
    return {
        "range": [-0.2, len(words) + 0.2],
        "tickvals": [i + 0.5 for i in sorted(shown)],
        "ticktext": [_plain(_short(words[i], 14)) for i in sorted(shown)],
        "tickangle": 0 if len(words) <= 8 else -45,
        "showgrid": False,
        "zeroline": False,
        "fixedrange": True,
    }


def _time_axis(frames: list[Frame], bottom: float) -> Figure:
    shown = _thin(list(range(len(frames))), _ALL_STEPS)
    return {
        "range": [bottom, -0.1],
        "tickvals": shown,
        "ticktext": ["noise" if i == 0 else f"step {i}" for i in shown],
        "gridcolor": "rgba(128,128,128,0.2)",
        "zeroline": False,
        "fixedrange": True,
    }


def _layout(height: int) -> Figure:
    return {
        "height": height,
        "margin": {"l": 60, "r": 12, "t": 36, "b": 40},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "legend": {"orientation": "h", "x": 0, "xanchor": "left", "y": 1.02, "yanchor": "bottom"},
    }


def _line(name: str, colour: str, x: list[int], y: list[float]) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "lines+markers",
        "name": name,
        "x": x,
        "y": y,
        "line": {"color": colour, "width": 2},
        "hovertemplate": "%{y:.0%}",
    }


def _growth(payload: Payload, number: int, made: list[Frame]) -> dict[str, Any]:
    """The curve of one entity; those of one label differ by their dashes and markers."""
    entity = payload["entities"][number]
    label = payload["labels"][entity["label"]]
    alike = sum(other["label"] == entity["label"] for other in payload["entities"][:number])
    curve = _line(
        _plain(f"{_short(entity['text'], 28)} · {label['name']}"),
        label["color"],
        list(range(1, len(made) + 1)),
        [_best(frame, entity) for frame in made],
    )
    curve["line"]["dash"] = _DASHES[alike % len(_DASHES)]
    curve["marker"] = {"symbol": _MARKERS[alike % len(_MARKERS)], "size": 7}
    return curve


def _best(frame: Frame, entity: EntityBar) -> float:
    wanted = (entity["start"], entity["end"], entity["label"])
    scored = zip(frame["spans"], frame["labels"], frame["scores"], strict=True)
    return max((score for span, label, score in scored if (*span, label) == wanted), default=0.0)


def _no_entity(frame: Frame) -> float:
    return frame["labels"].count(-1) / max(1, len(frame["labels"]))


def _thin(values: list[int], most: int) -> list[int]:
    """At most about `most` of the values, the last one always among them."""
    every = -(-len(values) // most)
    return values[::-every][::-1] if every > 1 else values


def _short(text: str, length: int) -> str:
    line = " ".join(text.split())
    return line if len(line) <= length else line[: length - 1] + "…"


def _plain(text: str) -> str:
    """Plotly reads markup in its texts; a document's text must stay text."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _ink_on(colour: str) -> str:
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return "#10131a" if 0.299 * red + 0.587 * green + 0.114 * blue > 120 else "#ffffff"
