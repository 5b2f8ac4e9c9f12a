"""How pages reach the thread that learns, where this process has one.

It is found by its database, and learns of changes by `storage.submitted_changes`. A process without
the thread leaves the learning to others.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from storage import submitted_changes
from storage.engine import Sessions

PATIENCE = 0.2
"""Seconds that a page waits for what was just submitted to be learnt before it opens the next
document."""


class Learner(Protocol):
    """See `app.services.suggestions.instant_learner.InstantLearner`."""

    def request(self, project_ids: Iterable[int] | None) -> None: ...

    def wait(self, project_id: int, seconds: float) -> bool: ...


_learners: dict[str, Learner] = {}


def register(sessions: Sessions, learner: Learner) -> None:
    """Make this process tell the learner what was submitted, and `wait` find it."""
    _learners[_address(sessions)] = learner
    submitted_changes.listen(sessions.kw["bind"], learner.request)


def wait(sessions: Sessions, project_id: int, seconds: float = PATIENCE) -> bool:
    """Wait so long, at most, for what was submitted to be learnt by this process; returns whether
    it is."""
    learner = _learners.get(_address(sessions))
    return learner is None or learner.wait(project_id, seconds)


def _address(sessions: Sessions) -> str:
    return str(sessions.kw["bind"].url)
