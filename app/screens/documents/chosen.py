"""Actions on the documents that are selected in the list."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import streamlit as st

from app.context import AppContext
from app.screens.common import location
from app.screens.common.wording import SPLIT, count, literal
from app.services.operations import chosen_documents
from app.services.operations.chosen_documents import Moved
from app.services.team import assignment
from storage.enums import SPLITS
from storage.records import DocumentFilter

EXPORTED = "export_documents"
"""The session's documents for the Export page: a project and their numbers."""
_TURN, _NEWS, _ASKED, _ALL = "chosen_turn", "chosen_news", "chosen_asked", "choose_all"
Numbers = Callable[[], Sequence[int]]
Body = Callable[[AppContext, int, Numbers], str | None]


def turn() -> int:
    """Counts what was done: afterwards nothing is chosen any more."""
    number: int = st.session_state.setdefault(_TURN, 0)
    return number


def actions(
    app: AppContext, project_id: int, ids: Sequence[int], wanted: DocumentFilter, total: int
) -> None:
    """The bar above the list: how many are chosen, and what can be done with them."""
    if news := st.session_state.pop(_NEWS, None):
        st.success(literal(news), icon=":material/check_circle:")
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        every = total > len(ids) and st.checkbox(
            f"All {total:,} that match", key=f"{_ALL} {turn()}"
        )
        if not ids and not every:
            _forget()
            st.caption(
                "Select rows to assign, tag, split, export or delete them. Click a name to open "
                "the document.",
                width="content",
            )
            return
        number = total if every else len(ids)
        st.markdown(f"**{number:,} selected**", width="content")
        for title, (icon, _, _) in _DIALOGS.items():
            st.button(
                f"{title} …", icon=icon, key=f"{title.lower()} chosen", on_click=_ask, args=(title,)
            )
        # their numbers are looked up when something is done with them
        numbers = _every(app, project_id, wanted) if every else lambda: ids
        if st.button("Export …", icon=":material/download:", key="export chosen"):
            _export(project_id, numbers)
    if asked := st.session_state.get(_ASKED):
        _, heading, body = _DIALOGS[asked]
        title = f"{heading} {count(number, 'document')}"
        st.dialog(title, on_dismiss=_forget)(_answer)(app, project_id, numbers, body)


def _ask(title: str) -> None:
    st.session_state[_ASKED] = title


def _forget() -> None:
    st.session_state.pop(_ASKED, None)


def _every(app: AppContext, project_id: int, wanted: DocumentFilter) -> Numbers:
    return lambda: chosen_documents.matching(app.sessions, project_id, wanted)


def _answer(app: AppContext, project_id: int, numbers: Numbers, body: Body) -> None:
    """The dialog: `body` asks, does it, and says what was done; until then it says nothing."""
    try:
        news = body(app, project_id, numbers)
    except (ValueError, LookupError) as error:
        st.error(literal(str(error)))
        return
    if news is not None:
        _forget()
        st.session_state[_NEWS] = news
        st.session_state[_TURN] = turn() + 1
        st.rerun()


def _assign(app: AppContext, project_id: int, numbers: Numbers) -> str | None:
    people = st.multiselect(
        "People",
        assignment.candidates(app.sessions, project_id),
        accept_new_options=app.acting is None,
        key="assign_people",
        placeholder="names",
        help="Each person annotates every document without seeing the others’ answers.",
    )
    if not st.button("Assign", type="primary", disabled=not people, key="do assign"):
        return None
    made = assignment.assign(app.sessions, project_id, people, numbers())
    return f"{count(made, 'assignment')} created."


def _tag(app: AppContext, project_id: int, numbers: Numbers) -> str | None:
    add = st.text_input("Add tags", key="tags_added", placeholder="hard, second round")
    remove = st.text_input("Remove tags", key="tags_removed")
    st.caption("Separate tags with commas. Exports include them as metadata.")
    if not st.button("Save tags", type="primary", key="do tag"):
        return None
    names = [[name.strip() for name in typed.split(",") if name.strip()] for typed in (add, remove)]
    if not any(names):
        raise ValueError("no tag is given; type one to add or to remove")
    changed = chosen_documents.tag(
        app.sessions, project_id, numbers(), add=names[0], remove=names[1]
    )
    return f"Tags of {count(changed, 'document')} changed."


def _split(app: AppContext, project_id: int, numbers: Numbers) -> str | None:
    split = st.radio("Split", SPLITS, format_func=SPLIT.__getitem__, key="split_chosen")
    st.caption(
        "Models are evaluated on held-out documents. Only a document that nobody has begun can "
        "become one, and a text is held out in all projects or in none."
    )
    if not st.button("Change the split", type="primary", key="do split"):
        return None
    return _moved(chosen_documents.move(app.sessions, project_id, numbers(), split))


def _moved(result: Moved) -> str:
    parts = [f"Split of {count(result.moved, 'document')} changed."]
    if result.begun:
        parts.append(
            f"{count(result.begun, 'document')} not moved: somebody has begun to annotate."
        )
    if result.elsewhere:
        parts.append(
            f"{count(result.elsewhere, 'document')} not moved: the text is on the other side of "
            "the holdout in another project."
        )
    return " ".join(parts)


def _delete(app: AppContext, project_id: int, numbers: Numbers) -> str | None:
    st.markdown("They move to the trash with all their annotations. You can restore them there.")
    typed = st.text_input("Type their number to confirm", key="typed_number")
    if not st.button("Delete", type="primary", icon=":material/delete:", key="do delete"):
        return None
    number = chosen_documents.delete(app.sessions, project_id, numbers(), typed, app.person)
    return f"{count(number, 'document')} moved to the trash."


def _export(project_id: int, numbers: Numbers) -> None:
    try:
        st.session_state[EXPORTED] = (project_id, tuple(numbers()))
    except ValueError as error:
        st.error(literal(str(error)))
        return
    location.go(location.EXPORT)


_DIALOGS: Mapping[str, tuple[str, str, Body]] = {
    "Assign": (":material/assignment_ind:", "Assign", _assign),
    "Tag": (":material/sell:", "Tag", _tag),
    "Split": (":material/call_split:", "Change the split of", _split),
    "Delete": (":material/delete:", "Delete", _delete),
}
