"""How services reach the thread that learns, where this process has one.

It is found by its database, so that whatever changes what is submitted can say so. A process
without the thread leaves the learning to others.
"""

from __future__ import annotations

from typing import Protocol

from storage.engine import Sessions

PATIENCE = 0.2
"""Seconds that a page waits for what was just submitted to be learnt before it opens the next
document."""


class Learner(Protocol):
    """See `app.services.suggestions.instant_learner.InstantLearner`."""

    def request(self, project_id: int) -> None: ...

    def wait(self, project_id: int, seconds: float) -> bool: ...


_learners: dict[str, Learner] = {}


def register(sessions: Sessions, learner: Learner) -> None:
    """Make `wake` and `wait` find the learner of this process."""
    _learners[_address(sessions)] = learner


def wake(sessions: Sessions, project_id: int) -> None:
    """Say that a project's submitted documents may have changed. To be called after the commit."""
    if learner := _learners.get(_address(sessions)):
        learner.request(project_id)


def wait(sessions: Sessions, project_id: int, seconds: float = PATIENCE) -> None:
    """Wait so long, at most, for what was submitted to be learnt by this process."""
    if learner := _learners.get(_address(sessions)):
        learner.wait(project_id, seconds)


def _address(sessions: Sessions) -> str:
    return str(sessions.kw["bind"].url)
