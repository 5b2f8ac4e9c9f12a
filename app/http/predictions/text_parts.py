"""A long text that a tool asks about again and again: read part by part, and each part once.

INCEpTION sends the whole text and asks about the stretch that its person sees; it takes the answer
for the whole text's and gives up after 30 seconds. So the stretch is read first, then whatever of
the rest it asked for, as far as the time allows; what was read before is in every answer.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from hashlib import sha256

from app.http.predictions.batching import Batcher, Reader
from app.services.suggestions.instant import InstantModel, Learnt, Merged, merge
from core.text.segmentation import stretches
from core.text.tokenization import tokens
from core.types import Entity, Key, Prediction, SamplerSettings

PART = 100
"""Words of a part, at least: whole sentences, so that nothing in it depends on what is around."""
TOGETHER = 8
"""Parts in a call of the model: the time is looked at between two calls."""
SECONDS = 20.0
"""After which no further call of the model begins: INCEpTION waits for 30."""
MOST_PARTS = 5_000
"""Parts that are remembered, of all texts and models: half a million words."""

_Key = tuple[object, SamplerSettings, object, bytes]


@dataclass(frozen=True, slots=True)
class Part:
    """A run of whole sentences of a text, in code points."""

    start: int
    text: str

    @property
    def end(self) -> int:
        return self.start + len(self.text)


@dataclass(frozen=True, slots=True)
class PartialPrediction:
    """What is known of a text, and how much of what was asked for is not read yet."""

    prediction: Prediction
    unread: int
    """Code points."""
    merged: Merged | None = None
    """The entities with what the project's documents taught; None where they taught nothing."""


@dataclass(frozen=True, slots=True)
class _Found:
    """What is suggested in a part: all of it, what of it was learnt, and by the model alone."""

    entities: tuple[Entity, ...]
    instant: frozenset[Key] = frozenset()
    by_model: tuple[Entity, ...] = ()


class PartReader:
    """Remembers what the model said of the parts of texts."""

    def __init__(
        self,
        batcher: Batcher,
        most: int = MOST_PARTS,
        seconds: float = SECONDS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._batcher, self._most, self._seconds, self._clock = batcher, most, seconds, clock
        self._read: OrderedDict[_Key, _Found] = OrderedDict()
        self._lock = threading.Lock()

    async def predict(
        self,
        model: Reader,
        text: str,
        settings: SamplerSettings,
        start: int,
        end: int,
        person: str,
        learnt: Learnt | None = None,
    ) -> PartialPrediction:
        """The entities of [start, end) in code points, and of all that was read before, with what a
        project's documents taught; `person` is the one whose turn it takes. Raises `ApiError` where
        too much waits for the model."""
        if not isinstance(model, InstantModel):
            learnt = None
        until = self._clock() + self._seconds
        parts = list(parts_of(text))
        wanted = [part for part in parts if part.start < end and part.end > start]
        unread = [part for part in wanted if self._known(model, settings, part, learnt) is None]
        unread = list({part.text: part for part in unread}.values())
        while unread and self._clock() < until:
            group, unread = unread[:TOGETHER], unread[TOGETHER:]
            await self._ask(model, settings, group, person)
            if learnt is not None:
                await self._merge(model, settings, group, person, learnt)
        left = sum(len(part.text) for part in unread)
        known = [(part, self._known(model, settings, part, learnt)) for part in parts]
        return _joined(text, [(part, found) for part, found in known if found], left, learnt)

    async def _ask(
        self, model: Reader, settings: SamplerSettings, parts: Sequence[Part], person: str
    ) -> None:
        new = [part for part in parts if self._known(model, settings, part, None) is None]
        texts = [part.text for part in new]
        found = await self._batcher.predict_all(model, texts, settings, person) if new else []
        for part, prediction in zip(new, found, strict=True):
            self._remember(_key(model, settings, part, None), _Found(prediction.entities))

    async def _merge(
        self,
        model: Reader,
        settings: SamplerSettings,
        parts: Sequence[Part],
        person: str,
        learnt: Learnt,
    ) -> None:
        assert isinstance(model, InstantModel)
        calls = []
        for part in parts:
            by_model = self._known(model, settings, part, None) or _Found(())
            calls.append((part.text, partial(merge, model, learnt, part.text, by_model.entities)))
        for part, merged in zip(parts, await self._batcher.call(person, calls), strict=True):
            found = _Found(merged.entities, merged.instant, merged.by_model)
            self._remember(_key(model, settings, part, learnt), found)

    def _known(
        self, model: Reader, settings: SamplerSettings, part: Part, learnt: Learnt | None
    ) -> _Found | None:
        with self._lock:
            key = _key(model, settings, part, learnt)
            if key in self._read:
                self._read.move_to_end(key)
            return self._read.get(key)

    def _remember(self, key: _Key, found: _Found) -> None:
        with self._lock:
            self._read[key] = found
            while len(self._read) > self._most:
                self._read.popitem(last=False)


def parts_of(text: str) -> Iterator[Part]:
    """The text's parts in order; between two lies white space alone."""
    for words in stretches(text, tokens(text), PART):
        start = words[0].start
        yield Part(start, text[start : words[-1].end])


def _key(model: Reader, settings: SamplerSettings, part: Part, learnt: Learnt | None) -> _Key:
    state = None if learnt is None else _state(learnt)
    return model.path, settings, state, sha256(part.text.encode("utf-8", "surrogatepass")).digest()


def _state(learnt: Learnt) -> object:
    """What changes with every lesson, and with every change of a label."""
    ids, names = learnt.labels.ids, learnt.labels.names
    return learnt.published.lesson_id, tuple(ids.items()), tuple(names.items())


def _joined(
    text: str, known: Sequence[tuple[Part, _Found]], unread: int, learnt: Learnt | None
) -> PartialPrediction:
    """What was found in the parts, as of the whole text."""

    def moved(part: Part, entities: Iterable[Entity]) -> Iterator[Entity]:
        for entity in entities:
            yield replace(entity, start=part.start + entity.start, end=part.start + entity.end)

    entities = tuple(entity for part, found in known for entity in moved(part, found.entities))
    prediction = Prediction(text, entities)
    if learnt is None:
        return PartialPrediction(prediction, unread)
    merged = Merged(
        entities,
        frozenset(
            (part.start + start, part.start + end, label)
            for part, found in known
            for start, end, label in found.instant
        ),
        tuple(entity for part, found in known for entity in moved(part, found.by_model)),
        learnt.published.lesson_id,
        learnt.published.documents,
    )
    return PartialPrediction(prediction, unread, merged)
