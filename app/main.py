"""What the page shows, behind `app/server.py`."""

from __future__ import annotations

import streamlit as st
from streamlit import config

from app import context
from app.screens.common import signed_out
from app.screens.common.appearance import style
from app.screens.common.error_message import error_text
from app.screens.common.icon import icon
from app.screens.common.wording import literal
from app.screens.navigation import navigation
from app.services.team.permissions import Acting, NotAllowedError
from app.settings import ROOT, Settings
from app.web import listen_address, uploads
from app.whoami import SignedOutError, UnknownPersonError

st.set_page_config(page_title="Spanneal", page_icon=icon(), layout="wide")
st.html(style(st.context.theme.type))
st.logo(str(ROOT / "assets" / "pictures" / "wordmark.svg"), size="large")


def let_in() -> Acting | None:
    """Who has signed in; ends the run for who has not, and where that would have to be known."""
    auth = Settings.from_environment().auth
    if problem := listen_address.problem(auth, config.get_option("server.address")):
        st.error(literal(problem), icon=":material/lock:")
        st.stop()
    return context.begin_run().acting


with uploads.page_run():
    try:
        navigation(let_in()).run()
        context.settle()
    except SignedOutError:
        signed_out.signed_out()
    except UnknownPersonError as error:
        signed_out.unknown_person(str(error))
    except NotAllowedError as error:
        st.warning(literal(str(error)), icon=":material/lock:")
    except Exception as error:
        st.error(error_text(error), icon=":material/error:")
