"""The sampler's settings, and what a model finds with them, computed once for each setting."""

from __future__ import annotations

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from app.context import SUGGESTING
from app.services.suggestions.predictor import ModelPredictor
from core.types import Prediction, SamplerSettings, Trace

STEPS = (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 15, 20, 30, 50)


def choose_settings(
    predictor: ModelPredictor, flat: bool, *, stacked: bool = False
) -> SamplerSettings:
    """γ, K, the seed, η and φ; each holds for the session. With `flat`, nothing that is found
    lies within another. `stacked` puts one below another, without a frame."""
    if stacked:
        gamma, spans, noise, chance, filtering = (st.container() for _ in range(5))
    else:
        with st.container(border=True):
            gamma, spans, noise, chance, filtering = st.columns(5, gap="medium")
    steps = gamma.select_slider(
        "Steps γ",
        STEPS,
        SUGGESTING.steps,
        key="gamma",
        persist_state="session",
        help="How many denoising steps the model takes. Suggestions use 5.",
    )
    num_spans = spans.slider(
        "Noisy spans K",
        10,
        200,
        SUGGESTING.num_spans,
        10,
        key="num_spans",
        persist_state="session",
        help="How many random spans it starts from. Suggestions use 60.",
    )
    seed = noise.number_input(
        "Seed",
        0,
        9999,
        SUGGESTING.seed,
        key="seed",
        persist_state="session",
        help="The random start. The same seed gives exactly the same result; suggestions use 0.",
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
    threshold = _filter(filtering, predictor, flat)
    return SamplerSettings(
        steps=int(steps),
        num_spans=int(num_spans),
        eta=float(eta),
        seed=int(seed),
        threshold=threshold,
        flat=flat,
    )


def in_short() -> str:
    """The first two settings as they stand, for the button that the others are behind."""
    state = st.session_state
    steps = state.get("gamma", SUGGESTING.steps)
    return f"γ {steps} · K {state.get('num_spans', SUGGESTING.num_spans)}"


def _filter(column: DeltaGenerator, predictor: ModelPredictor, flat: bool) -> float | None:
    """φ as it is set, or None where it stands as the model was tuned."""
    tuned = round(_threshold(predictor, predictor.model_version_id, flat), 2)
    threshold = column.slider(
        "Filter φ",
        0.0,
        1.0,
        tuned,
        0.01,
        key=f"phi_{predictor.model_version_id}_{'flat' if flat else 'nested'}",
        persist_state="session",
        help="The score that a span must reach: (½ Pˡ + ½ Pʳ + 2 Pᶜ) / 3, or (Pˡ + Pʳ + Pᶜ) / 3 "
        "with the architecture `paper`, calibrated to the probability that it is right if the "
        "model’s card says so. The default is the model’s own threshold.",
    )
    return None if abs(threshold - tuned) < 1e-9 else float(threshold)


@st.cache_data(show_spinner=False)
def _threshold(_predictor: ModelPredictor, model_version_id: int, flat: bool) -> float:
    return _predictor.threshold(flat)


def traced(predictor: ModelPredictor, text: str, settings: SamplerSettings) -> Trace:
    """The whole of a sentence's denoising; the same text, settings and model are computed once."""
    return _traced(predictor, predictor.model_version_id, text, settings)


@st.cache_resource(max_entries=16, show_spinner=False)
def _traced(
    _predictor: ModelPredictor, model_version_id: int, text: str, settings: SamplerSettings
) -> Trace:
    """A resource, since a trace never changes and copying a long one takes longer than a step."""
    return _predictor.trace(text, settings)


def outlined(predictor: ModelPredictor, text: str, settings: SamplerSettings) -> Trace:
    """The same for several sentences, without the pointers' probabilities."""
    return _outlined(predictor, predictor.model_version_id, text, settings)


@st.cache_resource(max_entries=8, show_spinner=False)
def _outlined(
    _predictor: ModelPredictor, model_version_id: int, text: str, settings: SamplerSettings
) -> Trace:
    return _predictor.trace(text, settings, pointers=False)


def predicted(predictor: ModelPredictor, text: str, settings: SamplerSettings) -> Prediction:
    """The entities alone; the same text, settings and model are computed once."""
    return _predicted(predictor, predictor.model_version_id, text, settings)


@st.cache_data(max_entries=128, show_spinner=False)
def _predicted(
    _predictor: ModelPredictor, model_version_id: int, text: str, settings: SamplerSettings
) -> Prediction:
    return _predictor.predict(text, settings)
