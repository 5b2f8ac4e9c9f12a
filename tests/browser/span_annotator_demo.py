"""A page with the span annotator alone, before a server that is a dictionary in memory.

Query parameters: `run` names the model (each test its own), `case` the document, `delay` the
seconds before an acknowledgement, `deaf` how many messages the server loses at first, `person` who
works, `wrong_owner` how many clients are another's, `gone` how often the document is not there,
`ahead` whether the next document comes with the answer to a submission, "ready" or "awaited";
`around` puts every kind of Streamlit's controls around it.
"""

from __future__ import annotations

import json

import streamlit as st

from app.components.span_annotator import sent_flow, span_annotator
from tests.browser import around
from tests.browser.annotator_cases import CASES
from tests.browser.annotator_server import model_of, state_of

KEY = "annotator"


@st.fragment(run_every=0.3)
def watch(edits: int) -> None:
    """Runs the page again once more was read, which here an edit brings."""
    if len(model["log"]) != edits:
        st.rerun()


query = st.query_params
opened = (st.session_state.get(KEY) or {}).get("opened")
if opened:
    st.session_state["case"] = opened["doc_id"].rpartition("/")[2]
    st.session_state["opened"] = opened["number"]
case = st.session_state.setdefault("case", query.get("case", "nested"))
somebody = query.get("person", "Anna")
person = st.session_state.get("person", somebody)
run = f"{query.get('run', 'by hand')}/{case}"
document = CASES[case]
model = model_of(run, case, person, query.to_dict())
model["person"] = person
if query.get("wide"):
    st.set_page_config(layout="wide")
if query.get("around"):
    around.controls()
result = span_annotator(
    doc_id=run,
    text=document.text,
    labels=document.labels,
    key=KEY,
    edits="edits/demo",
    person=person,
    hotkeys=document.hotkeys,
    hints=document.hints,
    can_ask=document.can_ask,
    held_out=document.held_out,
    flow=sent_flow(KEY) or query.get("flow", ""),
    reading=document.state(len(model["log"]))[1],
    opened=st.session_state.get("opened", 0),
    **state_of(model),
)
if result.navigate:
    st.session_state["went"] = [*st.session_state.get("went", []), result.navigate]
    if result.navigate == "next":
        st.session_state["case"] = "next"
        st.rerun()
if document.state(len(model["log"]))[1]:
    watch(len(model["log"]))
st.text_input("Elsewhere")
st.text_input("Person", value=somebody, key="person")
went, visible = st.session_state.get("went", []), getattr(result, "visible", None)
st.text(json.dumps({"run": run, "went": went, "visible": visible}))
