"""`nlp.add_pipe("spanneal")`: our entities in spaCy's documents. Needs spaCy.

All of them are `doc.spans["spanneal"]`, nested ones too, with their scores, 0 to 1, in that group's
`attrs["scores"]`; the surest that do not overlap are `doc.ents`, beside what others set before.
What begins or ends inside of one of spaCy's tokens is widened to the whole token.
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
    """Sets `doc.spans["spanneal"]` and `doc.ents`. The model is loaded when it is first used, or
    comes from the folder that the spaCy pipeline was saved in."""

    def __init__(self, model: str | None, device: str, settings: SamplerSettings) -> None:
        self._model, self._device, self._settings = model, device, settings

    @cached_property
    def pipeline(self) -> Pipeline:
        """The model at work. Raises ModelError where there is none."""
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
        """Write the model beside the spaCy pipeline's other parts."""
        self.pipeline.save_pretrained(path)

    def from_disk(self, path: str | Path, exclude: Iterable[str] = ()) -> Component:
        """Take the model that `to_disk` wrote, whatever the settings name."""
        self.pipeline = self._loaded(Path(path))
        return self

    def _loaded(self, model: str | Path | None) -> Pipeline:
        from ..inference.pipeline import Pipeline

        return Pipeline.from_pretrained(model, self._device)


def _marked(doc: Doc, prediction: Prediction) -> Doc:
    """Set the entities of a prediction on its document."""
    score_of = dict(_spans(doc, prediction))
    spans, scores = list(score_of), list(score_of.values())
    doc.spans[NAME] = SpanGroup(doc, name=NAME, spans=spans, attrs={"scores": scores})
    best = sorted(spans, key=lambda span: -(score_of[span] or 0.0))
    doc.ents = _apart([*doc.ents, *best])
    return doc


def _spans(doc: Doc, prediction: Prediction) -> Iterator[tuple[Span, float | None]]:
    for entity in prediction:
        span = doc.char_span(entity.start, entity.end, label=entity.label, alignment_mode="expand")
        if span is not None:
            yield span, entity.score


def _apart(spans: list[Span]) -> list[Span]:
    """Drop every span that overlaps an earlier one."""
    apart: list[Span] = []
    for span in spans:
        if len(filter_spans([*apart, span])) == len(apart) + 1:
            apart.append(span)
    return apart


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
    """`model` is a folder, a hub's repository or None for the bundled one; `threshold` the least
    score, 0 to 1; `flat` keeps overlapping entities out of `doc.spans`, too."""
    settings = SamplerSettings(steps=steps, seed=seed, threshold=threshold, flat=flat)
    return Component(model, device, settings)
