"""The texts that wait for the model: bounded for each person and in all; people take turns."""

from __future__ import annotations

import asyncio
from collections import Counter, OrderedDict, deque
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from typing import Any

from app.http.common.errors import ApiError
from app.http.common.limits import COST_CHARACTERS, cost

MOST_OF_PERSON = 400
"""Cost of what a person's programs may have waiting: two of the longest texts."""
MOST_IN_ALL = 1_200
"""Cost of what may wait in all: the work of a few minutes on a CPU."""
TOGETHER = 16
"""Texts in a call of the model."""
TOGETHER_CHARACTERS = 2_000
"""Code points in a call of the model: while it lasts, a person at the page waits."""
ModelCall = Callable[[Sequence[str], Callable[[], bool]], Sequence[Any]]
"""Answers texts, in order; may stop once nobody waits for them."""


@dataclass(eq=False, slots=True)
class Job:
    """A text that waits for its answer."""

    person: str
    text: str
    call: ModelCall
    group: Hashable | None
    """Texts of one group can be answered in one call; None: alone."""
    answer: asyncio.Future[Any] = field(default_factory=asyncio.Future)

    @property
    def cost(self) -> int:
        return cost(self.text)


class PredictionQueue:
    """The jobs of one event loop. A job that is answered or cancelled makes room at once."""

    def __init__(self) -> None:
        self._waiting: OrderedDict[str, deque[Job]] = OrderedDict()
        self._open: Counter[str] = Counter()
        """The cost of what is not answered yet, by person."""

    def add(self, jobs: Sequence[Job]) -> None:
        """All jobs of a person's request, or none: then raises `ApiError`."""
        if jobs and not self._has_room(jobs[0].person, sum(job.cost for job in jobs)):
            raise _full()
        for job in jobs:
            self._open[job.person] += job.cost
            self._waiting.setdefault(job.person, deque()).append(job)
            job.answer.add_done_callback(lambda _, job=job: self._done(job))  # type: ignore[misc]

    def next(self) -> list[Job]:
        """The job that has waited longest of the person whose turn it is, and those of all that can
        be answered together with it; none once all are answered."""
        while self._waiting:
            person, jobs = next(iter(self._waiting.items()))
            job = jobs.popleft()
            self._waiting.move_to_end(person)
            self._forget(person)
            if not job.answer.done():
                return [job, *self._companions(job)]
        return []

    def _companions(self, first: Job) -> list[Job]:
        found: list[Job] = []
        room = TOGETHER_CHARACTERS - len(first.text)
        candidates = [job for jobs in self._waiting.values() for job in jobs]
        for job in candidates if first.group is not None else ():
            fits = job.group == first.group and len(job.text) <= room
            if fits and not job.answer.done() and len(found) < TOGETHER - 1:
                room -= len(job.text)
                found.append(job)
        for job in found:
            self._waiting[job.person].remove(job)
            self._forget(job.person)
        return found

    def _has_room(self, person: str, more: int) -> bool:
        in_all = self._open.total() + more
        return self._open[person] + more <= MOST_OF_PERSON and in_all <= MOST_IN_ALL

    def _done(self, job: Job) -> None:
        self._open[job.person] -= job.cost
        if not self._open[job.person]:
            del self._open[job.person]
        jobs = self._waiting.get(job.person)
        if jobs and job in jobs:
            jobs.remove(job)
        self._forget(job.person)

    def _forget(self, person: str) -> None:
        if person in self._waiting and not self._waiting[person]:
            del self._waiting[person]


def _full() -> ApiError:
    return ApiError(
        429,
        "too many texts are waiting for the model",
        expected=f"at most {MOST_OF_PERSON * COST_CHARACTERS} code points of a person's programs "
        f"at a time, {MOST_IN_ALL * COST_CHARACTERS} in all; a shorter text counts as "
        f"{COST_CHARACTERS}",
        remedy="Wait for the answers, and send less at a time.",
    )
