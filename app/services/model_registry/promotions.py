"""The log of which model version served when, and the way back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from app.services.model_registry.registry import PROMOTED, ModelRegistry, VersionView
from app.services.team.permissions import require_administrator
from storage.engine import Sessions
from storage.models import Event
from storage.repository import events, model_versions


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
    with sessions() as session:
        active = model_versions.active(session)
    if active is None:
        return None
    came = (m.before for m in log(sessions, None) if m.after == active.id and not m.back)
    return next(came, None)


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
