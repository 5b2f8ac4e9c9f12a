"""Who is at the other end of a page's connection. The browser's word counts for nothing here:
only the cookie that signing in left, or what Streamlit made of a provider's answer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from app.services.team.permissions import Acting
from app.services.team.sign_in import SignedIn, provided, signed_in
from app.settings import Settings
from app.web.gate import COOKIE
from storage.engine import Sessions

_BEFORE = "signed in as"


class SignedOutError(Exception):
    """Nobody has signed in, or no longer."""


class UnknownPersonError(Exception):
    """A provider vouches for somebody who has no account here."""


def whoami(settings: Settings, sessions: Sessions) -> Acting | None:
    """The signed-in person; None where nobody needs to sign in.

    Raises `SignedOutError`, and `UnknownPersonError` for who has no account.
    """
    if settings.auth == "accounts":
        person = login(sessions).person
    elif settings.auth == "oidc":
        person = _vouched_for(sessions)
    else:
        return None
    if st.session_state.get(_BEFORE, person.user_id) != person.user_id:
        st.session_state.clear()  # the connection is another person's now
    st.session_state[_BEFORE] = person.user_id
    return person


def login(sessions: Sessions) -> SignedIn:
    """The session that this page's connection was made in. Raises `SignedOutError`."""
    found = signed_in(sessions, token()) if token() else None
    if found is None:
        raise SignedOutError
    return found


def token() -> str:
    return st.context.cookies.get(COOKIE, "")


def name_of(claims: Mapping[str, Any]) -> str | None:
    """The name that an account must have: the e-mail address, unless the provider says that it is
    not verified; else the preferred user name. Where an address is not verified, that name is no
    address either: many providers make it the address that somebody typed."""
    email, verified = claims.get("email"), claims.get("email_verified", True)
    given = isinstance(email, str) and email != ""
    if given and str(verified).lower() == "true":
        return str(email)
    preferred = claims.get("preferred_username")
    if not isinstance(preferred, str) or (given and "@" in preferred):
        return None
    return preferred or None


def _vouched_for(sessions: Sessions) -> Acting:
    claims: Mapping[str, Any] = st.user.to_dict()
    if not claims.get("is_logged_in"):
        raise SignedOutError
    name = name_of(claims)
    person = provided(sessions, name) if name else None
    if person is None:
        raise UnknownPersonError(name or "somebody without a name")
    return person
