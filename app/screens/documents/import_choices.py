"""What only the person who imports can know of files: asked beside their preview, where it matters.

A choice is read from the session's state before its widget is drawn: the preview that it changes
stands above it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import streamlit as st

from app.screens.common.wording import literal
from app.services.interchange.read_records import ImportReport
from app.services.interchange.same_text import SAME_TEXT, SameText
from storage.formats import ENCODINGS, EncodingCandidate

OTHER: Final = "other"
_SAME_TEXT, _EMPTY = "import_same_text", "import_empty"
_WAYS: dict[SameText, str] = {
    "merge": "Merge annotations that do not contradict each other",
    "separate": "Keep each as a separate response, to compare on the Agreement page",
    "skip": "Keep only the first",
}
_NOT_DONE, _DONE = "Not annotated yet", "Submitted: somebody looked and found nothing"


def same_text() -> SameText:
    way: SameText = st.session_state.get(_SAME_TEXT, "merge")
    return way


def submits_empty() -> bool:
    return bool(st.session_state.get(_EMPTY) == _DONE)


def encoding(file_id: str) -> str | None:
    """The encoding that was chosen for a file."""
    chosen = st.session_state.get(f"encoding {file_id}")
    return st.session_state.get(f"other encoding {file_id}") if chosen == OTHER else chosen


def ask(reports: Sequence[ImportReport]) -> None:
    """Asks what the files leave open."""
    told_otherwise = same_text() != "merge"  # what another choice made a response, it could merge
    if any(
        report.merged or report.contradictions or (report.responses and told_otherwise)
        for report in reports
    ):
        st.radio(
            "Some records repeat a text with different annotations",
            SAME_TEXT,
            format_func=_WAYS.__getitem__,
            key=_SAME_TEXT,
        )
    if any(report.empty for report in reports):
        st.radio(
            "Some records have an empty list of labels. What does that mean?",
            [_NOT_DONE, _DONE],
            key=_EMPTY,
        )


def ask_encoding(name: str, file_id: str, candidates: Sequence[EncodingCandidate]) -> None:
    """Asks in which encoding a file is to be read: one click reads it."""
    st.warning(
        f"**{literal(name)}** is not UTF-8 and does not name its encoding: choose it.",
        icon=":material/translate:",
    )
    words = {candidate.encoding: ", ".join(candidate.words) for candidate in candidates}
    st.radio(
        "In which encoding do these words look right?",
        [*words, OTHER],
        index=None,
        format_func=lambda chosen: "Another" if chosen == OTHER else _title(chosen),
        captions=[*map(literal, words.values()), ""],
        key=f"encoding {file_id}",
    )
    if st.session_state.get(f"encoding {file_id}") == OTHER:
        st.selectbox(
            "Encoding",
            ENCODINGS,
            index=None,
            format_func=_title,
            key=f"other encoding {file_id}",
        )


def _title(encoding: str) -> str:
    return f"{encoding} ({ENCODINGS[encoding]})"
