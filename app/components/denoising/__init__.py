"""The denoising view: noisy spans slide under the words of a sentence and merge into entities."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import streamlit as st

from app.components.denoising.animation import OverviewRow, Payload
from app.components.denoising.assets import CSS, HTML, JS
from app.components.denoising.payload import SentenceChoice, sentence_choices, sentence_payload

__all__ = [
    "NOTHING",
    "Chosen",
    "OverviewRow",
    "Payload",
    "SentenceChoice",
    "Shown",
    "chosen_in",
    "denoising_view",
    "sentence_choices",
    "sentence_payload",
]

_COMPONENT = st.components.v2.component("spanneal_denoising", html=HTML, css=CSS, js=JS)


class Chosen(NamedTuple):
    """What a person looks at: numbers of a payload's entities and noisy spans."""

    entity: int | None
    span: int | None


NOTHING = Chosen(None, None)


class Shown(NamedTuple):
    """What the browser reports."""

    chosen: Chosen
    sentence: int | None
    """The sentence of the overview that somebody asks for, in the one run after the click."""


def _nothing() -> None:
    """The callback that Streamlit asks for where the page needs none."""


def denoising_view(
    payload: Payload,
    *,
    key: str,
    autoplay: bool = True,
    beside: Payload | None = None,
    names: Sequence[str] = (),
    overview: Sequence[OverviewRow] = (),
    sentence: int | None = None,
) -> Shown:
    """Show the animation of one sentence, made by `sentence_payload`.

    It plays once by itself when a new payload arrives, unless `autoplay` is False or the
    reader's system asks for reduced motion. A second animation `beside` it moves on the same
    slider; `names` tells the two apart. The `overview` has the sentences of the document, of which
    `sentence` is the one on the stage.
    """
    data = {
        "payload": payload,
        "autoplay": autoplay,
        "beside": beside,
        "names": list(names),
        "overview": list(overview),
        "sentence": sentence,
    }
    result = _COMPONENT(key=key, data=data, on_chosen_change=_nothing, on_sentence_change=_nothing)
    wanted = result.get("sentence")
    known = any(row["index"] == wanted for row in overview) and not isinstance(wanted, bool)
    return Shown(chosen_in(payload, result.get("chosen")), wanted if known else None)


def chosen_in(payload: Payload, sent: object) -> Chosen:
    """What the browser says is chosen; nothing where it belongs to another animation."""
    if not isinstance(sent, Mapping) or sent.get("animation") != payload["id"]:
        return NOTHING
    return Chosen(
        _below(sent.get("entity"), len(payload["entities"])),
        _below(sent.get("span"), len(payload["frames"][0]["at"])),
    )


def _below(number: Any, count: int) -> int | None:
    whole = isinstance(number, int) and not isinstance(number, bool)
    return number if whole and 0 <= number < count else None
