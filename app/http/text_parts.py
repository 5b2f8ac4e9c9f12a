"""A long text that a tool asks about again and again: read part by part, and each part once.

INCEpTION sends the whole text and asks about the stretch that its person sees; it takes the answer
for the whole text's and gives up after 30 seconds. So the stretch is read first, then whatever of
the rest it asked for, as far as the time allows; what was read before is in every answer.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256

from app.http.batching import Batcher, Reader
from core.text.segmentation import stretches
from core.text.tokenization import tokens
from core.types import Entity, Prediction, SamplerSettings

PART = 100
"""Words of a part, at least: whole sentences, so that nothing in it depends on what is around."""
TOGETHER = 8
"""Parts in a call of the model: the time is looked at between two calls."""
SECONDS = 20.0
"""After which no further call of the model begins: INCEpTION waits for 30."""
MOST_PARTS = 5_000
"""Parts that are remembered, of all texts and models: half a million words."""

_Key = tuple[object, SamplerSettings, bytes]


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
        self._read: OrderedDict[_Key, tuple[Entity, ...]] = OrderedDict()
        self._lock = threading.Lock()

    async def predict(
        self,
        model: Reader,
        text: str,
        settings: SamplerSettings,
        start: int,
        end: int,
        person: str,
    ) -> PartialPrediction:
        """The entities of [start, end) in code points, and of all that was read before; `person` is
        the one whose turn it takes. Raises `ApiError` where too much waits for the model."""
        until = self._clock() + self._seconds
        parts = list(parts_of(text))
        wanted = [part for part in parts if part.start < end and part.end > start]
        unread = [part for part in wanted if self._known(model, settings, part) is None]
        unread = list({part.text: part for part in unread}.values())
        while unread and self._clock() < until:
            group, unread = unread[:TOGETHER], unread[TOGETHER:]
            texts = [part.text for part in group]
            found = await self._batcher.predict_all(model, texts, settings, person)
            for part, prediction in zip(group, found, strict=True):
                self._remember(model, settings, part, prediction.entities)
        known = [(part, self._known(model, settings, part) or ()) for part in parts]
        entities = tuple(_moved(text, part, entity) for part, held in known for entity in held)
        return PartialPrediction(Prediction(text, entities), sum(len(part.text) for part in unread))

    def _known(
        self, model: Reader, settings: SamplerSettings, part: Part
    ) -> Sequence[Entity] | None:
        with self._lock:
            key = _key(model, settings, part)
            if key in self._read:
                self._read.move_to_end(key)
            return self._read.get(key)

    def _remember(
        self, model: Reader, settings: SamplerSettings, part: Part, entities: tuple[Entity, ...]
    ) -> None:
        with self._lock:
            self._read[_key(model, settings, part)] = entities
            while len(self._read) > self._most:
                self._read.popitem(last=False)


def parts_of(text: str) -> Iterator[Part]:
    """The text's parts in order; between two lies white space alone."""
    for words in stretches(text, tokens(text), PART):
        start = words[0].start
        yield Part(start, text[start : words[-1].end])


def _key(model: Reader, settings: SamplerSettings, part: Part) -> _Key:
    return model.path, settings, sha256(part.text.encode("utf-8", "surrogatepass")).digest()


def _moved(text: str, part: Part, entity: Entity) -> Entity:
    start, end = part.start + entity.start, part.start + entity.end
    return replace(entity, start=start, end=end)
