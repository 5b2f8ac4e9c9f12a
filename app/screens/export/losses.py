"""What an exported file does not hold, counted and named."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from app.screens.common.wording import count, literal
from app.services.interchange.exporting import ExportReport
from storage.records import LostEntity

LOST_SHOWN = 200


def losses(report: ExportReport) -> None:
    written = report.written
    if written.textless:
        st.info(
            f"This format holds text alone: {count(written.textless, 'entity', 'entities')} "
            "not written.",
            icon=":material/info:",
        )
    _lost(
        written.nested,
        "overlapping a longer one and left out: this format is flat. The outermost are in it; "
        "take JSON lines to keep all",
    )
    _lost(
        written.unaligned,
        "not beginning and ending where words do and left out. Take JSON lines to keep all",
    )
    other = {"suggestions that are not accepted": written.undecided, **written.properties}
    said = [f"{literal(name)} {number:,}" for name, number in other.items() if number]
    if said:
        st.caption(f"Not held by this format: {' · '.join(said)}.")


def _lost(entities: Sequence[LostEntity], why: str) -> None:
    if not entities:
        return
    st.warning(f"{count(len(entities), 'entity', 'entities')} {why}.", icon=":material/warning:")
    with st.expander("Which ones"):
        rows = [
            {
                "Document": entity.document,
                "Label": entity.label,
                "Text": entity.text,
                "Start": entity.start,
            }
            for entity in entities[:LOST_SHOWN]
        ]
        st.dataframe(pd.DataFrame(rows), hide_index=True, alt="Entities that are left out")
        if len(entities) > LOST_SHOWN:
            st.caption(f"The first {LOST_SHOWN} of {len(entities):,}.")
