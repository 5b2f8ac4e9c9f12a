"""Whether a project learns from every submitted document, and how far it is."""

from __future__ import annotations

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict

from app.http.api.projects import Id
from app.http.common.authentication import Calling
from app.services.suggestions import instant_control
from app.services.suggestions.instant_control import InstantStatus

router = APIRouter(tags=["instant"])


class Switch(BaseModel):
    model_config = ConfigDict(extra="forbid")

    on: bool


@router.get("/projects/{project_id}/instant")
def status(project_id: Id, caller: Calling) -> InstantStatus:
    """Whether the project learns from every submitted document, and how many it has learnt."""
    return instant_control.status(caller.sessions, caller.reach(project_id))


@router.put("/projects/{project_id}/instant")
def switch(project_id: Id, wanted: Switch, caller: Calling) -> InstantStatus:
    """Makes the project learn from every submitted document, or not."""
    instant_control.switch(caller.sessions, caller.reach(project_id), wanted.on)
    return instant_control.status(caller.sessions, project_id)
