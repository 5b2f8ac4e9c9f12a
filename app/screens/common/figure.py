"""One figure of the Figures page: its title, how to read it, the picture and its data."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from app.components.plots.style import Figure

Row = Mapping[str, Any]


def show_figure(key: str, title: str, how: str, figure: Figure, rows: Sequence[Row]) -> None:
    """Draws a figure; `rows` are what it shows, a column a name, to download."""
    with st.container(border=True, height="stretch"):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f"**{title}**")
            st.space("stretch")
            data_button(key, lambda: pd.DataFrame(rows).to_csv(index=False))
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
    with st.container(border=True, height="stretch"):
        st.markdown(f"**{title}**")
        st.caption(f":material/hourglass_empty: {remedy}")
