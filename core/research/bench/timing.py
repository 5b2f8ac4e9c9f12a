"""Timers: jobs measured in turns, and the time of a model's parts inside a run."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from typing import Any

import torch


def now(device: torch.device) -> float:
    """Seconds on a clock, after all queued work of the device is done."""
    if device.type != "cpu":
        torch.accelerator.synchronize(device)
    return time.perf_counter()


def interleaved(
    jobs: Mapping[str, Callable[[], object]],
    rounds: int,
    device: torch.device,
    clock: Callable[[], float] | None = None,
) -> dict[str, float]:
    """The median seconds of each job. The jobs take turns in every round, so that drift of the
    machine affects all alike; the first round is a warm-up. Without a `clock`, wall time is
    measured, including the device's queued work."""
    read = clock or partial(now, device)
    times: dict[str, list[float]] = {name: [] for name in jobs}
    for number in range(rounds + 1):
        for name, job in jobs.items():
            start = read()
            job()
            if number:
                times[name].append(read() - start)
    return {name: statistics.median(measured) for name, measured in times.items()}


class Stopwatch:
    """Seconds by part; a part called inside another is not counted twice."""

    def __init__(self, device: torch.device) -> None:
        self.device = device
        self.seconds: dict[str, float] = {}
        self._running = False

    @contextmanager
    def watching(self, parts: Mapping[str, tuple[object, str]]) -> Iterator[None]:
        """Time the methods `parts`, given as name → (object, method name), inside the block."""
        for name, (owner, method) in parts.items():
            setattr(owner, method, self._timed(name, getattr(owner, method)))
        try:
            yield
        finally:
            for owner, method in parts.values():
                delattr(owner, method)  # what hid the class's own

    def _timed(self, name: str, call: Callable[..., Any]) -> Callable[..., Any]:
        self.seconds[name] = 0.0

        def timed(*args: Any, **kwargs: Any) -> Any:
            if self._running:
                return call(*args, **kwargs)
            self._running = True
            start = now(self.device)
            try:
                return call(*args, **kwargs)
            finally:
                self.seconds[name] += now(self.device) - start
                self._running = False

        return timed
