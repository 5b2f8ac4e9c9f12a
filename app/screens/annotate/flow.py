"""How Annotate shows suggestions: all at once, or one decision at a time.

The choice stands in the address, as the document does, and in the session when the address names
none.
"""

from __future__ import annotations

import streamlit as st

from app.components.span_annotator import sent_flow
from app.screens.annotate.visit import KEY

_FLOW, _SENT = "flow", "flow_sent"
_FLOWS = ("", "unsure", "order")


def current() -> str:
    """What the person just chose, else what the address has, else what the session has."""
    sent = sent_flow(KEY)
    if sent in _FLOWS and sent != st.session_state.get(_SENT):
        st.session_state[_SENT] = sent
        flow = str(sent)
    else:
        address = st.query_params.get(_FLOW, "")
        flow = address if address in _FLOWS[1:] else st.session_state.get(_FLOW, "")
    _remember(flow)
    return flow


def _remember(flow: str) -> None:
    st.session_state[_FLOW] = flow
    if flow and st.query_params.get(_FLOW) != flow:
        st.query_params[_FLOW] = flow
    elif not flow:
        st.query_params.pop(_FLOW, None)
