"""A second denoising of the same sentence, on the same slider: another seed, γ or model version."""

from __future__ import annotations

from dataclasses import dataclass, replace

import streamlit as st

from app.context import AppContext
from app.screens.common.run_comparison import choose_version
from app.screens.common.sampler_controls import STEPS
from app.services.suggestions.predictor import ModelPredictor
from core.types import SamplerSettings

NOTHING, SEED, GAMMA, VERSION = "Nothing", "Another seed", "Other steps γ", "Another version"


@dataclass(frozen=True, slots=True)
class Comparison:
    """What runs on the right, and what tells both apart."""

    predictor: ModelPredictor
    settings: SamplerSettings
    names: tuple[str, str]


def choose_beside(
    app: AppContext, predictor: ModelPredictor, settings: SamplerSettings
) -> Comparison | None:
    """Asks what to show beside the animation; None for nothing."""
    kinds = [NOTHING, SEED, GAMMA]
    if len(app.models.versions()) > 1:
        kinds.append(VERSION)
    with st.popover("Beside", icon=":material/splitscreen_right:", help="Two side by side"):
        kind = st.selectbox("Beside this animation", kinds, key="beside")
        if kind == SEED:
            return _seed(predictor, settings)
        if kind == GAMMA:
            return _gamma(predictor, settings)
        if kind == VERSION:
            other = choose_version(app, predictor, "beside_version")
            versions = predictor.model_version_id, other.model_version_id
            return Comparison(other, settings, _named("version", *versions))
    return None


def _seed(predictor: ModelPredictor, settings: SamplerSettings) -> Comparison:
    seed = int(st.number_input("Its seed", 0, 9999, settings.seed + 1, key="beside_seed"))
    names = _named("seed", settings.seed, seed)
    return Comparison(predictor, replace(settings, seed=seed), names)


def _gamma(predictor: ModelPredictor, settings: SamplerSettings) -> Comparison:
    steps = int(st.select_slider("Its steps γ", STEPS, 10, key="beside_gamma"))
    names = _named("γ =", settings.steps, steps)
    return Comparison(predictor, replace(settings, steps=steps), names)


def _named(what: str, left: int, right: int) -> tuple[str, str]:
    return f"{what} {left}", f"{what} {right}"
