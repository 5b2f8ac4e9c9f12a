"""The learning curve, document by document."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from app.components.plots.counts import COLOURS, LEGEND
from app.components.plots.style import GREY, Figure, figure_layout, plain, thin

MOST_POINTS = 400
"""Of a curve in the picture; a line of more does not look different."""
_DASHES = ("solid", "dot", "dash")


def learning(
    documents: Sequence[int],
    named: Sequence[tuple[str, Sequence[float | None]]],
    takeovers: Mapping[int, str],
) -> Figure:
    """Shares over the number of documents, a line for each name, which ends where it is undefined.
    `takeovers`: a text at a dashed line before that document."""
    shown = thin(list(range(len(documents))), MOST_POINTS)
    data = [
        {
            "type": "scatter",
            "mode": "lines" if len(shown) > 1 else "markers",
            "name": plain(name),
            "x": [documents[index] for index in shown],
            "y": [values[index] for index in shown],
            "line": {"color": COLOURS[number], "width": 2, "dash": _DASHES[number]},
            "hovertemplate": "%{y:.1%}",
        }
        for number, (name, values) in enumerate(named)
    ]
    most = max((value for _, values in named for value in values if value is not None), default=1.0)
    layout = figure_layout() | {
        "height": 320,
        "legend": LEGEND,
        "hovermode": "x unified",
        "margin": {"l": 50, "r": 16, "t": 56, "b": 44},
        "xaxis": {
            "title": {"text": "documents, in the order of learning"},
            "range": [0.5, max(documents[-1], 20) + 0.5],
            "tickformat": ",~r",
            "nticks": 8,
            "showgrid": False,
            "zeroline": False,
            "fixedrange": True,
        },
        "yaxis": {
            "range": [0, max(1.0, most) + 0.03],
            "tickformat": ".0%",
            "nticks": 6,
            "gridcolor": "rgba(128,128,128,0.2)",
            "zeroline": False,
            "fixedrange": True,
        },
        "shapes": [_line(document - 0.5) for document in takeovers],
        "annotations": [_text(document - 0.5, text) for document, text in takeovers.items()],
    }
    return {"data": data, "layout": layout}


def _line(x: float) -> Figure:
    ends = {"x0": x, "x1": x, "y0": 0, "y1": 1, "yref": "paper"}
    return {"type": "line", **ends, "line": {"color": GREY, "width": 1, "dash": "dash"}}


def _text(x: float, text: str) -> Figure:
    return {
        "x": x,
        "y": 1,
        "yref": "paper",
        "text": plain(text),
        "xanchor": "left",
        "yanchor": "top",
        "showarrow": False,
        "font": {"size": 11},
    }
