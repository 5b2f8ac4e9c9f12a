"""Speed of annotating many texts: one call each, `Pipeline.pipe`, and spaCy's `nlp.pipe`."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from typing import Any

from ...inference.pipeline import Pipeline
from .timing import interleaved


def text_speeds(pipeline: Pipeline, texts: Sequence[str], rounds: int) -> list[dict[str, Any]]:
    """Texts per CPU second, one row for each way; the ways take turns, so that other load on the
    machine affects all alike. `nlp.pipe` is left out if spaCy is missing."""
    jobs: dict[str, Callable[[], object]] = {
        "one call a text": lambda: [pipeline(text) for text in texts],
        "pipe": lambda: list(pipeline.pipe(texts)),
    }
    if find_spec("spacy"):
        jobs["nlp.pipe"] = _spacy(pipeline, texts)
    seconds = interleaved(jobs, rounds, pipeline.model.device, time.process_time)
    return [
        {
            "what": what,
            "texts_per_cpu_second": len(texts) / median,
            "of_single_calls": seconds["one call a text"] / median,
        }
        for what, median in seconds.items()
    ]


def text_table(rows: Sequence[dict[str, Any]]) -> str:
    """Format the rows as a table."""
    head = f"one by one and batched:\n\n{'many texts':34} {'texts/CPU-s':>12} {'× single':>9}"
    lines = [
        f"{row['what']:34} {row['texts_per_cpu_second']:12.1f} {row['of_single_calls']:9.2f}"
        for row in rows
    ]
    return "\n".join([head, *lines])


def _spacy(pipeline: Pipeline, texts: Sequence[str]) -> Callable[[], object]:
    import spacy

    from ...integrations.spacy_component import NAME

    nlp = spacy.blank("en")
    nlp.add_pipe(NAME).pipeline = pipeline
    return lambda: list(nlp.pipe(texts))
