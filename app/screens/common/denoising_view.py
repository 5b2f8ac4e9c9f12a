"""The animation of a sentence's denoising, with the still pictures and files of the same trace."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import streamlit as st

from app.components.denoising import (
    NOTHING,
    Chosen,
    OverviewRow,
    Payload,
    denoising_view,
    sentence_choices,
    sentence_payload,
)
from app.components.denoising.sharing import standalone
from app.components.plots import Figure, as_csv, boundaries, confidence, river
from app.screens.common.figure import data_button
from app.screens.common.sentence import SentenceChoice, request_sentence, split
from app.screens.common.wording import clipped, literal
from app.services.interchange.trace_file import trace_file
from app.services.suggestions.predictor import ModelPredictor
from app.settings import ROOT
from core.types import Trace

EXPLANATION = (
    "Each bar is a guess at one name, a noisy span from its first to its last word: the model "
    "throws K of them onto the sentence at random. In every step it says which words each guess "
    "ought to cover (the thin outline) and moves it part of the way there (the solid bar), "
    "coloured by the kind of name it takes it for; where too many gather on one name, some are "
    "thrown elsewhere, to look for others. A name whose score reaches the threshold φ is found: it "
    "is underlined, drops into the row below, and stays."
)


@st.fragment
def show_animation(
    trace: Trace,
    predictor: ModelPredictor,
    colour: Mapping[str, str],
    *,
    other: Trace | None = None,
    names: Sequence[str] = (),
    overview: Sequence[OverviewRow] = (),
    choice: SentenceChoice | None = None,
) -> None:
    """The sentence with its sliding spans, and the pictures of the same denoising.

    A fragment: choosing an entity or a noisy span draws only this anew. An `other` trace runs
    beside it; a click into the `overview` brings another sentence of the `choice`'s text.
    """
    choices = sentence_choices(trace)
    if not choices:
        st.warning(
            "This sentence does not fit the model’s context window; choose another one.",
            icon=":material/visibility_off:",
        )
        return
    part = 0
    if len(choices) > 1:
        part = st.pills(
            "Part of the long sentence",
            range(len(choices)),
            format_func=lambda index: choices[index].title,
            default=0,
            required=True,
            key=f"denoise_part_of_{len(choices)}",
        )
    payload = sentence_payload(trace, choices[part].index, colour)
    parts = sentence_choices(other) if other else ()
    shown = denoising_view(
        payload,
        key="denoising",
        beside=sentence_payload(other, parts[min(part, len(parts) - 1)].index, colour)
        if other and parts
        else None,
        names=names,
        overview=overview,
        sentence=choice.sentence.number if choice else None,
    )
    if choice and shown.sentence not in (None, choice.sentence.number):
        request_sentence(choice.source, split(choice.text)[shown.sentence or 0].start)
        st.rerun()
    words, files = st.columns([3, 2], vertical_alignment="top")
    words.caption(EXPLANATION)
    with files.container(horizontal=True, horizontal_alignment="right"):
        _files(trace, predictor, payload)
    _pictures(payload, shown.chosen)


def _files(trace: Trace, predictor: ModelPredictor, payload: Payload) -> None:
    settings = trace.settings
    name = f"denoising-{payload['id'][:8]}"
    made = (
        f"Model version {predictor.model_version_id} · γ = {settings.steps} · "
        f"K = {settings.num_spans} · seed {settings.seed} · η = {settings.eta:g} · "
        f"φ = {trace.threshold:.2f}"
    )
    _download(
        "Animation (HTML)",
        lambda: standalone(payload, title="How spans became entities", caption=made),
        f"{name}.html",
        "text/html",
        "The animation as one file that plays in any browser, offline.",
    )
    path = predictor.path
    folder = str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else path.name
    _download(
        "Trace (JSON)",
        lambda: trace_file(trace, model_version=predictor.model_version_id, folder=folder),
        f"{name}.json",
        "application/json",
        "Every step with its settings, seed and model version, to reproduce it exactly.",
    )


def _download(label: str, make: Callable[[], str], name: str, mime: str, help_text: str) -> None:
    """A button; the file is made when it is pressed."""
    st.download_button(
        label,
        make,
        file_name=name,
        mime=mime,
        icon=":material/download:",
        on_click="ignore",
        key=f"download {label}",
        help=help_text,
    )


def _pictures(payload: Payload, chosen: Chosen) -> None:
    slot = _slot_of(payload, chosen)
    left, right = st.columns(2, gap="large")
    with left:
        _picture(
            "Where the spans flow",
            river(payload, _slots_of(payload, chosen)),
            "river",
            "Paths of the spans over the steps into the entities",
        )
    with right:
        _picture(
            "Each entity’s score",
            confidence(payload, chosen.entity),
            "confidence",
            "Each entity’s score after every step, one small chart each",
        )
    if slot is None:
        st.caption("No entity was found. Select a noisy span above to see its boundaries.")
        return
    if chosen == NOTHING:
        st.caption("Select another entity, or a noisy span, in the animation above.")
    _picture(
        _titled(payload, chosen, slot),
        boundaries(payload, slot),
        "boundaries",
        "Each word’s probability of being the left and the right boundary, step by step",
    )


def _picture(title: str, figure: Figure, key: str, alt: str) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"**{title}**")
        data_button(key, lambda: as_csv(figure))
    st.plotly_chart(figure, key=key, alt=alt)


def _slots_of(payload: Payload, chosen: Chosen) -> list[int]:
    """The noisy spans that stand out in the river."""
    if chosen.span is not None:
        return [chosen.span]
    return [] if chosen.entity is None else payload["entities"][chosen.entity]["collapsed"]


def _slot_of(payload: Payload, chosen: Chosen) -> int | None:
    """The noisy span whose boundaries are shown: the first entity's while nothing is chosen."""
    if chosen.span is not None:
        return chosen.span
    entities = payload["entities"]
    return entities[chosen.entity or 0]["slot"] if entities else None


def _titled(payload: Payload, chosen: Chosen, slot: int) -> str:
    if chosen.span is not None:
        return f"Boundary probabilities of noisy span {slot + 1}"
    text = literal(clipped(payload["entities"][chosen.entity or 0]["text"], 60))
    return f"Boundary probabilities of “{text}”, by noisy span {slot + 1}"
