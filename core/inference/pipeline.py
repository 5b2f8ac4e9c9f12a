"""The public face of the model: text in, entities or a trace out.

ner = Pipeline.from_pretrained()
for entity in ner("Ms. Haag joined the Bank of China."): print(entity.text, entity.label)
for prediction in ner.pipe(texts, batch_size=64): ...
for step in ner.denoise(text, steps=5, seed=7): ...
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import chain, islice
from pathlib import Path
from typing import Unpack

from ..data.batching import text_batches
from ..diffusion.sampler import SamplerStep, denoise
from ..modeling.half_linear import halve_linears
from ..modeling.hub import model_folder
from ..modeling.model import CARD, DiffusionNER
from ..text.segmentation import Segment, WindowLimits, segment, segments
from ..types import (
    Entity,
    Prediction,
    SamplerOptions,
    SamplerSettings,
    SentenceStep,
    Span,
    Step,
    Token,
    Trace,
)
from .candidates import candidates, propose, threshold_of
from .decoding import Candidate, DecodedEntity, add_fixed, decode
from .entity_constraints import validate_constraints, window_constraints
from .recent_states import RecentStates
from .trace import entity_scores, scores_by_step, sentence_step
from .windows import WindowedText

_OVERLAP = 16
"""Words that neighbouring windows of one long sentence share."""
_STRETCH = 4096
"""Words that are annotated at a time, so that memory does not grow with the text."""

Parts = list[tuple[list[int], SamplerStep]]
"""One denoising step: batches of window indices, each with its tensors."""


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


def _checked(text: str) -> str:
    """The text itself. Raises TypeError for anything but a string."""
    if not isinstance(text, str):
        raise TypeError(
            f"a text is a string, got {type(text).__name__}; `pipe` takes a list of texts, and "
            "bytes are decoded first"
        )
    return text


class Pipeline:
    """A loaded model that annotates raw text. It can be pickled and shared between threads.

    Methods that take settings also take their fields as keywords: `ner(text, seed=7)`.
    """

    def __init__(self, model: DiffusionNER, card: str | None = None) -> None:
        self.model = model.eval()
        self.card = card
        """The model card (Markdown): its data, licences and scores."""
        self.recent_states: RecentStates | None = None
        """Where set, the encoder's states of what is predicted are kept for an instant head
        (`core.inference.instant`), which then need not encode it again."""

    @classmethod
    def from_pretrained(
        cls, name_or_folder: str | Path | None = None, device: str = "auto"
    ) -> Pipeline:
        """Load the bundled model, a model folder or a hub repository, onto the fastest device or
        the given one. Raises ModelError, and ValueError if the device is not available.

        On a CPU that is faster in bfloat16, linear layers round to it, as on a GPU;
        `Pipeline(DiffusionNER.load(folder))` computes in float32 everywhere."""
        folder = model_folder(name_or_folder)
        card = folder / CARD
        text = card.read_text("utf-8", errors="replace") if card.is_file() else None
        model = DiffusionNER.load(folder, device)
        halve_linears(model)
        return cls(model, text)

    def save_pretrained(self, folder: str | Path) -> None:
        """Write the model folder that `from_pretrained` reads, with the model card."""
        self.model.save(Path(folder))
        if self.card is not None:
            (Path(folder) / CARD).write_text(self.card, "utf-8")

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
        rounding error: by 1e-5 in float32, by 0.01 in bfloat16. Raises ValueError if `batch_size`
        is less than 1, and TypeError for one string in the place of several.
        """
        if batch_size < 1:
            raise ValueError(f"batch_size must be at least 1, got {batch_size}; try 64")
        if isinstance(texts, str):
            raise TypeError(
                "`pipe` takes several texts, got one string, of which each character would be a "
                "text; call the pipeline itself, or pass [text]"
            )
        settings = replace(settings, **options)
        for group in text_batches(map(_checked, texts), batch_size):
            yield from self._together(group, settings)

    def predict(
        self,
        text: str,
        settings: SamplerSettings = SamplerSettings(),
        fixed: Sequence[Entity] = (),
        suppressed: Sequence[Entity] = (),
        **options: Unpack[SamplerOptions],
    ) -> Prediction:
        """Predict the entities of one document.

        `fixed` entities are always returned, with a score of 1, and the others are denoised beside
        them; `suppressed` ones are never returned with these boundaries and this label. Raises
        ValueError for an entity past the end of the text or in both, and for a sentence with more
        than K fixed entities.
        """
        settings = replace(settings, **options)
        return joined(text, self.parts(text, settings, fixed, suppressed), fixed)

    def parts(
        self,
        text: str,
        settings: SamplerSettings = SamplerSettings(),
        fixed: Sequence[Entity] = (),
        suppressed: Sequence[Entity] = (),
        size: int | None = None,
        **options: Unpack[SamplerOptions],
    ) -> Iterator[Prediction]:
        """Yield what `predict` returns in parts, runs of whole sentences with at least `size`
        words, so that a long text can be interrupted between two. Fixed entities that no window
        holds are in none of them."""
        settings = replace(settings, **options)
        validate_constraints(_checked(text), fixed, suppressed)
        for part in segments(text, self._limits, size or _STRETCH):
            yield from self._annotated([self._read(text, part, fixed, suppressed)], settings)

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
        **options: Unpack[SamplerOptions],
    ) -> Trace:
        """All steps of `denoise`, the entities, and the noisy span that each was decoded from.

        With `pointers`, every step also holds P^l and P^r over all words: K x M numbers each, so
        ask for them one sentence at a time. The result is otherwise the same.
        """
        settings = replace(settings, **options)
        windowed = self.read(text, fixed, suppressed)
        threshold = threshold_of(self.model, settings)
        batched_steps = list(self._steps(windowed, settings))
        steps = [
            self._public(parts, number, windowed, pointers)
            for number, parts in enumerate(batched_steps, 1)
        ]
        by_window: list[list[Candidate]] = [[] for _ in windowed.windows]
        scores: list[list[dict[Span, float]]] = [[] for _ in windowed.windows]
        for batch in zip(*batched_steps, strict=True):
            rows, history = batch[0][0], [step for _, step in batch]
            rules = [windowed.constraints[row] for row in rows]
            proposals = candidates(history, self.labels, threshold, rules, threshold)
            by_step = scores_by_step(history, self.labels, rules)
            for row, proposed, row_scores in zip(rows, proposals, by_step, strict=True):
                by_window[row], scores[row] = proposed, row_scores
        decoded = decode(windowed, by_window, threshold, settings.flat)
        decoded = add_fixed(text, decoded, fixed)
        sentences = tuple(windowed.tokens_of(window) for window in windowed.windows)
        return Trace(
            text,
            sentences,
            settings,
            threshold,
            tuple(steps),
            tuple(entity for entity, _ in decoded),
            tuple(origin for _, origin in decoded),
            tuple(entity_scores(*item, sentences, scores) for item in decoded),
            windowed.uncovered,
            self.model.config.decoding.weights,
            self.model.config.calibration_of(settings.flat),
        )

    def read(
        self, text: str, fixed: Sequence[Entity] = (), suppressed: Sequence[Entity] = ()
    ) -> WindowedText:
        """Tokenize a text and split it into windows that the encoder can hold."""
        validate_constraints(_checked(text), fixed, suppressed)
        return self._read(text, segment(text, self._limits), fixed, suppressed)

    def _together(self, texts: Sequence[str], settings: SamplerSettings) -> Iterator[Prediction]:
        """Predict a batch of texts. Their sentences are in memory together, unless it is one
        text."""
        if len(texts) == 1:
            yield self.predict(texts[0], settings)
            return
        windowed_texts = [self.read(text) for text in texts]
        for text, part in zip(texts, self._annotated(windowed_texts, settings), strict=True):
            yield joined(text, [part])

    def _annotated(
        self, windowed_texts: Sequence[WindowedText], settings: SamplerSettings
    ) -> Iterator[Prediction]:
        """Predict each text, batching the sentences of all."""
        threshold = threshold_of(self.model, settings)
        proposals = iter(
            propose(
                self.model,
                [words for windowed in windowed_texts for words in windowed.sentences],
                settings,
                threshold,
                list(chain.from_iterable(windowed.constraints for windowed in windowed_texts)),
                self.recent_states,
            )
        )
        for windowed in windowed_texts:
            by_window = list(islice(proposals, len(windowed.windows)))
            decoded = decode(windowed, by_window, threshold, settings.flat)
            entities = tuple(entity for entity, _ in decoded)
            yield Prediction(windowed.text, entities, windowed.uncovered)

    @property
    def _limits(self) -> WindowLimits:
        model = self.model
        return WindowLimits(
            model.config.max_words, _OVERLAP, model.subword_budget, model.subwords.lengths
        )

    def _read(
        self,
        text: str,
        part: Segment,
        fixed: Sequence[Entity],
        suppressed: Sequence[Entity],
    ) -> WindowedText:
        rules = window_constraints(part.tokens, part.windows, fixed, suppressed)
        return WindowedText(
            text, part.tokens, part.windows, part.uncovered, tuple(rules), tuple(fixed)
        )

    def _steps(self, windowed: WindowedText, settings: SamplerSettings) -> Iterator[Parts]:
        """Yield every step, as the batches of windows that took it together."""
        sentences = windowed.sentences
        batches = list(self.model.inference_batches(sentences))
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
