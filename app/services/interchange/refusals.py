"""Requests of other tools that were refused since this process started.

Label Studio and INCEpTION do not show their people what a program answered, so the page does. Kept
in memory alone: the log has every refusal, too.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime

from app.services.team.permissions import require
from storage.columns import now
from storage.engine import Sessions

MOST = 500
"""Kinds of refusals that are remembered: whoever has no token can cause some."""
LONGEST = 400


@dataclass(frozen=True, slots=True)
class Refusal:
    """One reason for which what a tool sent did not come in."""

    project_id: int
    tool: str
    reason: str
    number: int
    """How often."""
    last: datetime


_noted: OrderedDict[tuple[int, str, str], Refusal] = OrderedDict()
_lock = threading.Lock()


def note(project_id: int, tool: str, reason: str) -> int:
    """Counts what was refused, and returns how often it was for this reason."""
    key = project_id, tool, reason[:LONGEST]
    with _lock:
        number = _noted[key].number + 1 if key in _noted else 1
        _noted[key] = Refusal(*key, number, now())
        _noted.move_to_end(key)
        while len(_noted) > MOST:
            _noted.popitem(last=False)
        return number


def of_project(sessions: Sessions, project_id: int) -> list[Refusal]:
    """What was refused in a project, the newest first. Raises `NotAllowedError`."""
    with sessions() as session:
        require(session, project_id, "review")
    with _lock:
        noted = list(_noted.values())
    return [refusal for refusal in reversed(noted) if refusal.project_id == project_id]


def dismiss(sessions: Sessions, project_id: int) -> None:
    """Forgets them, once somebody has seen them. Raises `NotAllowedError`."""
    with sessions() as session:
        require(session, project_id, "review")
    with _lock:
        for key in [key for key in _noted if key[0] == project_id]:
            del _noted[key]
