"""The pages, and who may open which."""

from __future__ import annotations

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from app.services.team.permissions import Acting

PAGES = {  # a page's folder: its icon, and what a pointer over its name tells
    "documents": (
        "description",
        "All documents of the project: their status, and where to add more.",
    ),
    "annotate": (
        "ink_highlighter",
        "One document with the model's suggestions, to accept, correct or reject.",
    ),
    "denoise": (
        "blur_on",
        "How random spans become entities, step by step, on a sentence of your choice.",
    ),
    "playground": (
        "science",
        "What the model and its other versions find in a text that you paste.",
    ),
    "review": (
        "fact_check",
        "Accepted entities that the model would move, relabel or drop, ranked.",
    ),
    "agreement": (
        "balance",
        "How well annotators of the same documents agree: figures, differences, decisions.",
    ),
    "train": (
        "model_training",
        "Retrain the model on the submitted documents, compare, and promote.",
    ),
    "figures": (
        "monitoring",
        "Progress, the quality of the suggestions, and the models’ scores.",
    ),
    "export": ("download", "The submitted documents as a file."),
    "people": ("group", "Who may sign in, and what they may do."),
    "account": ("person", "Your password and your sessions; sign out here."),
}
FIRST = "documents"
_SIGNED_IN, _ADMINISTRATORS = {"account"}, {"people"}


def navigation(person: Acting | None) -> StreamlitPage:
    """Draws the bar at the top; returns the page that is wanted, which may be one that the person
    is not offered: it says why."""
    pages = [_page(name) if _offered(name, person) else _refused(name, person) for name in PAGES]
    return st.navigation(pages, position="top")


def _offered(name: str, person: Acting | None) -> bool:
    if name in _ADMINISTRATORS:
        return person is not None and person.administrator
    return name not in _SIGNED_IN or person is not None


def _page(name: str) -> StreamlitPage:
    icon, tells = PAGES[name]
    return st.Page(
        f"screens/{name}/page.py",
        title=name.capitalize(),
        url_path=name,
        icon=f":material/{icon}:",
        default=name == FIRST,
        help=tells,
    )


def _refused(name: str, person: Acting | None) -> StreamlitPage:
    """Stands at the page's address and outside the bar."""

    def explain() -> None:
        st.header(name.capitalize(), anchor=False)
        if person is None:
            st.info(
                "There are no accounts here: whoever opens this server’s pages works with all of "
                "them. SPANNEAL_AUTH switches accounts on; the guide tells how.",
                icon=":material/lock_open:",
            )
        else:
            st.warning("This page is for administrators.", icon=":material/lock:")
        if st.button("Go to Documents", icon=":material/arrow_back:"):
            st.switch_page(f"screens/{FIRST}/page.py")

    return st.Page(explain, title=name.capitalize(), url_path=name, visibility="hidden")
