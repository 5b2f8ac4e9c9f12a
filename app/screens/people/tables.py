"""Accounts and members, for administrators."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import streamlit as st

from app.context import AppContext
from app.screens.common.wording import MOMENT, literal
from app.services.operations.projects import ProjectView
from app.services.team import accounts, members
from app.services.team.accounts import Account
from app.services.team.passwords import one_time
from storage.enums import ROLES, Role

_NONE = "not a member"
_MADE = "one-time password"


def account_table(app: AppContext) -> list[Account]:
    """Everybody who has an account; returns them."""
    known = list(accounts.every(app.sessions))
    frame = pd.DataFrame(
        {
            "Name": [user.name for user in known],
            "Role": ["Administrator" if user.administrator else "Member" for user in known],
            "State": ["Active" if user.active else "Disabled" for user in known],
            "Signs in": [_how(user) for user in known],
            "Since": [user.created_at for user in known],
        }
    )
    st.dataframe(
        frame,
        hide_index=True,
        width="stretch",
        alt="Accounts with role, state and way to sign in",
        column_config={"Since": st.column_config.DatetimeColumn(format=MOMENT)},
    )
    return known


def new_account(app: AppContext) -> None:
    with st.form("new account", clear_on_submit=True):
        st.markdown("**New account**")
        name = st.text_input("Name", max_chars=accounts.LONGEST_NAME, key="new_account_name")
        administrator = st.checkbox("Administrator", key="new_account_administrator")
        if st.form_submit_button("Create account", icon=":material/person_add:"):
            made = one_time() if app.settings.auth == "accounts" else None
            _try(
                lambda: accounts.add(app.sessions, name.strip(), made, administrator=administrator),
                name.strip(),
                made,
            )
    _show_password()


def change_account(app: AppContext, known: list[Account]) -> None:
    names = {user.name: user for user in known}
    st.markdown("**Edit account**")
    name = st.selectbox("Account", list(names), key="changed_account")
    account = names[name]
    buttons = st.container(horizontal=True)
    if app.settings.auth == "accounts" and buttons.button(
        "New password",
        help="Creates a one-time password to hand over, and ends all sessions of the account.",
    ):
        made = one_time()
        if _try(lambda: accounts.reset(app.sessions, name, made), name, made):
            st.rerun()
    if buttons.button("Disable" if account.active else "Enable"):
        change = accounts.disable if account.active else accounts.enable
        if _try(lambda: change(app.sessions, name), name):
            st.rerun()
    if buttons.button("Remove administrator" if account.administrator else "Make administrator"):
        wanted = not account.administrator
        if _try(lambda: accounts.set_administrator(app.sessions, name, wanted), name):
            st.rerun()


def project_members(app: AppContext, project: ProjectView, known: list[Account]) -> None:
    """Each account's part in a project, to be changed one by one."""
    st.markdown("**Project members**")
    st.caption(
        "An annotator works on documents; a reviewer also sees all answers, imports and exports "
        "documents, and changes labels and settings. Administrators need no membership."
    )
    present = members.of_project(app.sessions, project.id)
    people = [user for user in known if user.active and not user.administrator]
    if not people:
        st.info("There are only administrators so far.")
        return
    for person in people:
        _part(app, project.id, person, present.get(person.name))


def _part(app: AppContext, project_id: int, account: Account, role: Role | None) -> None:
    """One person's part. Its key tells the part that is stored: a choice is made once, and is
    not there any more when somebody else has changed the part since."""
    options: list[Role | None] = [None, *ROLES]
    key = f"part_{project_id}_{account.id}_{role or _NONE}"
    st.selectbox(
        literal(account.name),
        options,
        options.index(role),
        format_func=lambda role: role or _NONE,
        key=key,
        on_change=_assign,
        args=(app, project_id, account.name, key),
    )


def _assign(app: AppContext, project_id: int, name: str, key: str) -> None:
    members.assign(app.sessions, project_id, name, st.session_state[key])


def _try(change: Callable[[], object], name: str, made: str | None = None) -> bool:
    try:
        change()
    except ValueError as error:
        st.error(literal(str(error)))
        return False
    if made is not None:
        st.session_state[_MADE] = (name, made)
    return True


def _show_password() -> None:
    """Once: the next run does not know it any more."""
    if made := st.session_state.pop(_MADE, None):
        name, password = made
        st.success(f"Give this password to **{literal(name)}**. You won’t see it again.")
        st.code(password, language=None)


def _how(account: Account) -> str:
    return "password" if account.has_password else "identity provider"
