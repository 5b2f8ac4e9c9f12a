"""Results as a table: CSV, Markdown and a Plotly chart, from the results there are."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ....evaluation.metrics import UNDEFINED
from ..runs.store import write_atomically

Record = dict[str, Any]
_SCRIPT = "plotly.min.js"


@dataclass(frozen=True)
class Chart:
    """The chart of a table; columns are given by name."""

    x: str
    y: str
    series: tuple[str, ...] = ()
    """The columns that split the rows into lines, or into bars of one colour."""
    lines: bool = False
    """Lines instead of bars."""


@dataclass(frozen=True)
class Report:
    """An experiment's results. A value that is None is missing."""

    title: str
    columns: tuple[str, ...]
    records: tuple[Record, ...]
    notes: tuple[str, ...]
    chart: Chart
    curve: tuple[Record, ...] = ()
    """The chart's data, if it is more than the table's records."""


def publish(report: Report, name: str, out: Path) -> tuple[Path, ...]:
    """Write NAME.csv, NAME.md and NAME.html, and the curve as a CSV of its own if there is one;
    returns their paths. The chart works offline: the script lies beside it."""
    from plotly.offline import get_plotlyjs

    paths = {
        out / f"{name}.csv": as_csv(report.columns, report.records),
        out / f"{name}.md": as_markdown(report),
        out / f"{name}.html": as_picture(report),
    }
    if report.curve:
        paths[out / f"{name}-curve.csv"] = as_csv(tuple(report.curve[0]), report.curve)
    for path, text in paths.items():
        write_atomically(path, text)
    if not (out / _SCRIPT).is_file():
        write_atomically(out / _SCRIPT, get_plotlyjs())
    return tuple(paths)


def in_percent(share: float | None) -> float | None:
    """A share in per cent; None, missing, where it is undefined."""
    return None if share is None else 100 * share


def as_csv(columns: Sequence[str], records: Sequence[Record]) -> str:
    """Full precision; missing values are empty."""
    stream = io.StringIO()
    writer = csv.DictWriter(stream, columns, extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    writer.writerows(records)
    return stream.getvalue()


def as_markdown(report: Report) -> str:
    lines = [f"# {report.title}", ""]
    lines.append("| " + " | ".join(report.columns) + " |")
    lines.append("|" + "---|" * len(report.columns))
    for record in report.records:
        cells = (_cell(record.get(column)) for column in report.columns)
        lines.append("| " + " | ".join(cells) + " |")
    for note in report.notes:
        lines += ["", note]
    return "\n".join(lines) + "\n"


def as_picture(report: Report) -> str:
    """An HTML page that loads plotly.js from its own folder."""
    import plotly.graph_objects as go

    chart = report.chart
    figure = go.Figure(layout={"title": {"text": report.title}, "template": "plotly_white"})
    figure.update_xaxes(title=chart.x)
    figure.update_yaxes(title=chart.y)
    for name, points in _series(report).items():
        places = [record[chart.x] for record in points]
        values = [record[chart.y] for record in points]
        if chart.lines:
            figure.add_trace(go.Scatter(x=places, y=values, name=name, mode="lines+markers"))
        else:
            figure.add_trace(go.Bar(x=places, y=values, name=name))
    page: str = figure.to_html(include_plotlyjs=_SCRIPT, full_html=True)
    return page


def _series(report: Report) -> dict[str, Sequence[Record]]:
    chart = report.chart
    series: dict[str, list[Record]] = {}
    for record in report.curve or report.records:
        if record.get(chart.x) is not None and record.get(chart.y) is not None:
            name = ", ".join(f"{part} {record.get(part)}" for part in chart.series)
            series.setdefault(name or chart.y, []).append(record)
    if chart.lines:
        return {
            name: sorted(points, key=lambda point: point[chart.x])
            for name, points in series.items()
        }
    return dict(series)


def _cell(value: object) -> str:
    if value is None:
        return UNDEFINED
    if isinstance(value, float):
        return f"{value:.2f}"
    return str(value).replace("|", "\\|")
