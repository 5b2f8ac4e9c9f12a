"""The log of which model version served when, and the way back."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from app.services.model_registry.registry import PROMOTED, ModelRegistry, VersionView
from app.services.team.permissions import require_administrator
from storage.engine import Sessions
from storage.models import Event
from storage.repository import events


class NoWayBackError(ValueError):
    """That no version served before the active one, and what to do instead."""


@dataclass(frozen=True, slots=True)
class Promotion:
    """One move of the active version."""

    at: datetime
    person: str
    before: int | None
    after: int
    why: str
    back: bool
    """Whether it took back an earlier one."""


def log(sessions: Sessions, limit: int | None = 100) -> tuple[Promotion, ...]:
    """Every move, the newest first."""
    with sessions() as session:
        return tuple(map(_read, events.of_action(session, PROMOTED, limit)))


def previous(sessions: Sessions) -> int | None:
    """The version that served before the active one was promoted; None if there is none.

    Going back twice goes two steps back: a return is never itself taken back by this.
    """
    served = _served(reversed(log(sessions, None)))
    return served[-2] if len(served) > 1 else None


def _served(moves: Iterable[Promotion]) -> list[int]:
    """The versions that led to the active one, oldest first: a promotion adds one, and a return
    takes away those after the version that it leads to."""
    served: list[int] = []
    for move in moves:
        if not served and move.before is not None:
            served.append(move.before)
        if move.back and move.after in served:
            while served[-1] != move.after:
                served.pop()
        else:
            served.append(move.after)
    return served


def roll_back(sessions: Sessions, why: str = "") -> VersionView:
    """Promotes `previous`, with everything that `ModelRegistry.promote` raises."""
    with sessions() as session:
        require_administrator(session)
    before = previous(sessions)
    if before is None:
        raise NoWayBackError(
            "no version was active before this one, so there is nothing to roll back to; `python "
            "-m app promote VERSION` makes any version active"
        )
    return ModelRegistry(sessions).promote(before, why, back=True)


def _read(event: Event) -> Promotion:
    detail = event.detail
    return Promotion(
        event.at,
        event.person,
        detail["from"],
        detail["to"],
        detail["why"],
        detail.get("back", False),
    )
