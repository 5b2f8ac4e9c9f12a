"""The page: `python -m streamlit run app/main.py`, or `make app`."""

from __future__ import annotations

import logging

import streamlit as st

from app.settings import ROOT
from app.views.failure import explained
from app.views.receiving import collect

LOG = logging.getLogger(__name__)

st.set_page_config(page_title="Spanneal", page_icon=":material/ink_highlighter:", layout="wide")
st.html("<style>.stMainBlockContainer { padding-top: 4.5rem; padding-bottom: 3rem; }</style>")
st.logo(str(ROOT / "assets" / "pictures" / "wordmark.svg"), size="large")

page = st.navigation(
    [
        st.Page(
            "screens/documents.py",
            title="Documents",
            icon=":material/description:",
            default=True,
            help="Every document of the project, what is done, and where to add more.",
        ),
        st.Page(
            "screens/annotate.py",
            title="Annotate",
            icon=":material/ink_highlighter:",
            help="One document with the model's suggestions, to accept, correct or reject.",
        ),
        st.Page(
            "screens/denoise.py",
            title="Denoise",
            icon=":material/blur_on:",
            help="How random spans become entities, step by step, on a sentence of your choice.",
        ),
        st.Page(
            "screens/playground.py",
            title="Playground",
            icon=":material/science:",
            help="What the model, and its other versions, find in a text that you paste.",
        ),
        st.Page(
            "screens/review.py",
            title="Review",
            icon=":material/fact_check:",
            help="Accepted entities that the model would move, rename or drop, ranked.",
        ),
        st.Page(
            "screens/train.py",
            title="Train",
            icon=":material/model_training:",
            help="Retrain the model on the submitted documents, compare, and promote.",
        ),
        st.Page(
            "screens/figures.py",
            title="Figures",
            icon=":material/monitoring:",
            help="Progress, what the suggestions are worth, and how the models do.",
        ),
        st.Page(
            "screens/export.py",
            title="Export",
            icon=":material/download:",
            help="The submitted documents as a file.",
        ),
    ],
    position="top",
)
try:
    if page.title != "Annotate":  # which receives for itself, and answers
        collect()
    page.run()
except Exception as error:
    LOG.exception("the page %r failed", page.title)
    st.error(explained(error), icon=":material/error:")
