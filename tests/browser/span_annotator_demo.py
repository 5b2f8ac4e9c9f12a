"""A page with the span annotator alone, before a server that is a dictionary in memory.

Query parameters: `run` names the model (each test its own), `case` the document, `delay` the
seconds before an acknowledgement, `deaf` how many messages the server loses at first, `person` who
works, `wrong_owner` how many clients are another's, `gone` how often the document is not there;
`around` puts every kind of Streamlit's controls around it.
"""

from __future__ import annotations

import json
import time
from typing import Any

import streamlit as st

from app.components.span_annotator import sent_flow, sent_operations, span_annotator
from core.text.tokenization import tokenize
from tests.browser import around
from tests.browser.annotator_cases import CASES

KEY = "annotator"


@st.cache_resource
def models() -> dict[str, dict[str, Any]]:
    return {}


@st.cache_data
def words(text: str) -> list[tuple[int, int]]:
    return [(token.start, token.end) for token in tokenize(text)]


def apply(model: dict[str, Any], op: dict[str, Any]) -> str | None:
    """What the real reducer does, without its checks; says why where it refuses."""
    spans: dict[str, dict[str, Any]] = model["spans"]
    span = spans.get(op.get("id", ""), {})
    fields = {
        name: value for name, value in op.items() if name not in ("seq", "base_version", "op")
    }
    match op["op"]:
        case "submit" | "accept_all" if model["case"] == "around":
            return "this document stays open"
        case "add":
            if model["case"] == "refusing":
                return f"label {op['label']!r} is closed for new spans"
            status = {"status": "accepted", "score": None, "source": "person"}
            spans[op["id"]] = {**fields, **status}
        case "restore":
            known = {"confidence": span["confidence"]} if "confidence" in span else {}
            fields.pop("confidence", None)
            spans[op["id"]] = {**fields, **known}
        case "delete":
            spans.pop(op["id"])
        case "reject":
            span["status"] = "rejected"
        case "accept" | "relabel" | "move":
            span.update(fields, status="accepted")
        case "accept_all" | "reject_all":
            for item in spans.values():
                if item["status"] == "suggested" and item["score"] >= op.get("above", 0):
                    item["status"] = "accepted" if op["op"] == "accept_all" else "rejected"
        case "comment":
            model["comment"] = op["text"]
        case "skip":
            model["skip_reason"] = op["reason"]
        case "submit":
            model["submitted"] = True
    return None


def receive(model: dict[str, Any], sent: dict[str, Any]) -> None:
    back = {"client": sent["client"], "doc_id": sent["doc_id"], "why": "", "wrong_owner": False}
    model["returned"] = None
    if sent["person"] != person or sent["client"] in model["others"]:
        model["returned"] = {**back, "wrong_owner": True}
        return
    if model["wrong_owner"]:
        model["wrong_owner"] -= 1
        model["others"].append(sent["client"])
        model["returned"] = {**back, "wrong_owner": True}
        return
    if model["gone"]:
        model["gone"] -= 1
        model["returned"] = {**back, "why": "there is no document 404"}
        return
    if model["deaf"]:
        model["deaf"] -= 1
        return
    for op in sent["ops"]:
        if [sent["client"], op["seq"]] in model["applied"]:
            continue
        model["applied"].append([sent["client"], op["seq"]])
        model["log"].append(op["op"])
        model["error"] = apply(model, op)
    model["ack"] = {"client": sent["client"], "seq": sent["ops"][-1]["seq"]}


query = st.query_params
case = st.session_state.setdefault("case", query.get("case", "nested"))
somebody = query.get("person", "Anna")
person = st.session_state.get("person", somebody)
run = f"{query.get('run', 'by hand')}/{case}"
document = CASES[case]
model = models().setdefault(
    run,
    {
        "case": case,
        "spans": {span["id"]: dict(span) for span in document.state(0)[0]},
        "applied": [],
        "log": [],
        "ack": None,
        "error": None,
        "submitted": False,
        "comment": document.comment,
        "skip_reason": document.skip_reason,
        "deaf": int(query.get("deaf", "0")),
        "wrong_owner": int(query.get("wrong_owner", "0")),
        "gone": int(query.get("gone", "0")),
        "others": [],
        "returned": None,
    },
)
sent = sent_operations(KEY)
if sent and sent["doc_id"] == run:
    time.sleep(float(query.get("delay", "0")))
    receive(model, sent)
arrived, reading = document.state(len(model["log"]))
for span in arrived:
    model["spans"].setdefault(span["id"], dict(span))
if query.get("wide"):
    st.set_page_config(layout="wide")
if query.get("around"):
    around.controls()
result = span_annotator(
    doc_id=run,
    text=document.text,
    labels=document.labels,
    spans=list(model["spans"].values()),
    tokens=words(document.text),
    ack=model["ack"],
    key=KEY,
    person=person,
    returned=model["returned"],
    read_only=model["submitted"],
    error=model["error"],
    hotkeys=document.hotkeys,
    hints=document.hints,
    comment=model["comment"],
    skip_reason=model["skip_reason"],
    can_ask=document.can_ask,
    held_out=document.held_out,
    version=len(model["log"]),
    flow=sent_flow(KEY) or query.get("flow", ""),
    reading=reading,
)
if result.navigate:
    st.session_state["went"] = [*st.session_state.get("went", []), result.navigate]
    if result.navigate == "next":
        st.session_state["case"] = "next"
        st.rerun()
st.text_input("Elsewhere")
st.text_input("Person", value=somebody, key="person")
shown = {**model, "text": document.text, "went": st.session_state.get("went", [])}
if len(document.text) < 50_000:
    st.text(json.dumps(shown, ensure_ascii=False))
else:
    st.text(json.dumps({"log": len(model["log"]), "visible": st.session_state[KEY].get("visible")}))
