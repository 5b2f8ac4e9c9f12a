"""What people who have not signed in see instead of the page."""

from __future__ import annotations

from functools import cache
from typing import Any

import streamlit as st

from app.screens.common.wording import literal
from app.settings import Settings
from app.web.gate import SIGN_IN

_LEAVE = """export default () => {
  const here = location.pathname + location.search;
  window.dispatchEvent(new Event('spanneal-sign-in'));
  location.replace(`%s?next=${encodeURIComponent(here)}`);
}"""

_NO_PROVIDER = (
    "SPANNEAL_AUTH is oidc, but no provider is configured. Write its `client_id`, "
    "`client_secret`, `server_metadata_url`, a `redirect_uri` and a `cookie_secret` under "
    "`[auth]` into `.streamlit/secrets.toml`, and restart."
)


def signed_out() -> None:
    """Leads to where one signs in."""
    if Settings.from_environment().auth == "oidc":
        st.header("Sign in", anchor=False)
        if not _provider_is_named():
            st.error(_NO_PROVIDER, icon=":material/lock:")
            return
        st.button("Sign in", icon=":material/login:", type="primary", on_click=st.login)
        return
    st.info("You are signed out.", icon=":material/lock:")
    st.markdown(f"[Sign in]({SIGN_IN})")
    _leave()(key="leave")


def _provider_is_named() -> bool:
    try:
        return bool(st.secrets["auth"])
    except (KeyError, FileNotFoundError):
        return False


def unknown_person(name: str) -> None:
    st.warning(
        f"There is no account {literal(name)} here. Ask an administrator to create it, then "
        "reload this page.",
        icon=":material/lock:",
    )
    st.button("Sign in with another account", on_click=st.logout)


@cache
def _leave() -> Any:
    """A component without a look, because a page's own script cannot lead elsewhere."""
    return st.components.v2.component("leave", html="", js=_LEAVE % SIGN_IN)
