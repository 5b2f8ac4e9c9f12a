"""What an exported file does not hold, counted and named."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from app.screens.common.wording import count, literal
from app.services.interchange.exporting import ExportReport
from app.services.interchange.loss_lines import loss_lines
from storage.records import LostEntity

LOST_SHOWN = 200


def losses(report: ExportReport) -> None:
    written = report.written
    if written.textless:
        st.info(
            f"This format holds text only: {count(written.textless, 'entity', 'entities')} not "
            "exported.",
            icon=":material/info:",
        )
    _lost(
        written.nested,
        "left out: nested in or overlapping a longer one, and this format is flat. Export JSON "
        "lines to keep all of them",
    )
    _lost(
        written.unaligned,
        "left out: not aligned with word boundaries. Export JSON lines to keep all of them",
    )
    if written.refused:
        _refused(written.refused)
    if lines := loss_lines(written):
        st.caption(f"This format cannot hold: {' · '.join(map(literal, lines))}.")


def _refused(reasons: Sequence[str]) -> None:
    st.warning(
        f"{count(len(reasons), 'document')} left out: this format cannot hold the text.",
        icon=":material/warning:",
    )
    with st.expander("Show the documents"):
        st.markdown("\n".join(f"- {literal(reason)}" for reason in reasons[:LOST_SHOWN]))
        if len(reasons) > LOST_SHOWN:
            st.caption(f"The first {LOST_SHOWN} of {len(reasons):,}.")


def _lost(entities: Sequence[LostEntity], why: str) -> None:
    if not entities:
        return
    st.warning(f"{count(len(entities), 'entity', 'entities')} {why}.", icon=":material/warning:")
    with st.expander("Show them"):
        rows = [
            {
                "Document": entity.document,
                "Label": entity.label,
                "Text": entity.text,
                "Start": entity.start,
            }
            for entity in entities[:LOST_SHOWN]
        ]
        st.dataframe(pd.DataFrame(rows), hide_index=True, alt="Entities left out")
        if len(entities) > LOST_SHOWN:
            st.caption(f"The first {LOST_SHOWN} of {len(entities):,}.")
