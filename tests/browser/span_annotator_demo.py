"""A page with the span annotator alone, before a server that is a dictionary in memory.

Query parameters: `run` names the model (each test its own), `case` the document, `delay` the
seconds before an acknowledgement, `deaf` how many messages the server loses at first.
"""

from __future__ import annotations

import json
import time
from typing import Any

import streamlit as st

from app.components.span_annotator import sent_operations, span_annotator
from core.tokenization import tokenize

KEY = "annotator"
NASTY = "<img src=x onerror=alert(1)></span><script>alert(1)</script>&lt;b&gt;"
LABELS = [
    {"name": "PER", "color": "#e4572e", "key": "1", "description": "People"},
    {"name": "ORG", "color": "#2e86ab", "key": "2", "description": "Organisations"},
    {"name": "LOC", "color": "#3b8e5a", "key": "3", "description": "Places"},
    {"name": "MISC", "color": "#9b6bdf", "key": "4", "description": "Other names"},
]
PLAIN = "President Olena Kovalenko visited New York University Hospital on Monday."
SCRIPTS = (
    "👩‍🔬 Dr. Zoë Müller 🚀 joined NASA.\n"
    "מרי קירי נולדה בוורשה ועבדה בפריז.\n"
    "東京大学の山田太郎は国連で演説した。\n"
    "Марія Примаченко народилася в Болотні 🇺🇦."
)
LONG = "\n".join(f"Line {n}: {PLAIN}" for n in range(400))


def found(text: str, *wanted: tuple[str, str, float]) -> list[dict[str, Any]]:
    """Suggestions over the first occurrence of each string."""
    return [
        {
            "id": f"m{n}",
            "start": text.index(words),
            "end": text.index(words) + len(words),
            "label": label,
            "status": "suggested",
            "score": score,
            "source": "model",
        }
        for n, (words, label, score) in enumerate(wanted)
    ]


NESTED = [
    ("Olena Kovalenko", "PER", 0.98),
    ("New York", "LOC", 0.71),
    ("New York University", "ORG", 0.83),
    ("New York University Hospital", "ORG", 0.944),
]
CASES: dict[str, tuple[str, list[dict[str, Any]]]] = {
    "nested": (PLAIN, found(PLAIN, *NESTED)),
    "next": ("Ada Lovelace lived in London.", []),
    "empty": (PLAIN, []),
    "scripts": (SCRIPTS, found(SCRIPTS, ("Zoë Müller", "PER", 0.9), ("מרי קירי", "PER", 0.8))),
    "nasty": (f"Beware of {NASTY} here.", found("Beware", ("Beware", NASTY, 0.5))),
    "long": (LONG, found(LONG, *NESTED)),
    "refusing": (PLAIN, found(PLAIN, *NESTED)),
}


@st.cache_resource
def models() -> dict[str, dict[str, Any]]:
    return {}


def apply(model: dict[str, Any], op: dict[str, Any]) -> str | None:
    """What the real reducer does, without its checks; says why where it refuses."""
    spans: dict[str, dict[str, Any]] = model["spans"]
    span = spans.get(op.get("id", ""), {})
    fields = {name: value for name, value in op.items() if name not in ("seq", "op")}
    match op["op"]:
        case "add":
            if model["case"] == "refusing":
                return f"label {op['label']!r} is closed for new spans"
            status = {"status": "accepted", "score": None, "source": "person"}
            spans[op["id"]] = {**fields, **status}
        case "restore":
            spans[op["id"]] = fields
        case "delete":
            spans.pop(op["id"])
        case "reject":
            span["status"] = "rejected"
        case "accept" | "relabel" | "move":
            span.update(fields, status="accepted")
        case "accept_all":
            for each in spans.values():
                if each["status"] == "suggested":
                    each["status"] = "accepted"
        case "submit":
            model["submitted"] = True
    return None


def receive(model: dict[str, Any], sent: dict[str, Any]) -> None:
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
run = f"{query.get('run', 'by hand')}/{case}"
text, spans = CASES[case]
model = models().setdefault(
    run,
    {
        "case": case,
        "spans": {span["id"]: dict(span) for span in spans},
        "applied": [],
        "log": [],
        "ack": None,
        "error": None,
        "submitted": False,
        "deaf": int(query.get("deaf", "0")),
    },
)
sent = sent_operations(KEY)
if sent and sent["doc_id"] == run:
    time.sleep(float(query.get("delay", "0")))
    receive(model, sent)
labels = [*LABELS, {"name": NASTY, "color": "red;background:url(//x)"}]
result = span_annotator(
    doc_id=run,
    text=text,
    labels=labels if case == "nasty" else LABELS,
    spans=list(model["spans"].values()),
    tokens=[(token.start, token.end) for token in tokenize(text)],
    ack=model["ack"],
    key=KEY,
    read_only=model["submitted"],
    error=model["error"],
)
if result.navigate:
    st.session_state["went"] = [*st.session_state.get("went", []), result.navigate]
    if result.navigate == "next":
        st.session_state["case"] = "next"
        st.rerun()
st.text_input("Elsewhere")
shown = {**model, "text": text, "went": st.session_state.get("went", [])}
st.text(json.dumps(shown, ensure_ascii=False))
