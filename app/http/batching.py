"""Requests that come within a few milliseconds are read by the model in one call."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from starlette.concurrency import run_in_threadpool

from core.types import Prediction, SamplerSettings

WINDOW = 0.005
"""Seconds that the first request waits for others."""
MOST = 16
"""Texts in a call."""
SHORT = 2_000
"""Code points of a text that is read with others; longer ones are read alone, in parts."""


class Reader(Protocol):
    """A model that reads texts one by one, or several at once."""

    @property
    def path(self) -> Path: ...

    def predict(self, text: str, settings: SamplerSettings) -> Prediction: ...

    def predict_together(
        self, texts: Sequence[str], settings: SamplerSettings
    ) -> list[Prediction]: ...


_Key = tuple[asyncio.AbstractEventLoop, Path, SamplerSettings]
_Waiting = tuple[str, asyncio.Future[Prediction]]


class Batcher:
    """Gathers requests of one model and the same settings."""

    def __init__(self, window: float = WINDOW) -> None:
        self._window = window
        self._waiting: dict[_Key, list[_Waiting]] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def predict(self, model: Reader, text: str, settings: SamplerSettings) -> Prediction:
        """What the model says of the text, whoever else asks meanwhile."""
        if len(text) > SHORT:
            return await run_in_threadpool(model.predict, text, settings)
        loop = asyncio.get_running_loop()
        key = (loop, model.path, settings)
        promised: asyncio.Future[Prediction] = loop.create_future()
        group = self._waiting.get(key)
        if group is None:
            group = self._waiting[key] = []
            task = loop.create_task(self._read(model, key, group))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        group.append((text, promised))
        if len(group) >= MOST:
            del self._waiting[key]
        return await promised

    async def predict_all(
        self, model: Reader, texts: Sequence[str], settings: SamplerSettings
    ) -> list[Prediction]:
        """What the model says of each text. Long ones wait for each other, so that one request
        does not hold all threads."""
        alone = asyncio.Lock()

        async def predict(text: str) -> Prediction:
            if len(text) <= SHORT:
                return await self.predict(model, text, settings)
            async with alone:
                return await self.predict(model, text, settings)

        return await asyncio.gather(*map(predict, texts))

    async def _read(self, model: Reader, key: _Key, group: list[_Waiting]) -> None:
        await asyncio.sleep(self._window)
        if self._waiting.get(key) is group:
            del self._waiting[key]
        wanted = [(text, promised) for text, promised in group if not promised.done()]
        if not wanted:
            return
        try:
            found = await run_in_threadpool(
                model.predict_together, [text for text, _ in wanted], key[2]
            )
        except Exception as error:
            for _, promised in wanted:
                if not promised.done():
                    promised.set_exception(error)
            return
        for (_, promised), prediction in zip(wanted, found, strict=True):
            if not promised.done():
                promised.set_result(prediction)
