"""`nlp.add_pipe("spanneal", config={"model": FOLDER})`: our entities in spaCy's documents.

Flat, they are `doc.ents`; nested, all of them are `doc.spans["spanneal"]`, with their scores, 0 to
1, in that group's `attrs["scores"]`. What begins or ends inside of one of spaCy's tokens is
widened to the whole token. Needs spaCy (requirements-formats.txt).
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from spacy.language import Language
from spacy.tokens import SpanGroup
from spacy.util import filter_spans

from ..inference.scoring import HIGHEST
from ..types import Prediction, SamplerSettings

if TYPE_CHECKING:
    from spacy.tokens import Doc, Span

NAME = "spanneal"


class Predictor(Protocol):
    def predict(self, text: str, settings: SamplerSettings) -> Prediction: ...


class Component:
    """Sets `doc.spans["spanneal"]`, and `doc.ents` beside what others set before."""

    def __init__(self, predictor: Predictor, settings: SamplerSettings) -> None:
        self._predictor, self._settings = predictor, settings

    def __call__(self, doc: Doc) -> Doc:
        scored = dict(self._spans(doc))
        spans = list(scored)
        scores = list(scored.values())
        doc.spans[NAME] = SpanGroup(doc, name=NAME, spans=spans, attrs={"scores": scores})
        by_score = sorted(spans, key=lambda span: -(scored[span] or 0.0))
        doc.ents = _without_overlaps([*doc.ents, *by_score])
        return doc

    def _spans(self, doc: Doc) -> Iterator[tuple[Span, float | None]]:
        for entity in self._predictor.predict(doc.text, self._settings).entities:
            span = doc.char_span(
                entity.start, entity.end, label=entity.label, alignment_mode="expand"
            )
            if span is not None:
                yield span, None if entity.score is None else entity.score / HIGHEST


def _without_overlaps(spans: list[Span]) -> list[Span]:
    """Those that overlap none before them."""
    selected: list[Span] = []
    for span in spans:
        if len(filter_spans([*selected, span])) == len(selected) + 1:
            selected.append(span)
    return selected


@Language.factory(  # type: ignore[untyped-decorator]
    NAME,
    assigns=["doc.ents", "doc.spans"],
    default_config={"model": None, "seed": 0, "threshold": None, "flat": False},
)
def create(
    nlp: Language, name: str, model: str | None, seed: int, threshold: float | None, flat: bool
) -> Component:
    """`model` is a model directory; `threshold` the least score, 0 to 1."""
    from ..inference.pipeline import Pipeline

    if model is None:
        raise ValueError(
            'spanneal needs a model directory: nlp.add_pipe("spanneal", config={"model": FOLDER}); '
            "the bundled one is assets/models/default in the checkout"
        )
    min_score = None if threshold is None else threshold * HIGHEST
    settings = SamplerSettings(seed=seed, threshold=min_score, flat=flat)
    return Component(Pipeline.load(Path(model)), settings)
