"""The public face of the model: text in, entities or a trace out.

ner = Pipeline.from_pretrained()
for entity in ner("Ms. Haag joined the Bank of China."): print(entity.text, entity.label)
for prediction in ner.pipe(texts, batch_size=64): ...
for step in ner.denoise(text, steps=5, seed=7): ...
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain, islice
from math import inf
from pathlib import Path
from typing import Unpack

from ..data.batching import inference_batches, text_batches
from ..diffusion.constraints import Constraints
from ..diffusion.sampler import SamplerStep, denoise
from ..evaluation.evaluate import propose, threshold_of
from ..modeling.hub import model_folder
from ..modeling.model import DiffusionNER
from ..modeling.subwords import subword_lengths
from ..text.segmentation import Window, merge, stretches, uncovered, windows
from ..text.tokenization import tokenize, tokens
from ..types import (
    Entity,
    Origin,
    Prediction,
    SamplerOptions,
    SamplerSettings,
    SentenceStep,
    Step,
    Token,
    Trace,
)
from .decoding import Candidate, candidates, select
from .entity_constraints import (
    DecodedEntity,
    add_fixed,
    resolve_conflicts,
    validate_constraints,
    window_constraints,
)
from .trace import sentence_step

_OVERLAP = 16
"""Words that neighbouring windows of one long sentence share."""
_STRETCH = 4096
"""Words that are annotated at a time, so that memory does not grow with the text."""

Parts = list[tuple[list[int], SamplerStep]]
"""One denoising step: batches of window indices, each with its tensors."""


@dataclass(frozen=True)
class WindowedText:
    """A text tokenized and split into windows for the model."""

    text: str
    tokens: tuple[Token, ...]
    windows: tuple[Window, ...]
    uncovered: tuple[Token, ...]
    """Words too long for any window; nothing can be predicted there."""
    constraints: tuple[Constraints, ...]
    """One item for each window."""
    fixed: tuple[Entity, ...]
    """The entities that a person fixed, also those not made of whole words."""

    @property
    def sentences(self) -> list[list[str]]:
        return [
            [self.text[token.start : token.end] for token in self.tokens_of(window)]
            for window in self.windows
        ]

    def tokens_of(self, window: Window) -> tuple[Token, ...]:
        return self.tokens[window.start : window.end]


def joined(text: str, parts: Iterable[Prediction], fixed: Sequence[Entity] = ()) -> Prediction:
    """Merge what `Pipeline.parts` yields for a text into one prediction, with all fixed
    entities."""
    decoded: list[DecodedEntity] = []
    uncovered_tokens: list[Token] = []
    for part in parts:
        decoded += [(entity, None) for entity in part.entities]
        uncovered_tokens += part.uncovered
    entities = tuple(entity for entity, _ in add_fixed(text, decoded, fixed))
    return Prediction(text, entities, tuple(uncovered_tokens))


class Pipeline:
    """A loaded model that annotates raw text. It can be pickled and shared between threads.

    Methods that take settings also take their fields as keywords: `ner(text, seed=7)`.
    """

    def __init__(self, model: DiffusionNER) -> None:
        self.model = model.eval()

    @classmethod
    def from_pretrained(
        cls, name_or_folder: str | Path | None = None, device: str = "auto"
    ) -> Pipeline:
        """Load the bundled model, a model folder or a hub repository, onto the fastest device or
        the given one. Raises ModelError, and ValueError if the device is not available."""
        return cls(DiffusionNER.load(model_folder(name_or_folder), device))

    def save_pretrained(self, folder: str | Path) -> None:
        """Write the model folder that `from_pretrained` reads."""
        self.model.save(Path(folder))

    @property
    def labels(self) -> tuple[str, ...]:
        return self.model.config.labels

    def threshold(self, flat: bool = False) -> float:
        """φ of nested or of flat decoding, as tuned with the model."""
        return self.model.config.phi(flat)

    def __call__(
        self,
        text: str,
        settings: SamplerSettings = SamplerSettings(),
        **options: Unpack[SamplerOptions],
    ) -> Prediction:
        """Predict the entities of one text; the result is iterable."""
        return self.predict(text, replace(settings, **options))

    def pipe(
        self,
        texts: Iterable[str],
        settings: SamplerSettings = SamplerSettings(),
        batch_size: int = 64,
        **options: Unpack[SamplerOptions],
    ) -> Iterator[Prediction]:
        """Predict many texts, in order, faster than one by one: sentences of similar length from up
        to `batch_size` texts are batched together.

        No more texts than that are read ahead. Scores may differ from those of single calls by a
        rounding error. Raises ValueError if `batch_size` is less than 1.
        """
        if batch_size < 1:
            raise ValueError(f"batch_size must be at least 1, got {batch_size}; try 64")
        settings = replace(settings, **options)
        for group in text_batches(texts, batch_size):
            yield from self._together(group, settings)

    def predict(
        self,
        text: str,
        settings: SamplerSettings = SamplerSettings(),
        fixed: Sequence[Entity] = (),
        suppressed: Sequence[Entity] = (),
    ) -> Prediction:
        """Predict the entities of one document.

        `fixed` entities are always returned, with a score of 1, and the others are denoised beside
        them; `suppressed` ones are never returned with these boundaries and this label. Raises
        ValueError for an entity past the end of the text or in both, and for a sentence with more
        than K fixed entities.
        """
        return joined(text, self.parts(text, settings, fixed, suppressed), fixed)

    def parts(
        self,
        text: str,
        settings: SamplerSettings = SamplerSettings(),
        fixed: Sequence[Entity] = (),
        suppressed: Sequence[Entity] = (),
        size: int | None = None,
    ) -> Iterator[Prediction]:
        """Yield what `predict` returns in parts, runs of whole sentences with at least `size`
        words, so that a long text can be interrupted between two. Fixed entities that no window
        holds are in none of them."""
        validate_constraints(text, fixed, suppressed)
        for words in stretches(text, tokens(text), size or _STRETCH):
            yield from self._annotated([self._read(text, words, fixed, suppressed)], settings)

    def denoise(
        self,
        text: str,
        settings: SamplerSettings = SamplerSettings(),
        fixed: Sequence[Entity] = (),
        suppressed: Sequence[Entity] = (),
        **options: Unpack[SamplerOptions],
    ) -> Iterator[Step]:
        """Yield every denoising step over the document; to stop iterating is to cancel."""
        settings = replace(settings, **options)
        windowed = self.read(text, fixed, suppressed)
        for number, parts in enumerate(self._steps(windowed, settings), start=1):
            yield self._public(parts, number, windowed)

    def trace(
        self,
        text: str,
        settings: SamplerSettings = SamplerSettings(),
        fixed: Sequence[Entity] = (),
        suppressed: Sequence[Entity] = (),
        pointers: bool = False,
    ) -> Trace:
        """All steps of `denoise`, the entities, and the noisy span that each was decoded from.

        With `pointers`, every step also holds P^l and P^r over all words: K x M numbers each, so
        ask for them one sentence at a time. The result is otherwise the same.
        """
        windowed = self.read(text, fixed, suppressed)
        threshold = threshold_of(self.model, settings)
        batched_steps = list(self._steps(windowed, settings))
        steps = [
            self._public(parts, number, windowed, pointers)
            for number, parts in enumerate(batched_steps, 1)
        ]
        by_window: list[list[Candidate]] = [[] for _ in windowed.windows]
        for batch in zip(*batched_steps, strict=True):
            rows, history = batch[0][0], [step for _, step in batch]
            rules = [windowed.constraints[row] for row in rows]
            proposals = candidates(history, self.labels, threshold, rules, threshold)
            for row, proposed in zip(rows, proposals, strict=True):
                by_window[row] = proposed
        decoded = add_fixed(text, self._merged(windowed, by_window, settings), fixed)
        return Trace(
            text,
            tuple(windowed.tokens_of(window) for window in windowed.windows),
            settings,
            threshold,
            tuple(steps),
            tuple(entity for entity, _ in decoded),
            tuple(origin for _, origin in decoded),
            windowed.uncovered,
        )

    def read(
        self, text: str, fixed: Sequence[Entity] = (), suppressed: Sequence[Entity] = ()
    ) -> WindowedText:
        """Tokenize a text and split it into windows that the encoder can hold."""
        validate_constraints(text, fixed, suppressed)
        return self._read(text, tokenize(text), fixed, suppressed)

    def _together(self, texts: Sequence[str], settings: SamplerSettings) -> Iterator[Prediction]:
        """Predict a batch of texts. Their sentences are in memory together, unless it is one
        text."""
        if len(texts) == 1:
            yield self.predict(texts[0], settings)
            return
        windowed_texts = [self._read(text, tokenize(text), (), ()) for text in texts]
        for text, part in zip(texts, self._annotated(windowed_texts, settings), strict=True):
            yield joined(text, [part])

    def _annotated(
        self, windowed_texts: Sequence[WindowedText], settings: SamplerSettings
    ) -> Iterator[Prediction]:
        """Predict each text, batching the sentences of all."""
        proposals = iter(
            propose(
                self.model,
                [words for windowed in windowed_texts for words in windowed.sentences],
                settings,
                threshold_of(self.model, settings),
                list(chain.from_iterable(windowed.constraints for windowed in windowed_texts)),
            )
        )
        for windowed in windowed_texts:
            by_window = list(islice(proposals, len(windowed.windows)))
            entities = tuple(entity for entity, _ in self._merged(windowed, by_window, settings))
            yield Prediction(windowed.text, entities, windowed.uncovered)

    def _read(
        self,
        text: str,
        tokens: tuple[Token, ...],
        fixed: Sequence[Entity],
        suppressed: Sequence[Entity],
    ) -> WindowedText:
        words = [text[token.start : token.end] for token in tokens]
        lengths = subword_lengths(self.model.tokenizer, words)
        room = self.model.subword_budget
        cut = windows(text, tokens, self.model.config.max_words, _OVERLAP, lengths, room)
        fitting = tuple(window for window in cut if not window.too_long)
        rules = tuple(window_constraints(tokens, fitting, fixed, suppressed))
        return WindowedText(text, tokens, fitting, uncovered(cut, tokens), rules, tuple(fixed))

    def _steps(self, windowed: WindowedText, settings: SamplerSettings) -> Iterator[Parts]:
        """Yield every step, as the batches of windows that took it together."""
        sentences = windowed.sentences
        batches = list(inference_batches([len(words) for words in sentences], self.model.device))
        streams = [
            denoise(
                self.model,
                [sentences[row] for row in rows],
                settings,
                [windowed.constraints[row] for row in rows],
            )
            for rows in batches
        ]
        for steps in zip(*streams, strict=True):
            yield list(zip(batches, steps, strict=True))

    def _public(
        self, parts: Parts, number: int, windowed: WindowedText, pointers: bool = False
    ) -> Step:
        records: dict[int, SentenceStep] = {}
        for rows, step in parts:
            for place, row in enumerate(rows):
                window = windowed.windows[row]
                length = window.end - window.start
                records[row] = sentence_step(step, place, length, self.model.config, pointers)
        first = parts[0][1]
        return Step(number, first.t, first.t_prev, tuple(records[row] for row in sorted(records)))

    def _merged(
        self,
        windowed: WindowedText,
        by_window: Sequence[Sequence[Candidate]],
        settings: SamplerSettings,
    ) -> list[DecodedEntity]:
        """The entities in whole words, each with the noisy span it came from."""
        threshold = threshold_of(self.model, settings)
        selected = [select(proposed, threshold, settings.flat) for proposed in by_window]
        scored = [
            [
                (candidate.span, inf if candidate.fixed else candidate.score)
                for candidate in proposed
            ]
            for proposed in selected
        ]
        entities: list[DecodedEntity] = []
        for merged in merge(list(zip(windowed.windows, scored, strict=True))):
            best = selected[merged.window][merged.index]
            start = windowed.tokens[merged.span.start].start
            end = windowed.tokens[merged.span.end - 1].end
            words = windowed.text[start:end]
            entity = Entity(start, end, best.label, best.score, best.confidence, words)
            entities.append((entity, Origin(merged.window, best.step, best.slot)))
        return resolve_conflicts(entities, windowed.fixed, settings.flat)
