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
from spacy.util import minibatch

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
        return self._marked(doc, self.pipeline(doc.text, self._settings))

    def pipe(self, stream: Iterable[Doc], batch_size: int = 64) -> Iterator[Doc]:
        """Annotate documents, `batch_size` of them at a time."""
        for docs in minibatch(stream, batch_size):
            texts = [doc.text for doc in docs]
            predictions = self.pipeline.pipe(texts, self._settings, batch_size=batch_size)
            yield from map(self._marked, docs, predictions)

    def to_disk(self, path: str | Path, exclude: Iterable[str] = ()) -> None:
        """Write the model into the saved spaCy pipeline."""
        self.pipeline.save_pretrained(path)

    def from_disk(self, path: str | Path, exclude: Iterable[str] = ()) -> Component:
        """Load the model that `to_disk` wrote, whatever the settings name."""
        self.pipeline = self._loaded(Path(path))
        return self

    def _marked(self, doc: Doc, prediction: Prediction) -> Doc:
        """Add the predicted entities to the document."""
        scored = _scored(doc, prediction)
        by_score = sorted(scored, key=lambda span: -scored[span])
        if self._settings.flat:  # what was expanded to whole tokens may overlap
            by_score = _without_overlaps(doc, by_score)
        standing = set(by_score)
        spans = [span for span in scored if span in standing]
        scores = [scored[span] for span in spans]
        doc.spans[NAME] = SpanGroup(doc, name=NAME, spans=spans, attrs={"scores": scores})
        doc.ents = _without_overlaps(doc, [*doc.ents, *by_score])
        return doc

    def _loaded(self, model: str | Path | None) -> Pipeline:
        from ..inference.pipeline import Pipeline

        return Pipeline.from_pretrained(model, self._device)


def _scored(doc: Doc, prediction: Prediction) -> dict[Span, float]:
    """The predicted entities in spaCy's tokens, each with the highest score of those that become
    the same."""
    scored: dict[Span, float] = {}
    for entity in prediction:
        span = doc.char_span(entity.start, entity.end, label=entity.label, alignment_mode="expand")
        if span is not None:
            scored[span] = max(entity.score or 0.0, scored.get(span, 0.0))
    return scored


def _without_overlaps(doc: Doc, spans: Iterable[Span]) -> list[Span]:
    """The spans that overlap none before them."""
    taken = bytearray(len(doc))
    selected: list[Span] = []
    for span in spans:
        if not any(taken[span.start : span.end]):
            taken[span.start : span.end] = b"\1" * len(span)
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
