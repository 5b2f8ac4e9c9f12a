"""Which sentence is looked at: one of a document, or of a text of one's own."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from app.context import AppContext
from app.screens.common import location
from app.screens.common.wording import clipped, count
from app.services.operations import documents
from core.text.segmentation import sentences
from core.text.tokenization import tokenize
from storage.enums import DocumentStatus, Split

LISTED = 200
"""Documents offered in the list; any other is opened from the Documents page."""
LONGEST_TEXT = 20_000
OWN_TEXT = (
    "Olena Kovalenko left the University of Kyiv in May to lead the New York office of the "
    "Bank of China Foundation."
)


@dataclass(frozen=True, slots=True)
class Sentence:
    text: str
    title: str


def choose_sentence(app: AppContext, project_id: int, document_id: int | None) -> Sentence | None:
    """Asks for a text and one sentence of it; None while there is none."""
    kind, source, which = st.columns([1.4, 2, 2.6])
    own_text = kind.segmented_control(
        "Text",
        ["Document", "My text"],
        default="Document" if document_id else "My text",
        key="denoise_source",
        required=True,
        width="stretch",
    )
    if own_text == "My text" or document_id is None:
        text = source.text_area(
            "My text", OWN_TEXT, key="denoise_text", height=68, max_chars=LONGEST_TEXT
        )
        key = "own"
    else:
        with source:
            text = _document_text(app, project_id, document_id)
        key = str(document_id)
    with which:
        return pick_sentence(text, f"denoise_sentence_{key}")


def pick_sentence(text: str, key: str) -> Sentence | None:
    """Asks for one of the text's sentences; None, and a word why, where it has none."""
    found = split(text)
    if not found:
        st.info("This text has no words. Choose another one, or type a sentence.")
        return None
    number: int = st.selectbox(
        "Sentence", range(len(found)), format_func=lambda index: found[index].title, key=key
    )
    return found[min(number, len(found) - 1)]


def _document_text(app: AppContext, project_id: int, document_id: int) -> str:
    current, shown = documents.with_others(app.sessions, project_id, document_id, LISTED)
    if withheld(current.split, current.status):
        st.info(
            "This document is held out: the model’s view of it stays hidden until it is "
            "submitted. Open another one from the Documents page, or type a text of your own.",
            icon=":material/lock_person:",
        )
        st.stop()
    names = {row.id: row.name for row in shown.rows if not withheld(row.split, row.status)}
    names |= {current.id: current.name}
    st.session_state["denoise_document"] = document_id
    st.selectbox(
        "Document",
        list(names),
        format_func=lambda key: names[key],
        key="denoise_document",
        on_change=lambda: location.choose_document(st.session_state["denoise_document"]),
        help=f"The first {LISTED} documents; open any other from the Documents page."
        if shown.total > LISTED
        else None,
    )
    return current.text


def withheld(split: Split, status: DocumentStatus) -> bool:
    """Whether a person who will judge models by the document must not see their answers yet."""
    return split == "holdout" and status != "submitted"


@st.cache_data(max_entries=32, show_spinner=False)
def split(text: str) -> list[Sentence]:
    """The sentences as the model sees them, each with a title for the list."""
    tokens = tokenize(text)
    found = []
    for number, (start, end) in enumerate(sentences(text, tokens), 1):
        piece = text[tokens[start].start : tokens[end - 1].end]
        title = f"{number}. {clipped(piece, 80)} ({count(end - start, 'word')})"
        found.append(Sentence(piece, title))
    return found
