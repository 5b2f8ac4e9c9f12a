"""One document's versions side by side, and the reviewer's decision on each difference."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from app.context import AppContext
from app.screens.agreement.figures import KIND
from app.screens.common import annotated_text
from app.screens.common.wording import clipped, count, literal
from app.services.operations import documents
from app.services.team import adjudication
from app.services.team.adjudication import AdjudicationError, Case, Difference
from core.types import Key

OWN = "own"
CHOSEN = "adjudicated_document"
_LISTED = 500


def choose_document(app: AppContext, project_id: int) -> int | None:
    """Asks for a document; None where no two people have submitted the same one."""
    waiting, decided = adjudication.waiting(app.sessions, project_id)
    if not waiting and not decided:
        st.info(
            "Nothing to adjudicate yet. Once two people have submitted the same document, it "
            "appears here for a decision.",
            icon=":material/balance:",
        )
        return None
    names = documents.names(app.sessions, project_id, [*waiting, *decided][:_LISTED])
    chosen_before = st.session_state.get(CHOSEN)
    every = [id_ for id_ in [*waiting, *decided] if id_ in names or id_ == chosen_before]
    if chosen_before not in every:
        st.session_state[CHOSEN] = every[0]
    with st.container(horizontal=True, vertical_alignment="bottom"):
        chosen: int = st.selectbox(
            "Document",
            every,
            format_func=lambda key: (
                f"{'✓ decided' if key in decided else '○ open'} · {names.get(key, key)}"
            ),
            key=CHOSEN,
        )
        _accept_agreed(app, project_id, len(waiting))
    st.caption(f"{count(len(waiting), 'document')} to decide, {len(decided):,} decided.")
    return chosen


def _accept_agreed(app: AppContext, project_id: int, waiting: int) -> None:
    if waiting and st.button(
        "Accept all unanimous",
        icon=":material/done_all:",
        help="Accepts every open document whose versions are all the same.",
    ):
        accepted = adjudication.accept_agreed(app.sessions, project_id, app.person)
        st.toast(f"{count(accepted, 'document')} accepted.", icon=":material/done_all:")
        st.session_state.pop(CHOSEN, None)
        st.rerun()


def case(app: AppContext, document_id: int) -> None:
    """The differences, a choice on each, and the button that keeps them."""
    found = adjudication.case(app.sessions, document_id)
    st.subheader(literal(clipped(found.name, 80)), anchor=False)
    _standing(found)
    names = [version.person for version in found.versions]
    with st.expander("Full text", icon=":material/article:"):
        columns = st.columns(len(names))
        for number, (column, version) in enumerate(zip(columns, found.versions, strict=True)):
            unique = version.keys - set(found.agreed)
            column.markdown(f"**{literal(version.person)}**")
            whole = (0, len(found.text))
            column.html(annotated_text.html(found.text, whole, unique, found.agreed, tint(number)))
    if len(found.differences) > 1:
        _take_all(found, names)
    decisions = [
        _difference(found, difference, number)
        for number, difference in enumerate(found.differences)
    ]
    _save(app, found, decisions)


def tint(number: int) -> str:
    return annotated_text.TINTS[number % len(annotated_text.TINTS)]


def _standing(found: Case) -> None:
    same = f"{count(len(found.agreed), 'entity', 'entities')} identical in all versions"
    st.caption(f"{count(len(found.differences), 'difference')} · {same} (grey below).")
    if found.decided:
        notice = f"**{literal(found.decided[0])}** has already decided; a new decision replaces it."
        if found.stale:
            notice += " Another version has been submitted since."
        st.info(notice, icon=":material/balance:")


def _take_all(found: Case, names: Sequence[str]) -> None:
    with st.container(horizontal=True):
        for name in names:
            st.button(
                f"All as {literal(name)}",
                key=f"all {found.document_id} {name}",
                on_click=_choose_all,
                args=(found, name),
                help="Selects this person’s version for every difference. Nothing is saved yet.",
            )


def _choose_all(found: Case, name: str) -> None:
    for number, difference in enumerate(found.differences):
        keys = difference.versions[name]
        st.session_state[_key(found, number)] = [taken for _, taken in difference.choices].index(
            keys
        )


def _key(found: Case, number: int) -> str:
    """Changes with the versions, so that no choice outlives what it was made of."""
    ids = "-".join(str(version.set_id) for version in found.versions)
    return f"decide {found.document_id} {ids} {number}"


def _difference(found: Case, difference: Difference, number: int) -> list[Key] | None:
    """A difference in every version, and the choice; None while it is open."""
    shown = annotated_text.window(found.text, difference.start, difference.end)
    with st.container(border=True):
        kinds = " · ".join(KIND[kind] for kind in difference.kinds)
        st.markdown(f"**Difference {number + 1}** :small[{kinds}]")
        columns = st.columns(len(difference.versions))
        for index, (column, (person, keys)) in enumerate(
            zip(columns, difference.versions.items(), strict=True)
        ):
            column.markdown(f"**{literal(person)}**{'' if keys else ' · ∅ nothing'}")
            column.html(annotated_text.html(found.text, shown, keys, found.agreed, tint(index)))
        choices = difference.choices
        chosen: int | str | None = st.radio(
            "Decision",
            [*range(len(choices)), OWN],
            index=None,
            format_func=lambda key: (
                "Something else" if key == OWN else _titled(found, *choices[int(key)])
            ),
            key=_key(found, number),
            horizontal=True,
        )
        if chosen is None:
            return None
        return _own(found, difference, number) if chosen == OWN else list(choices[int(chosen)][1])


def _titled(found: Case, people: Sequence[str], keys: Sequence[Key]) -> str:
    return f"{_key_names(found, keys)} ({', '.join(literal(person) for person in people)})"


def _key_names(found: Case, keys: Sequence[Key]) -> str:
    names = [_named(found, key) for key in keys]
    return ", ".join(names) or "Nothing"


def _named(found: Case, key: Key) -> str:
    start, end, label = key
    return f"“{literal(clipped(found.text[start:end], 50))}” {literal(label)}"


def _own(found: Case, difference: Difference, number: int) -> list[Key] | None:
    """Any of the entities there are, and one of the reviewer's own words."""
    key = _key(found, number)
    known = sorted({key for keys in difference.versions.values() for key in keys})
    selected: list[Key] = st.multiselect(
        "Keep",
        known,
        format_func=lambda key: f"{found.text[key[0] : key[1]]} · {key[2]}",
        key=f"{key} keep",
        placeholder="None of them",
    )
    words, label = st.columns([3, 1])
    wanted = words.text_input("Also mark", key=f"{key} words", help="The exact words of the text.")
    named: str = label.selectbox("as", found.labels, key=f"{key} label")
    if not wanted:
        return selected
    keys = [
        (at, at + len(wanted), named)
        for at in range(max(0, difference.start - len(wanted) + 1), difference.end)
        if found.text.startswith(wanted, at)
    ]
    if len(keys) == 1:
        return [*selected, keys[0]]
    st.error(
        f"Found {count(len(keys), 'time')} at this difference; expected exactly once. Add an "
        "adjacent word, or check capitals and spaces."
    )
    return None


def _save(app: AppContext, found: Case, decisions: Sequence[list[Key] | None]) -> None:
    made = [decision for decision in decisions if decision is not None]
    left = len(decisions) - len(made)
    with st.container(horizontal=True, vertical_alignment="center"):
        pressed = st.button(
            "Save decision",
            type="primary",
            icon=":material/balance:",
            disabled=left > 0,
            key="keep decision",
        )
        st.caption(
            f"{count(left, 'difference')} left to decide."
            if left
            else ("All differences are decided.")
        )
    if not pressed:
        return
    try:
        ids = [version.set_id for version in found.versions]
        adjudication.decide(app.sessions, found.document_id, ids, made, app.person)
    except AdjudicationError as error:
        st.error(literal(str(error)), icon=":material/error:")
        return
    st.toast(f"Decision on {literal(found.name)} saved.", icon=":material/balance:")
    st.session_state["adjudicated_next"] = True
    st.rerun()


def open_next_after_decision() -> None:
    """After a decision, to the first document that waits."""
    if st.session_state.pop("adjudicated_next", False):
        st.session_state.pop(CHOSEN, None)
