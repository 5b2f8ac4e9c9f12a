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
from app.screens.documents.webhooks import project_webhooks
from app.services.labels import label_set
from app.services.labels.label_set import ProjectLabel
from app.services.operations import projects
from app.services.operations.projects import ProjectSettings, ProjectView
from app.services.retraining import auto_retrain
from app.services.team import assignment
from storage.enums import QUEUE_ORDERS, QueueOrder

ORDERS: Mapping[QueueOrder, str] = {
    "arrival": "Oldest first",
    "random": "At random",
    "doubt": "Where the model is least sure",
    "disagreement": "Where the model's seeds disagree",
    "diversity": "Least like submitted documents",
}


def project_settings(app: AppContext, project: ProjectView) -> None:
    """The settings and the keys of the project, each with its Save; the way to delete it; and
    its webhooks."""
    workflow, keys = st.columns(2, gap="large")
    with workflow:
        _how_it_works(app, project)
        paths = ("label-studio", "inception", "api/v1/projects")
        addresses = ", ".join(f"`/{path}/{project.id}`" for path in paths)
        st.caption(f"Programs know this project by its number, {project.id}: {addresses}.")
        if app.may(project.id, "administer"):
            st.button(
                "Delete this project …",
                icon=":material/delete:",
                on_click=delete_dialog.ask,
                args=("project", project.id),
                key="delete project",
            )
    with keys:
        _keys(app, project, label_set.labels(app.sessions, project.id))
    if app.may(project.id, "administer"):
        st.divider()
        project_webhooks(app, project.id)


def _how_it_works(app: AppContext, project: ProjectView) -> None:
    present = project.settings
    with st.form("project settings"):
        guidelines = st.text_area(
            "Guidelines",
            present.guidelines,
            height=220,
            max_chars=20_000,
            key=f"guidelines_{project.id}",
            placeholder="What counts as an entity, and what does not? How are hard cases decided?",
            help="Shown next to every document. Markdown is supported.",
        )
        order = st.selectbox(
            "Next document",
            QUEUE_ORDERS,
            QUEUE_ORDERS.index(present.queue),
            format_func=lambda order: ORDERS[order],
            key=f"queue_{project.id}",
            help="Which document follows a submitted one. All but the first two use the model, in "
            "the background.",
        )
        share = st.slider(
            "Share of new documents held out",
            5,
            50,
            round(100 * present.holdout_share),
            5,
            format="%d %%",
            key=f"holdout_share_{project.id}",
            help=f"{projects.holdout_explained(present.holdout_share)} Existing documents keep "
            "their split.",
        )
        nested = st.toggle(
            "Suggest entities within entities",
            present.nested,
            key=f"nested_{project.id}",
            help="Turn this off if your guidelines have no nested entities: of overlapping "
            "suggestions only the best is kept, and isolated ones are suggested more "
            "readily. Existing suggestions stay, and you can still mark nested entities.",
        )
        instant = st.toggle(
            "Learn from every submitted document",
            present.instant,
            key=f"instant_{project.id}",
            help="What you submit is suggested in the next document, also with labels that the "
            "model does not know. Held-out documents are never learnt. Retraining is independent "
            "of this.",
        )
        annotators = _annotators(project)
        after = _retrain_after(project)
        if not st.form_submit_button("Save settings", icon=":material/save:"):
            return
    settings = ProjectSettings(guidelines, share / 100, order, nested, annotators, after, instant)
    _save(app, project.id, settings)


def _save(app: AppContext, project_id: int, settings: ProjectSettings) -> None:
    try:
        projects.configure(app.sessions, project_id, settings)
    except ValueError as error:
        st.error(literal(f"Not saved: {error}"))
        return
    st.toast("Settings saved.", icon=":material/check:")


def _annotators(project: ProjectView) -> int:
    return st.number_input(
        "People who annotate each document",
        1,
        assignment.MOST,
        project.settings.annotators,
        key=f"annotators_{project.id}",
        help="With 1, everybody works on one shared draft. With more, each annotator has their "
        "own draft and cannot see the others’; a reviewer compares them and decides on the "
        "Agreement page.",
    )


def _retrain_after(project: ProjectView) -> int | None:
    return st.number_input(
        "Retrain automatically after N submitted documents",
        auto_retrain.LEAST,
        auto_retrain.MOST,
        project.settings.retrain_after,
        key=f"retrain_after_{project.id}",
        placeholder="never",
        help="Counted since the last retraining began; one retraining at a time. A person still "
        "decides which version makes the suggestions. Empty: only when somebody starts it.",
    )


def _keys(app: AppContext, project: ProjectView, labels: Sequence[ProjectLabel]) -> None:
    changeable = [action for action in ACTIONS if not action.fixed]
    st.markdown("**Keys**")
    stored = pd.DataFrame(
        {
            "Action": [action.meaning for action in changeable],
            "Key": [project.hotkeys.get(action.name, action.keys[0]) for action in changeable],
        }
    )
    edited = st.data_editor(
        stored,
        hide_index=True,
        disabled=["Action"],
        height=330,
        key=key_of(f"hotkeys_{project.id}", stored),
        column_config={
            "Action": st.column_config.TextColumn(width="large"),
            "Key": st.column_config.TextColumn(
                width="small",
                help="A character or a combination such as Shift+X, Ctrl+Enter or Alt+ArrowUp",
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
        projects.set_hotkeys(app.sessions, project.id, chosen)
        st.toast("Keys saved.", icon=":material/check:")
