"""The password and the sessions of the signed-in person."""

from __future__ import annotations

import streamlit as st

from app.context import AppContext
from app.screens.common.wording import literal
from app.services.team import sign_in
from app.services.team.passwords import LONGEST, SHORTEST, PasswordError
from app.services.team.sign_in import SignInError
from app.whoami import login


def sign_out_buttons(app: AppContext) -> None:
    """To sign out, here or everywhere."""
    here, everywhere, _ = st.columns([1, 1, 3])
    if here.button("Sign out", icon=":material/logout:", width="stretch"):
        sign_in.sign_out(app.sessions, login(app.sessions).token)
        st.rerun()
    if everywhere.button(
        "Sign out everywhere",
        width="stretch",
        help="Ends all your sessions, on this and every other device.",
    ):
        sign_in.sign_out_everywhere(app.sessions, login(app.sessions).person.user_id)
        st.rerun()


def change_password_form(app: AppContext) -> None:
    with st.form("password", clear_on_submit=True, width=480):
        st.markdown("**Change password**")
        old = st.text_input("Current password", type="password", autocomplete="current-password")
        new = st.text_input(
            "New password",
            type="password",
            max_chars=LONGEST,
            autocomplete="new-password",
            help=f"At least {SHORTEST} characters. A passphrase of several words works well.",
        )
        again = st.text_input("Confirm new password", type="password", autocomplete="new-password")
        if not st.form_submit_button("Change"):
            return
    if new != again:
        st.error("The new passwords do not match; nothing was changed.")
        return
    try:
        sign_in.change_password(app.sessions, login(app.sessions), old, new)
    except (SignInError, PasswordError) as error:
        st.error(literal(str(error)))
        return
    st.success("Password changed. Your other sessions have ended.")
