"""Bulk pre-annotation as people see it: start, watch, pause, resume, cancel.

Any number of workers carries it out, see `app.services.retraining.preannotation_worker`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from app.services.team.permissions import require
from storage.columns import now
from storage.engine import Sessions, writing
from storage.enums import PreannotationState
from storage.models import Preannotation
from storage.repository import events, model_versions, preannotations
from storage.repository.preannotations import Tally

BATCH = 16
"""Documents that a worker takes together: few, so that little waits for a worker that died."""


class PreannotationError(ValueError):
    """What keeps a pass from starting or changing, and what to do."""


@dataclass(frozen=True, slots=True)
class Pass:
    """One model version's pass over a project's documents."""

    id: int
    model_version_id: int
    person: str
    state: PreannotationState
    reason: str | None
    """Why a worker paused it."""
    documents: int
    tally: Tally
    created_at: datetime
    finished_at: datetime | None

    @property
    def open(self) -> bool:
        """Whether it runs or can go on."""
        return self.state in preannotations.OPEN


def start(sessions: Sessions, project_id: int, person: str, batch: int = BATCH) -> Pass:
    """Begins a pass of the active model over the documents that nobody has worked on; those held
    back are left out. Raises `PreannotationError`."""
    with writing(sessions) as session:
        require(session, project_id, "review", person)
        present = preannotations.latest(session, project_id)
        if present is not None and present.state in preannotations.OPEN:
            raise PreannotationError(
                f"a pre-annotation of this project is already {present.state}; wait for it, or "
                "cancel it first"
            )
        active = model_versions.active(session)
        if active is None:
            raise PreannotationError(
                "there is no active model; install one (SPANNEAL_MODEL) and try again"
            )
        run = preannotations.start(session, project_id, active.id, person, batch)
        if run is None:
            raise PreannotationError(
                f"nothing to pre-annotate with model version {active.id}: every document was "
                "predicted by it, worked on, or held out"
            )
        _note(session, run, "start", person)
        return _pass(session, run)


def latest(sessions: Sessions, project_id: int) -> Pass | None:
    """The newest pass over a project, however far it is; None where there never was one."""
    with sessions() as session:
        require(session, project_id, "review")
        run = preannotations.latest(session, project_id)
        return _pass(session, run) if run else None


def pause(sessions: Sessions, project_id: int, person: str) -> Pass:
    """No worker takes another document. What was predicted stands."""
    return _change(sessions, project_id, person, "pause", ("running",), "paused")


def resume(sessions: Sessions, project_id: int, person: str) -> Pass:
    return _change(sessions, project_id, person, "resume", ("paused",), "running")


def cancel(sessions: Sessions, project_id: int, person: str) -> Pass:
    """Ends the pass for good. What was predicted stands; another pass goes on from there."""
    return _change(sessions, project_id, person, "cancel", preannotations.OPEN, "cancelled")


def _change(
    sessions: Sessions,
    project_id: int,
    person: str,
    what: str,
    allowed: tuple[str, ...],
    state: PreannotationState,
) -> Pass:
    with writing(sessions) as session:
        require(session, project_id, "review", person)
        found = preannotations.latest(session, project_id)
        if found is None:
            raise PreannotationError(f"this project has no pre-annotation to {what}")
        run = preannotations.lock(session, found.id)
        if run.state not in allowed:
            raise PreannotationError(
                f"the pre-annotation is {run.state}; to {what}, it must be {' or '.join(allowed)}"
            )
        run.state, run.reason = state, None
        run.finished_at = now() if state == "cancelled" else None
        _note(session, run, what, person)
        return _pass(session, run)


def _note(session: Session, run: Preannotation, what: str, person: str) -> None:
    detail = {"pass": run.id, "model_version_id": run.model_version_id}
    action = f"{what} pre-annotation"
    events.record(session, person, action, project_id=run.project_id, detail=detail)


def _pass(session: Session, run: Preannotation) -> Pass:
    return Pass(
        run.id,
        run.model_version_id,
        run.person,
        run.state,
        run.reason,
        run.documents,
        preannotations.tally(session, run.id),
        run.created_at,
        run.finished_at,
    )
