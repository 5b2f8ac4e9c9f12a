"""A model version as something that annotates: loaded once per process, when it is needed."""

from __future__ import annotations

import atexit
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from app.services.model_registry.registry import (
    ModelFolderError,
    ModelRegistry,
    VersionView,
    require_weights,
    usable,
)
from app.services.suggestions.instant_head import scaling_of
from app.services.suggestions.priority_lock import PriorityLock
from core.types import Entity, Prediction, SamplerSettings, Trace
from storage.engine import Sessions

if TYPE_CHECKING:
    from app.services.suggestions.review_heads import Answer
    from core.inference.instant.head import InstantHead
    from core.inference.instant.leave_out import AnnotatedWindow
    from core.inference.label_errors import EntityReview
    from core.inference.pipeline import Pipeline
    from core.inference.uncertainty import Uncertainty

KEPT = 4
"""Models held in memory: the active one, and those that somebody compares it with."""
PATIENCE = 10.0
"""Seconds that the end of the process waits for a reading in the background."""
PART = 100
"""Words that a reading in the background takes before it makes way for people."""
PERSONS_PART = 300
"""Words that a person's reading takes before others have their turn: what is fastest on a CPU."""
Read = TypeVar("Read")


class CancelledPredictionError(Exception):
    """Nobody waits for the answer any more."""


class _Slot:
    """One model's place in memory.

    `turns` lets the first of many callers load and the others wait; it also makes them take
    turns at predicting, since a fast tokenizer must not be used by two threads at once.
    """

    def __init__(self) -> None:
        self.turns = PriorityLock()
        self.pipeline: Pipeline | None = None


_slots: OrderedDict[Path, _Slot] = OrderedDict()
_slots_lock = threading.Lock()


@dataclass(frozen=True, slots=True)
class ModelPredictor:
    """A model version that can annotate. Making one loads nothing."""

    model_version_id: int
    path: Path

    def predict(
        self,
        text: str,
        settings: SamplerSettings,
        fixed: Sequence[Entity] = (),
        suppressed: Sequence[Entity] = (),
    ) -> Prediction:
        """The entities of a document. The first call loads the model, which takes seconds."""
        from core.inference.pipeline import joined

        def parts(pipeline: Pipeline) -> Iterator[Prediction]:
            return pipeline.parts(text, settings, fixed, suppressed, PERSONS_PART)

        return joined(text, list(_in_turns(self.path, parts)), fixed)

    def trace(self, text: str, settings: SamplerSettings, pointers: bool = True) -> Trace:
        """Every denoising step, and the entities they lead to.

        With the `pointers`' probabilities, for a sentence at a time: a step holds two of them for
        each of its words and spans.
        """
        slot = _slot(self.path)
        with slot.turns.taken():
            return _loaded(slot, self.path).trace(text, settings, pointers=pointers)

    def with_pipeline(self, call: Callable[[Pipeline], Read]) -> Read:
        """What `call` makes of the loaded model, in one turn."""
        slot = _slot(self.path)
        with slot.turns.taken():
            return call(_loaded(slot, self.path))

    def in_background(self) -> BackgroundPredictor:
        """The same model for what nobody waits for."""
        return BackgroundPredictor(self.model_version_id, self.path)

    def threshold(self, flat: bool = False) -> float:
        """φ of nested or of flat decoding, as tuned with the model."""
        slot = _slot(self.path)
        with slot.turns.taken():
            return _loaded(slot, self.path).threshold(flat)


@dataclass(frozen=True, slots=True)
class BackgroundPredictor:
    """The same for the work ahead and for programs: it reads part by part, and before each part
    lets all people go first who wait for this model. Its answers are the same."""

    model_version_id: int
    path: Path

    def predict(
        self,
        text: str,
        settings: SamplerSettings,
        fixed: Sequence[Entity] = (),
        suppressed: Sequence[Entity] = (),
        cancelled: Callable[[], bool] = lambda: False,
    ) -> Prediction:
        """The entities of a document. Raises `CancelledPredictionError` before the next part once
        it is `cancelled`."""
        from core.inference.pipeline import joined

        def parts(pipeline: Pipeline) -> Iterator[Prediction]:
            for part in pipeline.parts(text, settings, fixed, suppressed, PART):
                yield part
                if cancelled():
                    raise CancelledPredictionError

        return joined(text, _in_turns(self.path, parts, background=True), fixed)

    def predict_together(self, texts: Sequence[str], settings: SamplerSettings) -> list[Prediction]:
        """What `predict` says of each short text, in one call of the model."""
        slot = _slot(self.path)
        with slot.turns.taken(background=True):
            return list(_loaded(slot, self.path).pipe(texts, settings))

    def with_pipeline(self, call: Callable[[Pipeline], Read]) -> Read:
        """See `ModelPredictor.with_pipeline`."""
        slot = _slot(self.path)
        with slot.turns.taken(background=True):
            return call(_loaded(slot, self.path))

    def trace(self, text: str, settings: SamplerSettings) -> Trace:
        """See `ModelPredictor.trace`."""
        slot = _slot(self.path)
        with slot.turns.taken(background=True):
            return _loaded(slot, self.path).trace(text, settings, pointers=True)

    def threshold(self, flat: bool = False) -> float:
        """φ of nested or of flat decoding, as tuned with the model."""
        return ModelPredictor(self.model_version_id, self.path).threshold(flat)

    def uncertainty(self, text: str, settings: SamplerSettings) -> Uncertainty:
        """What the model says of the whole text, see `core.inference.uncertainty`."""
        from core.inference.uncertainty import iter_uncertainty

        read = partial(iter_uncertainty, text=text, settings=settings)
        *_, last = _in_turns(self.path, read, background=True)
        return last

    def review(self, text: str, entities: Sequence[Entity]) -> list[EntityReview]:
        """What the model says of accepted entities, see `core.inference.label_errors`."""
        from core.inference.label_errors import review_entities

        read = partial(review_entities, text=text, entities=entities)
        parts = _in_turns(self.path, read, background=True)
        return list(chain.from_iterable(parts))

    def new_head(self, flat: bool) -> InstantHead:
        """A head on this model's features that has learnt nothing."""
        from core.inference.instant.head import InstantHead

        return InstantHead(scaling_of(self), flat)

    def learn(self, head: InstantHead, answer: Answer, sign: int = 1) -> None:
        """Teach the head a person's answer, or take it back with `sign` -1."""
        for windows in self._windows(answer):
            head.learn([window.annotated for window in windows], sign)

    def review_without(self, head: InstantHead, answer: Answer, learnt: bool) -> list[EntityReview]:
        """What the head says of a person's answer from all others; `learnt`: it has learnt this one
        as well. See `core.inference.instant.leave_out`."""
        from core.inference.instant.leave_out import review_window, take_back

        others = take_back(head, self._windows(answer)) if learnt else head
        suggester = others.suggester()
        return [
            review
            for windows in self._windows(answer)
            for window in windows
            for review in review_window(others, suggester, window)
        ]

    def _windows(self, answer: Answer) -> Iterator[list[AnnotatedWindow]]:
        from core.inference.instant.leave_out import annotated_windows

        read = partial(
            annotated_windows, text=answer.text, entities=answer.accepted, rejected=answer.rejected
        )
        return _in_turns(self.path, read, background=True)


def _in_turns(
    path: Path, read: Callable[[Pipeline], Iterator[Read]], background: bool = False
) -> Iterator[Read]:
    """What is read part by part; each part is a turn."""
    slot = _slot(path)
    with slot.turns.taken(background):
        parts = read(_loaded(slot, path))
    while True:
        with slot.turns.taken(background):
            part = next(parts, None)
        if part is None:
            return
        yield part


def active_predictor(sessions: Sessions) -> ModelPredictor | None:
    """The version that is active now; None where there is none, or none that can be used.

    One query and a look at its `config.json`: ask every time.
    """
    version = ModelRegistry(sessions).active()
    return ModelPredictor(version.id, version.path) if version and usable(version) else None


def version_predictor(version: VersionView) -> ModelPredictor:
    """Any version, to be looked at beside the active one.

    Raises `ModelFolderError` if its folder can no longer be read, or holds other weights by now.
    """
    require_weights(version)
    return ModelPredictor(version.id, version.path)


def _slot(path: Path) -> _Slot:
    with _slots_lock:
        slot = _slots.setdefault(path, _Slot())
        _slots.move_to_end(path)
        while len(_slots) > KEPT:
            _slots.popitem(last=False)
        return slot


@atexit.register
def _hold_still() -> None:
    """At the process's end, lets no reading in the background go on: a thread that is inside the
    model while Python ends would abort the process."""
    for slot in list(_slots.values()):
        slot.turns.close(PATIENCE)


def _loaded(slot: _Slot, path: Path) -> Pipeline:
    if slot.pipeline is None:
        from core.inference.pipeline import Pipeline
        from core.inference.recent_states import RecentStates

        try:
            pipeline = Pipeline.from_pretrained(path)
        except (ValueError, OSError) as error:
            raise ModelFolderError(
                f"the model {path.name} cannot be loaded: {error}; restore its folder, or promote "
                "another version on the Train page"
            ) from error
        pipeline.recent_states = RecentStates(pipeline.model)
        slot.pipeline = pipeline
    return slot.pipeline
