"""The Denoise page: a sentence, the sampler's dials, and the film of its denoising."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import streamlit as st

from app.components.denoising import denoising_view, sentence_choices, sentence_payload
from app.components.plots import confidence, river
from app.services.predictor import ModelPredictor
from app.state import SUGGESTING, Desk
from app.views import place
from app.views.wording import clipped, count
from core.segmentation import sentences
from core.tokenization import tokenize
from core.types import SamplerSettings, Trace
from storage.repository import documents, listing, projects

LISTED = 200
"""Documents offered in the list; any other is opened from the Documents page."""
LONGEST_TEXT = 20_000
STEPS = (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 15, 20, 30, 50)
OWN_TEXT = (
    "Olena Kovalenko left the University of Kyiv in May to lead the New York office of the "
    "Bank of China Foundation."
)


@dataclass(frozen=True, slots=True)
class Sentence:
    text: str
    title: str


def colours(desk: Desk, project_id: int) -> Mapping[str, str]:
    with desk.sessions() as session:
        return {label.name: label.color for label in projects.labels(session, project_id)}


def choose_sentence(desk: Desk, project_id: int, document_id: int | None) -> Sentence | None:
    """Asks for a text and one sentence of it; None while there is none."""
    kind, source, which = st.columns([1.4, 2, 2.6])
    own = kind.segmented_control(
        "Text",
        ["Document", "My own"],
        default="Document" if document_id else "My own",
        key="denoise_source",
        required=True,
        width="stretch",
    )
    if own == "My own" or document_id is None:
        text = source.text_area(
            "My own text", OWN_TEXT, key="denoise_text", height=68, max_chars=LONGEST_TEXT
        )
        key = "own"
    else:
        with source:
            text = _document_text(desk, project_id, document_id)
        key = str(document_id)
    found = split(text)
    if not found:
        st.info("There are no words in this text. Choose another one, or type a sentence.")
        return None
    number: int = which.selectbox(
        "Sentence",
        range(len(found)),
        format_func=lambda index: found[index].title,
        key=f"denoise_sentence_{key}",
    )
    return found[min(number, len(found) - 1)]


def _document_text(desk: Desk, project_id: int, document_id: int) -> str:
    with desk.sessions() as session:
        shown = listing.list_documents(session, project_id, limit=LISTED)
        current = documents.get(session, document_id)
        names = {row.id: row.name for row in shown.rows} | {current.id: current.name}
        text = current.text
    st.session_state["denoise_document"] = document_id
    st.selectbox(
        "Document",
        list(names),
        format_func=lambda key: names[key],
        key="denoise_document",
        on_change=lambda: place.choose_document(st.session_state["denoise_document"]),
        help=f"The first {LISTED}; open any other from the Documents page."
        if shown.total > LISTED
        else None,
    )
    return text


@st.cache_data(max_entries=32, show_spinner=False)
def split(text: str) -> list[Sentence]:
    """The sentences as the model sees them, each with a title for the list."""
    tokens = tokenize(text)
    found = []
    for number, (start, end) in enumerate(sentences(text, tokens), 1):
        piece = text[tokens[start].start : tokens[end - 1].end]
        title = f"{number}. {clipped(piece, 80)} ({count(end - start, 'word')})"
        found.append(Sentence(piece, title))
    return found


def dials(predictor: ModelPredictor) -> SamplerSettings:
    """γ, K, the seed, η and φ; each holds for the session."""
    with st.container(border=True):
        gamma, spans, noise, chance, filtering = st.columns(5, gap="medium")
    steps = gamma.select_slider(
        "Steps γ",
        STEPS,
        SUGGESTING.steps,
        key="gamma",
        persist_state="session",
        help="How many times the model looks at all spans again. Suggestions are made with 5.",
    )
    num_spans = spans.slider(
        "Noisy spans K",
        10,
        200,
        SUGGESTING.num_spans,
        10,
        key="num_spans",
        persist_state="session",
        help="How many random spans it starts from. Suggestions are made with 60.",
    )
    seed = noise.number_input(
        "Seed",
        0,
        9999,
        SUGGESTING.seed,
        key="seed",
        persist_state="session",
        help="The random start. The same seed replays exactly; suggestions are made with 0.",
    )
    eta = chance.slider(
        "Randomness η",
        0.0,
        1.0,
        0.0,
        0.1,
        key="eta",
        persist_state="session",
        help="Fresh noise at each step: 0 is the paper's DDIM, 1 is ancestral sampling.",
    )
    threshold = filtering.slider(
        "Filter φ",
        0.0,
        3.0,
        round(_tuned(predictor), 2),
        0.05,
        key=f"phi_{predictor.model_version_id}",
        persist_state="session",
        help="What Pˡ + Pʳ + Pᶜ of a span must exceed. It begins where the model was tuned.",
    )
    tuned = abs(threshold - round(_tuned(predictor), 2)) < 1e-9
    return SamplerSettings(
        steps=int(steps),
        num_spans=int(num_spans),
        eta=float(eta),
        seed=int(seed),
        threshold=None if tuned else float(threshold),
    )


def _tuned(predictor: ModelPredictor) -> float:
    return _threshold(predictor, predictor.model_version_id)


@st.cache_data(show_spinner=False)
def _threshold(_predictor: ModelPredictor, model_version_id: int) -> float:
    return _predictor.threshold()


@st.cache_data(max_entries=64, show_spinner=False)
def traced(
    _predictor: ModelPredictor, model_version_id: int, text: str, settings: SamplerSettings
) -> Trace:
    """The whole of a denoising; the same text, settings and model are computed once."""
    return _predictor.trace(text, settings)


def film(trace: Trace, colour: Mapping[str, str]) -> None:
    """The sentence with its sliding spans, and the two plots of the same denoising."""
    choices = sentence_choices(trace)
    if not choices:
        st.warning(
            "No window of the model can hold a word of this sentence; choose another one.",
            icon=":material/visibility_off:",
        )
        return
    part = 0
    if len(choices) > 1:
        part = st.pills(
            "Part of this long sentence",
            range(len(choices)),
            format_func=lambda index: choices[index].title,
            default=0,
            required=True,
            key=f"denoise_part_of_{len(choices)}",
        )
    payload = sentence_payload(trace, choices[part].index, colour)
    denoising_view(payload, key="denoising")
    st.caption(
        "Each thin bar is one of the K spans, which start as noise under random words. At every "
        "step the model moves their two ends and votes for a label, spans that crowd one place "
        "start again elsewhere, and what was surer than φ at any step becomes an entity."
    )
    left, right = st.columns(2, gap="large")
    with left:
        st.markdown("**Where the spans flow**")
        st.plotly_chart(
            river(payload), key="river", alt="Paths of the spans over the steps into the entities"
        )
    with right:
        st.markdown("**How sure the model is**")
        st.plotly_chart(
            confidence(payload), key="confidence", alt="Confidence in each entity after every step"
        )
