"""One figure of the Figures page: its title, how to read it, the picture and its data."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from app.components.plots.style import Figure
from storage.formats.table import not_a_formula

Row = Mapping[str, Any]


def show_figure(key: str, title: str, how: str, figure: Figure, rows: Sequence[Row]) -> None:
    """Draws a figure; `rows` are what it shows, a column a name, to download."""
    with card():
        figure_title(key, title, rows)
        draw_figure(key, title, how, figure)


def card() -> DeltaGenerator:
    """What a figure stands in."""
    return st.container(border=True, height="stretch")


def figure_title(key: str, title: str, rows: Sequence[Row]) -> None:
    """A figure's title, with its data to download where it has any."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"**{title}**")
        st.space("stretch")
        if rows:
            data_button(key, lambda: _csv(rows))


def _csv(rows: Sequence[Row]) -> str:
    """The rows, with no label that a spreadsheet would take for a formula."""
    safe = [
        {
            name: not_a_formula(value) if isinstance(value, str) else value
            for name, value in row.items()
        }
        for row in rows
    ]
    return pd.DataFrame(safe).to_csv(index=False)


def draw_figure(key: str, title: str, how: str, figure: Figure) -> None:
    """A picture with how to read it."""
    st.caption(how)
    st.plotly_chart(figure, key=key, config={"displayModeBar": False}, alt=f"{title}. {how}")


def data_button(key: str, data: Callable[[], str]) -> None:
    """A picture's numbers to download, made when they are asked for."""
    st.download_button(
        "Data (CSV)",
        data,
        file_name=f"{key}.csv",
        mime="text/csv",
        icon=":material/table:",
        type="tertiary",
        on_click="ignore",
        key=f"data {key}",
    )


def nothing_to_show(title: str, remedy: str) -> None:
    """What stands where a figure has nothing to show yet."""
    with card():
        st.markdown(f"**{title}**")
        missing(remedy)


def missing(remedy: str) -> None:
    st.caption(remedy)
