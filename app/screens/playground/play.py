"""The entities of a pasted text, by one model version or several."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st

from app.components.denoising.payload import NEUTRAL
from app.components.span_annotator import span_annotator
from app.context import AppContext
from app.screens.common import denoising_view, run_comparison
from app.screens.common.sampler_controls import choose_settings, predicted, traced
from app.screens.common.sentence import LONGEST_TEXT, OWN_TEXT, pick_sentence
from app.screens.common.wording import count
from app.services.suggestions.predictor import ModelPredictor
from core.types import Entity, SamplerSettings

ABREAST = 2
"""More texts beside each other would be too narrow to read."""


def play(app: AppContext, active: ModelPredictor, colours: Mapping[str, str], flat: bool) -> None:
    """Asks for a text, sampler settings and versions, and shows the entities, `flat` or nested."""
    text = st.text_area(
        "Text",
        OWN_TEXT,
        key="playground_text",
        height=120,
        max_chars=LONGEST_TEXT,
        persist_state="session",
        help="Any language. The text stays in this browser session and is never written to the "
        "database.",
    )
    with st.spinner("Loading the model …"):
        settings = choose_settings(active, flat)
    versions = [active]
    if len(app.models.versions()) > 1:
        versions = run_comparison.choose_versions(app, active, "playground_versions", least=1)
    if not text.strip():
        st.info("Paste a text above.")
        return
    with st.spinner("Finding entities …"):
        found = [predicted(version, text, settings).entities for version in versions]
    _side_by_side(text, versions, found, colours)
    if len(versions) > 1:
        st.markdown("**Where they agree and differ**")
        names = [f"version {version.model_version_id}" for version in versions]
        run_comparison.differences(text, found, names)
    _watch(app, versions, text, settings, colours)


def _side_by_side(
    text: str,
    versions: Sequence[ModelPredictor],
    found: Sequence[tuple[Entity, ...]],
    colours: Mapping[str, str],
) -> None:
    columns = st.columns(min(ABREAST, len(versions)), gap="large")
    for number, (version, entities) in enumerate(zip(versions, found, strict=True)):
        with columns[number % len(columns)]:
            found_here = count(len(entities), "entity", "entities")
            st.markdown(f"**Version {version.model_version_id}** · {found_here}")
            _marked(text, entities, colours, key=f"playground_{number}")


def _marked(
    text: str,
    entities: Sequence[Entity],
    colours: Mapping[str, str],
    key: str,
) -> None:
    """The text with its entities, to be looked at and not changed."""
    names = [*colours, *sorted({entity.label for entity in entities} - set(colours))]
    span_annotator(
        doc_id=f"{key} {hash(text)}",
        text=text,
        labels=[
            {"name": name, "color": colours.get(name, NEUTRAL), "description": ""} for name in names
        ],
        spans=[
            {
                "id": f"e{number}",
                "start": entity.start,
                "end": entity.end,
                "label": entity.label,
                "status": "suggested",
                "score": entity.score,
                "source": "model",
            }
            for number, entity in enumerate(entities)
        ],
        key=key,
        read_only=True,
        empty="The model found no entities in this text.",
    )


def _watch(
    app: AppContext,
    versions: Sequence[ModelPredictor],
    text: str,
    settings: SamplerSettings,
    colours: Mapping[str, str],
) -> None:
    """The animation of one sentence, by one of the versions."""
    st.subheader("Watch a sentence", anchor=False)
    which, by = st.columns([3, 1])
    with which:
        sentence = pick_sentence(text, "playground")
    if sentence is None:
        return
    version = versions[0]
    if len(versions) > 1:
        number = by.selectbox(
            "By version",
            range(len(versions)),
            format_func=lambda index: str(versions[index].model_version_id),
            key="playground_film_by",
        )
        version = versions[min(number, len(versions) - 1)]
    with st.spinner("Denoising …"):
        trace = traced(version, sentence.text, settings)
    denoising_view.show_animation(trace, version, colours)
    run_comparison.comparison(app, version, sentence.text, settings)
