"""The pages that there are, and who is offered which."""

from __future__ import annotations

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from app.services.permissions import Acting


def navigation(person: Acting | None) -> StreamlitPage:
    """Draws the bar at the top; returns the page that is wanted."""
    return st.navigation([*_work(), *_people(person)], position="top")


def _work() -> list[StreamlitPage]:
    return [
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
            "screens/agreement.py",
            title="Agreement",
            icon=":material/balance:",
            help="What several people made of the same documents: figures, differences, decisions.",
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
    ]


def _people(person: Acting | None) -> list[StreamlitPage]:
    """Nothing where nobody signs in."""
    if person is None:
        return []
    account = st.Page(
        "screens/account.py",
        title="Account",
        icon=":material/person:",
        help="Your password and your sessions, and where to sign out.",
    )
    people = st.Page(
        "screens/people.py",
        title="People",
        icon=":material/group:",
        help="Who may sign in, and what they may do.",
    )
    return [people, account] if person.administrator else [account]
