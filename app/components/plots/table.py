"""The numbers of a figure as a table to download."""

from __future__ import annotations

import csv
import html
import io

from app.components.plots.style import Figure
from storage.formats.table import not_a_formula


def as_csv(figure: Figure) -> str:
    """A line for each point: the curve's name, x, y, and of a heat map the value."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["curve", "x", "y", "value"])
    for trace in figure["data"]:
        if trace.get("mode") == "text":
            continue  # figures that stand in a heat map, which is told itself
        name = _cell(trace["name"])
        if trace["type"] == "heatmap":
            for y, row in zip(trace["y"], trace["z"], strict=True):
                for x, value in zip(trace["x"], row, strict=True):
                    writer.writerow([name, x, y, value])
            continue
        for x, y in zip(trace["x"], trace["y"], strict=True):
            writer.writerow([name, "" if x is None else x, "" if y is None else y, ""])
    return out.getvalue()


def _cell(name: str) -> str:
    """What `plain` made safe for Plotly, as text that no spreadsheet takes for a formula."""
    return not_a_formula(html.unescape(name))
