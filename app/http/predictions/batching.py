"""Predictions for programs: one after another in a thread of their own, short texts together.

What is asked waits in a bounded queue (`prediction_queue.py`). A request that is cancelled leaves
the queue, and a long text is stopped between two of its parts.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Protocol, TypeVar
from weakref import WeakKeyDictionary

from app.http.common.limits import COST_CHARACTERS
from app.http.predictions.prediction_queue import Job, PredictionQueue
from app.web.threads import OwnThreads
from core.types import Prediction, SamplerSettings, Trace

WINDOW = 0.005
"""Seconds that the first request waits for others."""
SHORT = COST_CHARACTERS
"""Code points of a text that is read with others; longer ones are read alone, in parts."""
Result = TypeVar("Result")
_model_thread = OwnThreads("predictions", 1)
"""A model serves one caller at a time."""


class Reader(Protocol):
    """A model that reads texts one by one, or several at once."""

    @property
    def path(self) -> Path: ...

    def predict(
        self, text: str, settings: SamplerSettings, *, cancelled: Callable[[], bool]
    ) -> Prediction: ...

    def predict_together(
        self, texts: Sequence[str], settings: SamplerSettings
    ) -> list[Prediction]: ...

    def trace(self, text: str, settings: SamplerSettings) -> Trace: ...


class Batcher:
    """Answers the requests of each event loop in turn. Every method raises `ApiError` where the
    queue is full; `person` is the one whose turn a request takes."""

    def __init__(self, window: float = WINDOW) -> None:
        self._window = window
        self._lines: WeakKeyDictionary[asyncio.AbstractEventLoop, _Line] = WeakKeyDictionary()

    async def predict(
        self, model: Reader, text: str, settings: SamplerSettings, person: str
    ) -> Prediction:
        """What the model says of the text, whoever else asks meanwhile."""
        (found,) = await self.predict_all(model, [text], settings, person)
        return found

    async def predict_all(
        self, model: Reader, texts: Sequence[str], settings: SamplerSettings, person: str
    ) -> list[Prediction]:
        """What the model says of each text."""

        def batched(texts: Sequence[str], _: Callable[[], bool]) -> Sequence[Prediction]:
            return model.predict_together(texts, settings)

        def alone(texts: Sequence[str], cancelled: Callable[[], bool]) -> Sequence[Prediction]:
            return [model.predict(text, settings, cancelled=cancelled) for text in texts]

        return await self._line().submit(
            [
                Job(person, text, batched, (model.path, settings))
                if len(text) <= SHORT
                else Job(person, text, alone, None)
                for text in texts
            ]
        )

    async def trace(
        self, model: Reader, text: str, settings: SamplerSettings, person: str
    ) -> Trace:
        """Every denoising step of the text."""

        def traced(texts: Sequence[str], _: Callable[[], bool]) -> Sequence[Trace]:
            return [model.trace(text, settings) for text in texts]

        traces: list[Trace] = await self._line().submit([Job(person, text, traced, None)])
        return traces[0]

    async def call(
        self, person: str, calls: Sequence[tuple[str, Callable[[], Result]]]
    ) -> list[Result]:
        """What else is to be done with texts by the model, in their turns."""

        def alone(function: Callable[[], Result]) -> Callable[..., Sequence[Result]]:
            return lambda texts, cancelled: [function()]

        jobs = [Job(person, text, alone(function), None) for text, function in calls]
        return await self._line().submit(jobs)

    def _line(self) -> _Line:
        return self._lines.setdefault(asyncio.get_running_loop(), _Line(self._window))


class _Line:
    """One queue, and the task that works it off while there is anything in it."""

    def __init__(self, window: float) -> None:
        self._window = window
        self._queue = PredictionQueue()
        self._task: asyncio.Task[None] | None = None

    async def submit(self, jobs: Sequence[Job]) -> list[Any]:
        """Cancels the other jobs once one fails, and all if it is cancelled itself."""
        self._queue.add(jobs)
        if self._task is None:
            self._task = asyncio.get_running_loop().create_task(self._run())
        try:
            return await asyncio.gather(*(job.answer for job in jobs))
        finally:
            for job in jobs:
                job.answer.cancel()

    async def _run(self) -> None:
        try:
            await asyncio.sleep(self._window)
            while jobs := self._queue.next():
                await _answer(jobs)
        finally:
            self._task = None


async def _answer(jobs: Sequence[Job]) -> None:
    texts = [job.text for job in jobs]

    def cancelled() -> bool:
        return all(job.answer.done() for job in jobs)

    try:
        found = await _model_thread.run(jobs[0].call, texts, cancelled)
    except Exception as error:
        for job in jobs:
            if not job.answer.done():
                job.answer.set_exception(error)
        return
    for job, answer in zip(jobs, found, strict=True):
        if not job.answer.done():
            job.answer.set_result(answer)
