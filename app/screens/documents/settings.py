"""A project's part of the Documents page: how it works, its keys, its webhooks, its deletion."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from app.components.span_annotator.hotkeys import ACTIONS, conflicts, normal
from app.context import AppContext
from app.screens.common import delete_dialog
from app.screens.common.tables import key_of
from app.screens.common.wording import literal
from app.screens.documents.settings_form import settings_form
from app.screens.documents.webhooks import project_webhooks
from app.services.labels import label_set
from app.services.labels.label_set import ProjectLabel
from app.services.operations import projects
from app.services.operations.projects import ProjectView


def project_settings(app: AppContext, project: ProjectView) -> None:
    """The settings and the keys of the project, each with its Save; the way to delete it; and
    its webhooks."""
    workflow, keys = st.columns(2, gap="large")
    with workflow:
        settings_form(app, project)
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
