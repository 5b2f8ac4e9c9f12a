"""`nlp.add_pipe("spanneal")`: a spaCy component. Needs spaCy.

All entities are in `doc.spans["spanneal"]`, nested ones too, with their scores, 0 to 1, in the
group's `attrs["scores"]`; the highest-scoring ones without overlaps are added to `doc.ents`.
Entities that begin or end inside one of spaCy's tokens are expanded to the whole token.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from spacy.language import Language
from spacy.tokens import SpanGroup
from spacy.util import filter_spans, minibatch

from ..types import Prediction, SamplerSettings

if TYPE_CHECKING:
    from spacy.tokens import Doc, Span

    from ..inference.pipeline import Pipeline

NAME = "spanneal"


class Component:
    """Set `doc.spans["spanneal"]` and `doc.ents`. The model is loaded on first use, or comes from
    the folder that the spaCy pipeline was saved in."""

    def __init__(self, model: str | None, device: str, settings: SamplerSettings) -> None:
        self._model, self._device, self._settings = model, device, settings

    @cached_property
    def pipeline(self) -> Pipeline:
        """The loaded model. Raises ModelError if there is none."""
        return self._loaded(self._model)

    def __call__(self, doc: Doc) -> Doc:
        return _marked(doc, self.pipeline(doc.text, self._settings))

    def pipe(self, stream: Iterable[Doc], batch_size: int = 64) -> Iterator[Doc]:
        """Annotate documents, `batch_size` of them at a time."""
        for docs in minibatch(stream, batch_size):
            texts = [doc.text for doc in docs]
            predictions = self.pipeline.pipe(texts, self._settings, batch_size=batch_size)
            yield from map(_marked, docs, predictions)

    def to_disk(self, path: str | Path, exclude: Iterable[str] = ()) -> None:
        """Write the model into the saved spaCy pipeline."""
        self.pipeline.save_pretrained(path)

    def from_disk(self, path: str | Path, exclude: Iterable[str] = ()) -> Component:
        """Load the model that `to_disk` wrote, whatever the settings name."""
        self.pipeline = self._loaded(Path(path))
        return self

    def _loaded(self, model: str | Path | None) -> Pipeline:
        from ..inference.pipeline import Pipeline

        return Pipeline.from_pretrained(model, self._device)


def _marked(doc: Doc, prediction: Prediction) -> Doc:
    """Add the predicted entities to the document."""
    scored = dict(_spans(doc, prediction))
    spans, scores = list(scored), list(scored.values())
    doc.spans[NAME] = SpanGroup(doc, name=NAME, spans=spans, attrs={"scores": scores})
    by_score = sorted(spans, key=lambda span: -(scored[span] or 0.0))
    doc.ents = _without_overlaps([*doc.ents, *by_score])
    return doc


def _spans(doc: Doc, prediction: Prediction) -> Iterator[tuple[Span, float | None]]:
    for entity in prediction:
        span = doc.char_span(entity.start, entity.end, label=entity.label, alignment_mode="expand")
        if span is not None:
            yield span, entity.score


def _without_overlaps(spans: list[Span]) -> list[Span]:
    """The spans that overlap none before them."""
    selected: list[Span] = []
    for span in spans:
        if len(filter_spans([*selected, span])) == len(selected) + 1:
            selected.append(span)
    return selected


_SAMPLER = SamplerSettings()


@Language.factory(  # type: ignore[untyped-decorator]
    NAME,
    assigns=["doc.ents", "doc.spans"],
    default_config={
        "model": None,
        "device": "auto",
        "steps": _SAMPLER.steps,
        "threshold": None,
        "seed": _SAMPLER.seed,
        "flat": False,
    },
)
def create(
    nlp: Language,
    name: str,
    model: str | None,
    device: str,
    steps: int,
    threshold: float | None,
    seed: int,
    flat: bool,
) -> Component:
    """`model` is a folder, a hub repository or None for the bundled one; `threshold` is the minimum
    score, 0 to 1; `flat` also removes overlapping entities from `doc.spans`."""
    settings = SamplerSettings(steps=steps, seed=seed, threshold=threshold, flat=flat)
    return Component(model, device, settings)
