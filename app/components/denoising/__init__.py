"""The denoising view: noisy spans slide under the words of a sentence and merge into entities."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from app.components import bundle
from app.components.denoising.film import Payload
from app.components.denoising.payload import SentenceChoice, sentence_choices, sentence_payload

__all__ = ["Payload", "SentenceChoice", "denoising_view", "sentence_choices", "sentence_payload"]

_HERE = Path(__file__).parent

_COMPONENT = st.components.v2.component(
    "spanneal_denoising",
    html=(_HERE / "view.html").read_text(encoding="utf-8"),
    css=(_HERE / "denoising.css").read_text(encoding="utf-8"),
    js=bundle(_HERE / "view.js"),
)


def denoising_view(payload: Payload, *, key: str, autoplay: bool = True) -> None:
    """Show the film of one sentence, made by `sentence_payload`.

    It plays once by itself when a new payload arrives, unless `autoplay` is False or the
    reader's system asks for reduced motion. Nothing comes back from the browser.
    """
    _COMPONENT(key=key, data={"payload": payload, "autoplay": autoplay})
