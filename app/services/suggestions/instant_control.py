"""How far a project's learning is, and its switch."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from app.services.suggestions import instant_plan
from app.services.suggestions.instant_lessons import InstantLearning
from app.services.suggestions.predictor import active_predictor
from app.services.team.permissions import doer, require
from storage.engine import Sessions, writing
from storage.repository import events, model_versions, projects


class NotLearningError(ValueError):
    """What keeps a project from learning, and what to do about it."""


@dataclass(frozen=True, slots=True)
class InstantStatus:
    """What a project has learnt on top of the active model."""

    on: bool
    model_version: int | None
    """None where no model is active."""
    learnt: int
    """Documents that were learnt."""
    to_learn: int
    """Documents that are to be learnt or taken back."""
    failed: int
    """Documents that cannot be learnt; the server's log says why."""


def status(sessions: Sessions, project_id: int) -> InstantStatus:
    """Raises LookupError where there is no such project."""
    with sessions() as session:
        project = projects.get(session, project_id)
        require(session, project_id, "annotate")
        active = model_versions.active(session)
        if active is None:
            return InstantStatus(project.instant, None, 0, 0, 0)
        found = instant_plan.difference(session, project_id, active.id)
        to_learn = len(found.new.keys() | found.gone.keys()) if project.instant else 0
        return InstantStatus(
            project.instant, active.id, len(found.learnt), to_learn, len(found.failed)
        )


def switch(sessions: Sessions, project_id: int, on: bool) -> None:
    """Make the project learn from every submitted document, or not. What was learnt is kept, and
    suggests nothing while it is off. Raises LookupError where there is no such project."""
    with writing(sessions) as session:
        project = projects.get(session, project_id)
        require(session, project_id, "review")
        if project.instant != on:
            project.instant = on
            detail = {"instant": on}
            events.record(session, doer(session), "settings", project_id=project_id, detail=detail)


def rebuild(sessions: Sessions, project_id: int) -> Iterator[InstantStatus]:
    """Forget what was learnt and learn all submitted documents anew, here; yields how far it is.

    Raises LookupError where there is no such project, and NotLearningError where it does not learn,
    no model is active, or another process is learning it just now.
    """
    with sessions() as session:
        project = projects.get(session, project_id)
        require(session, project_id, "review")
        on = project.instant
    predictor = active_predictor(sessions)
    if not on or predictor is None:
        reason = "no model is active" if on else "the project does not learn"
        raise NotLearningError(
            f"{reason}, so there is nothing to rebuild; "
            + ("set SPANNEAL_MODEL to one" if on else "switch it on first")
        )
    model, learning = predictor.in_background(), InstantLearning(sessions)
    if not learning.forget(project_id, model.model_version_id):
        raise NotLearningError(
            "another process is learning this project's documents; try again in a minute"
        )
    while learning.step(project_id, model) == "learnt":
        yield status(sessions, project_id)
    learning.rest(project_id, model.model_version_id)
