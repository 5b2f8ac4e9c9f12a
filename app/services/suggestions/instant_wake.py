"""How pages reach the thread that learns, where this process has one.

It is found by its database, and learns of changes by `storage.submitted_changes`. A process without
the thread leaves the learning to others.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from storage import submitted_changes
from storage.engine import Sessions
from storage.repository import instant, model_versions

PATIENCE = 0.2
"""Seconds that a page waits for what was just submitted to be learnt before it opens the next
document."""
FIRST = 5
"""Documents of a project that teach the most: until so many are learnt, a page waits longer."""
FIRST_PATIENCE = 2.0
"""Seconds that it waits then; to learn a document takes about half a second, and without what it
taught the next one may have no suggestions at all."""


class Learner(Protocol):
    """See `app.services.suggestions.instant_learner.InstantLearner`."""

    def request(self, project_ids: Iterable[int] | None) -> None: ...

    def wait(self, project_id: int, seconds: float) -> bool: ...


_learners: dict[str, Learner] = {}


def register(sessions: Sessions, learner: Learner) -> None:
    """Make this process tell the learner what was submitted, and `wait` find it."""
    _learners[_address(sessions)] = learner
    submitted_changes.listen(sessions.kw["bind"], learner.request)


def caught_up(sessions: Sessions, project_id: int) -> bool:
    """Whether this process has learnt whatever was submitted; it does not wait for it."""
    learner = _learners.get(_address(sessions))
    return learner is None or learner.wait(project_id, 0)


def wait(sessions: Sessions, project_id: int) -> bool:
    """Wait a moment, at most, for what was submitted to be learnt by this process; longer for the
    first documents of a project. Returns whether the next one may stay without what is missing: it
    is not of the first."""
    learner = _learners.get(_address(sessions))
    if learner is None or learner.wait(project_id, PATIENCE):
        return True
    if _learnt(sessions, project_id) >= FIRST:
        return True
    return learner.wait(project_id, FIRST_PATIENCE - PATIENCE)


def _learnt(sessions: Sessions, project_id: int) -> int:
    """How many documents suggest on top of the active model version."""
    with sessions() as session:
        active = model_versions.active(session)
        published = instant.published(session, project_id, active.id) if active else None
        return published.documents if published else 0


def _address(sessions: Sessions) -> str:
    return str(sessions.kw["bind"].url)
