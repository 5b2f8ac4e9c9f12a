"""A page with nothing but the denoising view and its plots, on a synthetic trace."""

from __future__ import annotations

import streamlit as st

from app.components.denoising import (
    OverviewRow,
    denoising_view,
    sentence_choices,
    sentence_payload,
)
from app.components.denoising.payload import light
from app.components.plots import boundaries, confidence, river
from tests.app.traces import COLOURS, build_trace

HOSTILE = (("Ann <img src=x onerror=alert(1)> met Bob .", ((0, 1, "PER"), (-2, -1, "PER"))),)
LONG = (
    (" ".join(f"word{i}" for i in range(100)), tuple((7 * i, 7 * i + 2, "ORG") for i in range(14))),
)
SCRIPTS = (
    ("زارت أولينا كوفالينكو جامعة نيويورك يوم الاثنين في باريس", ((1, 3, "PER"), (3, 5, "ORG"))),
    ("Alex met \u05d3\u05d5\u05d3 \u05db\u05d4\u05df in Haifa.", ((0, 1, "PER"), (2, 4, "PER"))),
)

st.set_page_config(page_title="Denoising", layout="wide")
which = st.query_params.get("trace", "english")
traces = {
    "english": build_trace,
    "hostile": lambda: build_trace(HOSTILE),
    "scripts": lambda: build_trace(SCRIPTS),
    "long": lambda: build_trace(LONG, steps=20, num_spans=200),
}
trace = traces[which]()
choices = sentence_choices(trace)
choice = st.selectbox("Sentence", choices, format_func=lambda choice: choice.title)
payload = sentence_payload(trace, choice.index, COLOURS)
beside = {}
if "beside" in st.query_params:
    other = build_trace(steps=10, seed=1)
    beside = {
        "beside": sentence_payload(other, choice.index, COLOURS),
        "names": ("γ = 5", "γ = 10"),
    }
overview = []
if "overview" in st.query_params:
    overview = [
        OverviewRow(index=part.index, payload=light(sentence_payload(trace, part.index, COLOURS)))
        for part in choices
    ]
shown = denoising_view(
    payload,
    key="denoising",
    autoplay="still" not in st.query_params,
    overview=overview,
    sentence=choice.index,
    beside=sentence_payload(other, choice.index, COLOURS) if "beside" in st.query_params else None,
    names=("γ = 5", "γ = 10") if "beside" in st.query_params else (),
)
chosen = shown.chosen
st.text(f"chosen: {chosen.entity} {chosen.span}")
if shown.sentence is not None:
    st.text(f"wanted: sentence {shown.sentence}")
if "charts" in st.query_params:
    left, right = st.columns(2)
    left.plotly_chart(river(payload), key="river")
    right.plotly_chart(confidence(payload), key="confidence")
    st.plotly_chart(boundaries(payload, chosen.span or 0), key="boundaries")
