"""The form of how a project works.

Somebody else may save other settings while it is open, so it saves what its person changed alone,
and nothing where both changed the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from textwrap import shorten
from typing import Any, cast

import streamlit as st

from app.context import AppContext
from app.screens.common.tables import digest
from app.screens.common.wording import literal
from app.services.operations import projects
from app.services.operations.projects import ProjectSettings, ProjectView, SettingsConflictError
from app.services.retraining import auto_retrain
from app.services.team import assignment
from app.services.team.permissions import NotAllowedError
from storage.enums import QUEUE_ORDERS, QueueOrder

ORDERS: Mapping[QueueOrder, str] = {
    "arrival": "Oldest first",
    "random": "At random",
    "doubt": "Where the model is least sure",
    "disagreement": "Where the model's seeds disagree",
    "diversity": "Least like submitted documents",
}
TITLES: Mapping[str, str] = {
    "guidelines": "Guidelines",
    "queue": "Next document",
    "holdout_share": "Share of new documents held out",
    "nested": "Suggest entities within entities",
    "instant": "Learn from every submitted document",
    "annotators": "People who annotate each document",
    "retrain_after": "Retrain automatically after N submitted documents",
}
"""The settings by their names, in their order on the page."""
_NOT_SAVED = "settings not saved"
_MOST_TOLD = 300
"""Characters of a setting that a message shows."""


def settings_form(app: AppContext, project: ProjectView) -> None:
    """All settings of a project, with one Save."""
    shown = project.settings
    keys = widget_keys(project.id, shown)
    for name, value in _entered(shown).items():
        st.session_state.setdefault(keys[name], value)
    with st.form("project settings"):
        _guidelines_and_order(keys)
        _suggestions(keys, shown)
        _annotators_and_retraining(keys)
        st.form_submit_button(
            "Save settings",
            icon=":material/save:",
            on_click=_save,
            args=(app, project.id, shown),
        )
    if problem := st.session_state.pop(_NOT_SAVED, None):
        st.error(literal(f"Not saved: {problem}"))


def widget_keys(project_id: int, shown: ProjectSettings) -> Mapping[str, str]:
    """The key of each setting's widget: others once other settings are saved, so that the form
    shows those."""
    suffix = f"{project_id}_{digest(shown)}"
    return {name: f"{name}_{suffix}" for name in TITLES}


def _guidelines_and_order(keys: Mapping[str, str]) -> None:
    st.text_area(
        TITLES["guidelines"],
        height=220,
        max_chars=20_000,
        key=keys["guidelines"],
        placeholder="What counts as an entity, and what does not? How are hard cases decided?",
        help="Shown next to every document. Markdown is supported.",
    )
    st.selectbox(
        TITLES["queue"],
        QUEUE_ORDERS,
        format_func=lambda order: ORDERS[order],
        key=keys["queue"],
        help="Which document follows a submitted one. All but the first two use the model, in "
        "the background.",
    )


def _suggestions(keys: Mapping[str, str], shown: ProjectSettings) -> None:
    st.slider(
        TITLES["holdout_share"],
        5,
        50,
        step=5,
        format="%d %%",
        key=keys["holdout_share"],
        help=f"{projects.holdout_explained(shown.holdout_share)} Existing documents keep their "
        "split.",
    )
    st.toggle(
        TITLES["nested"],
        key=keys["nested"],
        help="Turn this off if your guidelines have no nested entities: of overlapping "
        "suggestions only the best is kept, and isolated ones are suggested more readily. "
        "Existing suggestions stay, and you can still mark nested entities.",
    )
    st.toggle(
        TITLES["instant"],
        key=keys["instant"],
        help="What you submit is suggested in the next document, also with labels that the "
        "model does not know. Held-out documents are never learnt. Retraining is independent "
        "of this.",
    )


def _annotators_and_retraining(keys: Mapping[str, str]) -> None:
    st.number_input(
        TITLES["annotators"],
        1,
        assignment.MOST,
        key=keys["annotators"],
        help="With 1, everybody works on one shared draft. With more, each annotator has their "
        "own draft and cannot see the others’; a reviewer compares them and decides on the "
        "Agreement page.",
    )
    st.number_input(
        TITLES["retrain_after"],
        auto_retrain.LEAST,
        auto_retrain.MOST,
        None,
        key=keys["retrain_after"],
        placeholder="never",
        help="Counted since the last retraining began; one retraining at a time. A person still "
        "decides which version makes the suggestions. Empty: only when somebody starts it.",
    )


def _save(app: AppContext, project_id: int, shown: ProjectSettings) -> None:
    """Before the run that shows what became of it: `shown` is what its person saw in the form."""
    before, keys = _entered(shown), widget_keys(project_id, shown)
    entered = {name: st.session_state[keys[name]] for name in TITLES}
    entered = {name: value for name, value in entered.items() if value != before[name]}
    try:
        projects.configure(app.sessions, project_id, _stored(entered), shown=shown)
    except SettingsConflictError as error:
        st.session_state[_NOT_SAVED] = _told(error)
        fresh = widget_keys(project_id, error.present)
        st.session_state.update({fresh[name]: value for name, value in entered.items()})
    except (ValueError, NotAllowedError) as error:
        st.session_state[_NOT_SAVED] = str(error)
    else:
        st.toast("Settings saved.", icon=":material/check:")


def _told(error: SettingsConflictError) -> str:
    present = _entered(error.present)
    stored = "; ".join(f"{TITLES[name]}: “{_in_words(present[name])}”" for name in error.names)
    return (
        "somebody else has changed the same settings since you opened them. Saved now: "
        f"{stored}. The form holds what you entered: save again to replace it."
    )


def _in_words(value: str | int | bool | None) -> str:
    match value:
        case bool():
            return "on" if value else "off"
        case None:
            return "never"
    return shorten(ORDERS.get(cast(QueueOrder, value), str(value)), _MOST_TOLD, placeholder=" …")


def _entered(settings: ProjectSettings) -> dict[str, Any]:
    """The settings as the widgets hold them: the share in percent."""
    return {**asdict(settings), "holdout_share": round(100 * settings.holdout_share)}


def _stored(entered: Mapping[str, Any]) -> dict[str, Any]:
    share = entered.get("holdout_share")
    return {**entered, **({} if share is None else {"holdout_share": share / 100})}
