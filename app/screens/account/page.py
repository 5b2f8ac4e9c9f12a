"""Account: the signed-in person's password and sessions."""

from __future__ import annotations

import streamlit as st

from app import context
from app.screens.account import password
from app.screens.common.wording import literal

app = context.current()
st.header("Account", anchor=False)
role = "an administrator" if app.acting and app.acting.administrator else "a member"
st.caption(f"You are signed in as **{literal(app.person)}**, {role}.")
if app.settings.auth == "oidc":
    if st.button("Sign out", icon=":material/logout:"):
        st.logout()
else:
    password.sign_out_buttons(app)
    password.change_password_form(app)
