"""The public face of the model: text in, entities or a trace out.

pipeline = Pipeline.load("assets/models/default")
pipeline.predict("Ms. Haag joined the Bank of China.").entities
for step in pipeline.denoise(text, SamplerSettings(steps=5, seed=7)): ...
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from core.batches import by_length
from core.decoding import Candidate, candidates, select
from core.evaluation import EVALUATION_BATCH, propose
from core.model import DiffusionNER, best_device
from core.sampler import SamplerStep, denoise
from core.segmentation import Window, merge, uncovered, windows
from core.subwords import subword_lengths
from core.tokenization import tokenize
from core.tracing import sentence_step
from core.types import (
    Entity,
    Origin,
    Prediction,
    SamplerSettings,
    SentenceStep,
    Step,
    Token,
    Trace,
)

_OVERLAP = 16
"""Words that neighbouring windows of one long sentence share."""


Parts = list[tuple[list[int], SamplerStep]]
"""One step: batches of window numbers, each with the tensors of its step."""


@dataclass(frozen=True)
class Reading:
    """A text as the model sees it."""

    text: str
    tokens: tuple[Token, ...]
    windows: tuple[Window, ...]

    uncovered: tuple[Token, ...]
    """Words too long for any window; nothing can be predicted there."""

    @property
    def sentences(self) -> list[list[str]]:
        return [
            [self.text[token.start : token.end] for token in self.tokens_of(window)]
            for window in self.windows
        ]

    def tokens_of(self, window: Window) -> tuple[Token, ...]:
        return self.tokens[window.start : window.end]


class Pipeline:
    """A loaded model that annotates raw text."""

    def __init__(self, model: DiffusionNER) -> None:
        self.model = model.eval()

    @classmethod
    def load(cls, folder: Path | str, device: str | None = None) -> Pipeline:
        """Read a model directory onto the fastest device here. Raises ModelError."""
        return cls(DiffusionNER.load(folder, device or best_device()))

    @property
    def labels(self) -> tuple[str, ...]:
        return self.model.config.labels

    @property
    def threshold(self) -> float:
        """φ, as tuned with the model."""
        return self.model.config.threshold

    def predict(self, text: str, settings: SamplerSettings = SamplerSettings()) -> Prediction:
        """The entities of one document."""
        return next(iter(self.predict_many([text], settings)))

    def predict_many(
        self, texts: Iterable[str], settings: SamplerSettings = SamplerSettings()
    ) -> Iterator[Prediction]:
        """The entities of each document, in order; batches run inside a document."""
        for text in texts:
            reading = self.read(text)
            found = propose(self.model, reading.sentences, settings, self._threshold(settings))
            merged = self._merged(reading, found, settings)
            yield Prediction(text, tuple(entity for entity, _ in merged), reading.uncovered)

    def denoise(self, text: str, settings: SamplerSettings = SamplerSettings()) -> Iterator[Step]:
        """Every denoising step over the document; to stop iterating is to cancel."""
        reading = self.read(text)
        for number, parts in enumerate(self._steps(reading, settings), start=1):
            yield self._public(parts, number, reading)

    def trace(self, text: str, settings: SamplerSettings = SamplerSettings()) -> Trace:
        """All steps of `denoise`, the entities, and the noisy span each was decoded from."""
        reading = self.read(text)
        taken = list(self._steps(reading, settings))
        steps = [self._public(parts, number, reading) for number, parts in enumerate(taken, 1)]
        found: list[list[Candidate]] = [[] for _ in reading.windows]
        for batch in zip(*taken, strict=True):
            proposals = candidates([step for _, step in batch], self.labels)
            for row, each in zip(batch[0][0], proposals, strict=True):
                found[row] = each
        kept = self._merged(reading, found, settings)
        return Trace(
            text,
            tuple(reading.tokens_of(window) for window in reading.windows),
            settings,
            self._threshold(settings),
            tuple(steps),
            tuple(entity for entity, _ in kept),
            tuple(origin for _, origin in kept),
            reading.uncovered,
        )

    def read(self, text: str) -> Reading:
        """Tokenise a text and cut it into windows that the encoder can hold."""
        tokens = tokenize(text)
        words = [text[token.start : token.end] for token in tokens]
        lengths = subword_lengths(self.model.tokenizer, words)
        room = self.model.word_room
        cut = windows(text, tokens, self.model.config.max_words, _OVERLAP, lengths, room)
        fitting = tuple(window for window in cut if not window.too_long)
        return Reading(text, tokens, fitting, uncovered(cut, tokens))

    def _steps(self, reading: Reading, settings: SamplerSettings) -> Iterator[Parts]:
        """Every step, as the batches of windows that took it together."""
        sentences = reading.sentences
        batches = list(by_length([len(words) for words in sentences], EVALUATION_BATCH))
        streams = (denoise(self.model, [sentences[row] for row in b], settings) for b in batches)
        for steps in zip(*streams, strict=True):
            yield list(zip(batches, steps, strict=True))

    def _public(self, parts: Parts, number: int, reading: Reading) -> Step:
        records: dict[int, SentenceStep] = {}
        for rows, step in parts:
            for place, row in enumerate(rows):
                window = reading.windows[row]
                length = window.end - window.start
                records[row] = sentence_step(step, place, length, self.model.config)
        first = parts[0][1]
        return Step(number, first.t, first.t_prev, tuple(records[row] for row in sorted(records)))

    def _threshold(self, settings: SamplerSettings) -> float:
        return self.threshold if settings.threshold is None else settings.threshold

    def _merged(
        self, reading: Reading, found: Sequence[Sequence[Candidate]], settings: SamplerSettings
    ) -> list[tuple[Entity, Origin]]:
        """The document's entities, each with the noisy span it came from."""
        chosen = [select(each, self._threshold(settings), settings.flat) for each in found]
        scored = [[(each.span, each.score) for each in row] for row in chosen]
        merged = merge(list(zip(reading.windows, scored, strict=True)))
        tokens = reading.tokens
        entities = []
        for each in merged:
            best = chosen[each.window][each.index]
            start, end = tokens[each.span.start].start, tokens[each.span.end - 1].end
            origin = Origin(each.window, best.step, best.slot)
            entities.append((Entity(start, end, best.label, best.score), origin))
        return entities
