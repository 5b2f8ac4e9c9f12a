"""The public face of the model: text in, entities or a trace out.

pipeline = Pipeline.load("assets/models/default")
pipeline.predict("Ms. Haag joined the Bank of China.").entities
for step in pipeline.denoise(text, SamplerSettings(steps=5, seed=7)): ...
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import inf
from pathlib import Path

from ..data.batching import inference_batches
from ..diffusion.sampler import SamplerStep, denoise
from ..evaluation.evaluate import propose, threshold_of
from ..modeling.model import DiffusionNER, best_device
from ..modeling.subwords import subword_lengths
from ..text.segmentation import Window, merge, stretches, uncovered, windows
from ..text.tokenization import tokenize, tokens
from ..types import (
    Entity,
    Origin,
    Prediction,
    SamplerSettings,
    SentenceStep,
    Step,
    Token,
    Trace,
)
from .constraints import Constraints
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
    """One item a window."""
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
    """What `Pipeline.parts` said of a text as one answer, with all that a person fixed."""
    decoded: list[DecodedEntity] = []
    uncovered: list[Token] = []
    for part in parts:
        decoded += [(entity, None) for entity in part.entities]
        uncovered += part.uncovered
    entities = tuple(entity for entity, _ in add_fixed(decoded, fixed))
    return Prediction(text, entities, tuple(uncovered))


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

    def threshold(self, flat: bool = False) -> float:
        """φ of nested or of flat decoding, as tuned with the model."""
        return self.model.config.phi(flat)

    def predict(
        self,
        text: str,
        settings: SamplerSettings = SamplerSettings(),
        fixed: Sequence[Entity] = (),
        suppressed: Sequence[Entity] = (),
    ) -> Prediction:
        """The entities of one document.

        `fixed` ones are always among them, with a score of 3, and the others are denoised
        beside them; what has the boundaries and label of a `suppressed` one is not. Raises
        ValueError for one past the end of the text or in both, and where a sentence has more
        than K fixed ones.
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
        """What `predict` says, a run of whole sentences of `size` words or more at a time, so
        that a long reading can make way between two. A fixed entity that no window holds is in
        none of them."""
        validate_constraints(text, fixed, suppressed)
        min_score = threshold_of(self.model, settings)
        for words in stretches(text, tokens(text), size or _STRETCH):
            windowed = self._read(text, words, fixed, suppressed)
            proposals = propose(
                self.model, windowed.sentences, settings, min_score, windowed.constraints
            )
            entities = tuple(entity for entity, _ in self._merged(windowed, proposals, settings))
            yield Prediction(text, entities, windowed.uncovered)

    def predict_many(
        self, texts: Iterable[str], settings: SamplerSettings = SamplerSettings()
    ) -> Iterator[Prediction]:
        """The entities of each document, in order; batches run inside a document."""
        for text in texts:
            yield self.predict(text, settings)

    def denoise(
        self,
        text: str,
        settings: SamplerSettings = SamplerSettings(),
        fixed: Sequence[Entity] = (),
        suppressed: Sequence[Entity] = (),
    ) -> Iterator[Step]:
        """Every denoising step over the document; to stop iterating is to cancel."""
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
        """All steps of `denoise`, the entities, and the noisy span each was decoded from.

        With `pointers`, every step also holds P^l and P^r of every word: K x M numbers each, so
        ask for them a sentence at a time. They change nothing else.
        """
        windowed = self.read(text, fixed, suppressed)
        threshold = threshold_of(self.model, settings)
        stepped = list(self._steps(windowed, settings))
        steps = [
            self._public(parts, number, windowed, pointers)
            for number, parts in enumerate(stepped, 1)
        ]
        by_window: list[list[Candidate]] = [[] for _ in windowed.windows]
        for batch in zip(*stepped, strict=True):
            rows, history = batch[0][0], [step for _, step in batch]
            rules = [windowed.constraints[row] for row in rows]
            proposals = candidates(history, self.labels, threshold, rules, threshold)
            for row, window_candidates in zip(rows, proposals, strict=True):
                by_window[row] = window_candidates
        decoded = add_fixed(self._merged(windowed, by_window, settings), fixed)
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
        """Tokenise a text and cut it into windows that the encoder can hold."""
        validate_constraints(text, fixed, suppressed)
        return self._read(text, tokenize(text), fixed, suppressed)

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
        """Every step, as the batches of windows that took it together."""
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
        proposals: Sequence[Sequence[Candidate]],
        settings: SamplerSettings,
    ) -> list[DecodedEntity]:
        """The entities in whole words, each with the noisy span it came from."""
        threshold = threshold_of(self.model, settings)
        chosen = [select(candidates, threshold, settings.flat) for candidates in proposals]
        scored = [
            [
                (candidate.span, inf if candidate.fixed else candidate.score)
                for candidate in selected
            ]
            for selected in chosen
        ]
        entities: list[DecodedEntity] = []
        for merged in merge(list(zip(windowed.windows, scored, strict=True))):
            best = chosen[merged.window][merged.index]
            start = windowed.tokens[merged.span.start].start
            end = windowed.tokens[merged.span.end - 1].end
            entity = Entity(start, end, best.label, best.score, best.confidence)
            entities.append((entity, Origin(merged.window, best.step, best.slot)))
        return resolve_conflicts(entities, windowed.fixed, settings.flat)
