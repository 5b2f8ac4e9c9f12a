"""The whole document: an animation for each sentence, a page of them at a time."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from app.components.denoising import OverviewRow
from app.components.denoising.payload import light, sentence_choices, sentence_payload
from app.screens.common.sampler_controls import outlined
from app.screens.common.sentence import Sentence, SentenceChoice, split
from app.services.suggestions.predictor import ModelPredictor
from core.types import SamplerSettings

MOST_ROWS = 24
_MOST_BARS = 9000
"""Bars of all frames of all rows: about half a megabyte for the browser."""


def overview_rows(
    predictor: ModelPredictor,
    choice: SentenceChoice,
    settings: SamplerSettings,
    colours: Mapping[str, str],
) -> list[OverviewRow]:
    """The sentences around the chosen one, or none as long as nobody asks for them."""
    if not st.toggle("Whole document", key="denoise_overview", persist_state="session"):
        return []
    sentences = split(choice.text)
    rows = rows_at_once(settings)
    first = choice.sentence.number // rows * rows
    shown = sentences[first : first + rows]
    beyond = sentences[first + rows : first + rows + 1]
    end = beyond[0].start if beyond else len(choice.text)
    with st.spinner("Denoising the document …"):
        trace = outlined(predictor, choice.text[shown[0].start : end], settings)
    return [
        OverviewRow(
            index=_sentence_at(shown, trace.sentences[part.index][0].start + shown[0].start),
            payload=light(sentence_payload(trace, part.index, colours)),
        )
        for part in sentence_choices(trace)
    ]


def rows_at_once(settings: SamplerSettings) -> int:
    """How many sentences are shown together: fewer where each has more bars."""
    bars = settings.num_spans * (settings.steps + 1)
    return max(1, min(MOST_ROWS, _MOST_BARS // bars))


def _sentence_at(sentences: list[Sentence], offset: int) -> int:
    """The number of the sentence that a window of words lies in."""
    return max(part.number for part in sentences if part.start <= offset)
