"""The choice of a sentence: from a document, or from a text that a person types."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Literal

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


REQUEST = "denoise_sentence_request"
"""In the session: a source and an offset in its text, whose sentence the next run begins with."""
OWN = "own"
"""The source of a text of one's own; that of a document is its number."""


@dataclass(frozen=True, slots=True)
class Sentence:
    text: str
    title: str
    number: int
    """From 0."""
    start: int
    """Where it begins, in code points of the whole text."""


@dataclass(frozen=True, slots=True)
class SentenceChoice:
    """A sentence, and what it is one of."""

    source: str
    text: str
    """The whole text."""
    sentence: Sentence


def request_sentence(source: str, offset: int) -> None:
    """Begin the next run with the sentence at an offset."""
    st.session_state[REQUEST] = source, offset


def choose_sentence(
    app: AppContext, project_id: int, document_id: int | None
) -> SentenceChoice | None:
    """Asks for a text and one sentence of it, in one line; None while there is none."""
    if document_id and st.session_state.get(REQUEST, ("", 0))[0] == str(document_id):
        st.session_state["denoise_source"] = "Document"
    own_text = st.segmented_control(
        "Text",
        ["Document", "My text"],
        default=None if "denoise_source" in st.session_state else _default(document_id),
        key="denoise_source",
        required=True,
        label_visibility="collapsed",
    )
    if own_text == "My text" or document_id is None:
        source, text = OWN, _own_text()
    else:
        source, text = str(document_id), _document_text(app, project_id, document_id)
    sentence = pick_sentence(text, source, label_visibility="collapsed")
    return None if sentence is None else SentenceChoice(source, text, sentence)


def _default(document_id: int | None) -> str:
    return "Document" if document_id else "My text"


def _own_text() -> str:
    return st.text_area(
        "My text",
        OWN_TEXT,
        key="denoise_text",
        height=68,
        max_chars=LONGEST_TEXT,
        label_visibility="collapsed",
        width=200,
    )


def pick_sentence(
    text: str, source: str, label_visibility: Literal["visible", "collapsed"] = "visible"
) -> Sentence | None:
    """Asks for one of the text's sentences; None, and a word why, where it has none.

    Another text has a menu of its own: under one key the browser would go on showing the sentence
    of the former text.
    """
    parts = split(text)
    if not parts:
        st.info("This text has no words. Choose another one, or type a sentence.")
        return None
    key = sentence_key(source, text)
    wanted, offset = st.session_state.get(REQUEST, (None, 0))
    if wanted == source:
        del st.session_state[REQUEST]
        before = [part.number for part in parts if part.start <= offset]
        st.session_state[key] = before[-1] if before else 0
    number: int = st.selectbox(
        "Sentence",
        range(len(parts)),
        format_func=lambda index: parts[index].title,
        key=key,
        label_visibility=label_visibility,
    )
    return parts[number]


def sentence_key(source: str, text: str) -> str:
    """The menu's key."""
    digest = hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()
    return f"denoise_sentence_{source}_{digest}"


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
        label_visibility="collapsed",
        width=170,
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
    parts = []
    for number, (start, end) in enumerate(sentences(text, tokens), 1):
        piece = text[tokens[start].start : tokens[end - 1].end]
        title = f"{number}. {clipped(piece, 80)} ({count(end - start, 'word')})"
        parts.append(Sentence(piece, title, number - 1, tokens[start].start))
    return parts
