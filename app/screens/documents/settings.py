"""How a project works: its guidelines, the order of its documents, what is held out, its keys."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd
import streamlit as st

from app.components.span_annotator.hotkeys import ACTIONS, conflicts, normal
from app.context import AppContext
from app.screens.common import delete_dialog
from app.screens.common.tables import key_of
from app.screens.common.wording import literal
from app.services.operations import projects as service
from app.services.retraining import auto_retrain
from app.services.team import assignment
from storage.enums import QUEUE_ORDERS, QueueOrder
from storage.models import Label, Project
from storage.repository import projects

ORDERS: Mapping[QueueOrder, str] = {
    "arrival": "Oldest first",
    "random": "At random",
    "doubt": "Where the model is least sure",
    "disagreement": "Where the model's seeds disagree",
    "diversity": "Least like what is done",
}


def project_settings(app: AppContext, project_id: int) -> None:
    with app.sessions() as session:
        labels = projects.labels(session, project_id)
    workflow, keys = st.columns(2, gap="large")
    with workflow:
        _how_it_works(app, project_id)
        if app.may(project_id, "administer"):
            st.button(
                "Delete this project …",
                icon=":material/delete:",
                on_click=delete_dialog.ask,
                args=("project", project_id),
                key="delete project",
            )
    with keys:
        _keys(app, project_id, labels)


def _how_it_works(app: AppContext, project_id: int) -> None:
    with app.sessions() as session:
        project = projects.get(session, project_id)
    with st.form("project settings"):
        guidelines = st.text_area(
            "Guidelines",
            project.guidelines,
            height=220,
            max_chars=20_000,
            key=f"guidelines_{project_id}",
            placeholder="What counts as an entity here, and what does not? Hard cases, decided.",
            help="Shown beside every document. Markdown.",
        )
        order = st.selectbox(
            "Next document",
            QUEUE_ORDERS,
            QUEUE_ORDERS.index(project.queue),
            format_func=lambda order: ORDERS[order],
            key=f"queue_{project_id}",
            help="Which document comes after one is submitted. All but the first two ask the "
            "model, in the background.",
        )
        share = st.slider(
            "Held out, of new documents",
            5,
            50,
            round(100 * project.holdout_share),
            5,
            format="%d %%",
            key=f"holdout_share_{project_id}",
            help="Chosen at random, annotated without suggestions, never trained on: the only "
            "documents that models are judged by. Those that are there keep their place.",
        )
        nested = st.toggle(
            "Suggest entities within entities",
            project.nested,
            key=f"nested_{project_id}",
            help="Off, where your guidelines know no entity within another: of suggestions that "
            "overlap the best is left, and what stands alone is suggested sooner. Suggestions "
            "that are there stay; you can mark what you like.",
        )
        annotators = _annotators(project)
        after = _retrain_after(project)
        if not st.form_submit_button("Save settings", icon=":material/save:"):
            return
    settings = service.ProjectSettings(guidelines, share / 100, order, nested, annotators, after)
    _save(app, project_id, settings)


def _save(app: AppContext, project_id: int, settings: service.ProjectSettings) -> None:
    try:
        service.configure(app.sessions, project_id, settings)
    except ValueError as error:
        st.error(literal(f"Nothing was saved: {error}"))
        return
    st.toast("The settings are saved.", icon=":material/check:")


def _annotators(project: Project) -> int:
    return st.number_input(
        "People who annotate each document",
        1,
        assignment.MOST,
        project.annotators,
        key=f"annotators_{project.id}",
        help="With 1, whoever opens a document works on one draft that all share. With more, "
        "each has a draft of their own and sees nobody else’s; a reviewer compares them and "
        "decides, on the Agreement page.",
    )


def _retrain_after(project: Project) -> int | None:
    return st.number_input(
        "Retrain by itself after so many submitted documents",
        auto_retrain.LEAST,
        auto_retrain.MOST,
        project.retrain_after,
        key=f"retrain_after_{project.id}",
        placeholder="never",
        help="Counted since the last retraining began. Never two at once; a person still "
        "decides which version suggests. Empty: only when somebody starts it.",
    )


def _keys(app: AppContext, project_id: int, labels: Sequence[Label]) -> None:
    with app.sessions() as session:
        present = projects.get(session, project_id).hotkeys
    changeable = [action for action in ACTIONS if not action.fixed]
    st.markdown("**Keys**")
    stored = pd.DataFrame(
        {
            "Action": [action.meaning for action in changeable],
            "Key": [present.get(action.name, action.keys[0]) for action in changeable],
        }
    )
    edited = st.data_editor(
        stored,
        hide_index=True,
        disabled=["Action"],
        height=330,
        key=key_of(f"hotkeys_{project_id}", stored),
        column_config={
            "Action": st.column_config.TextColumn(width="large"),
            "Key": st.column_config.TextColumn(
                width="small", help="A character, or for example Shift+X, Ctrl+Enter, Alt+ArrowUp"
            ),
        },
    )
    written = dict(zip((action.name for action in changeable), edited["Key"], strict=True))
    hotkeys = {
        action.name: str(written[action.name] or "").strip()
        for action in changeable
        if str(written[action.name] or "").strip() != action.keys[0]
    }
    wrong = conflicts([{"name": label.name, "key": label.key} for label in labels], hotkeys)
    if wrong:
        st.error(
            "\n".join(f"- {literal(problem)}" for problem in wrong), icon=":material/keyboard:"
        )
    if st.button("Save keys", icon=":material/keyboard:", disabled=bool(wrong), key="save keys"):
        chosen = {name: normal(key) for name, key in hotkeys.items()}
        service.set_hotkeys(app.sessions, project_id, chosen)
        st.toast("The keys are saved.", icon=":material/check:")
