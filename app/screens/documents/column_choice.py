"""Choose a column file's word and tag columns, with its first lines in view."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from app.screens.common.wording import clipped
from app.services.interchange.read_records import Incoming
from core.text.columns import ColumnChoice
from storage.formats.column_sample import ColumnSample, column_sample

ROWS_SHOWN = 6
COLUMNS_SHOWN = 50
_WORD, _TAGS = "column_word", "column_tags"


def chosen(file_id: str) -> ColumnChoice | None:
    """What was chosen for a file; None leaves it to the file's content."""
    word, tags = (st.session_state.get(f"{name} {file_id}") for name in (_WORD, _TAGS))
    return ColumnChoice(word, tuple(tags or ())) if word or tags else None


def ask(incoming: Incoming, file_id: str) -> None:
    """Shows the first lines and the columns that were taken, for somebody to choose others."""
    sample = column_sample(incoming.source, ROWS_SHOWN, incoming.encoding)
    if sample.width < 2:
        return
    with st.expander("Columns", icon=":material/view_column:", expanded=not sample.tags):
        st.dataframe(
            pd.DataFrame(
                [_cells(row, _width(sample)) for row in sample.rows],
                columns=[_title(sample, str(number)) for number in _numbers(sample)],
            ),
            hide_index=True,
            alt="The file’s first lines by column",
        )
        words, tags = st.columns(2)
        words.selectbox(
            "Words",
            _numbers(sample),
            index=None,
            placeholder=f"As found: {_title(sample, str(sample.layout.word + 1))}",
            format_func=lambda number: _title(sample, number),
            key=f"{_WORD} {file_id}",
        )
        found = ", ".join(_title(sample, tag) for tag in sample.tags)
        tags.multiselect(
            "Tags",
            list(dict.fromkeys((*_numbers(sample), *sample.tags))),
            placeholder=f"As found: {found}" if found else "The last column",
            format_func=lambda tag: _title(sample, tag),
            help="Choose several if nested entities have one column per level.",
            key=f"{_TAGS} {file_id}",
        )


def _width(sample: ColumnSample) -> int:
    return min(sample.width, COLUMNS_SHOWN)


def _cells(row: tuple[str, ...], width: int) -> list[str]:
    return [clipped(cell, 60) for cell in (*row, *[""] * width)[:width]]


def _numbers(sample: ColumnSample) -> list[str]:
    return [str(number) for number in range(1, _width(sample) + 1)]


def _title(sample: ColumnSample, column: str) -> str:
    """`3 NE`, or `10 MISC: name` for a feature."""
    number, _, key = column.partition(":")
    names = sample.layout.names
    name = names[int(number) - 1] if 0 < int(number) <= len(names) else ""
    return f"{number} {clipped(name, 40)}".strip() + (f": {clipped(key, 40)}" if key else "")
