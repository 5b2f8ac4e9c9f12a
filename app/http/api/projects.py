"""Projects, how they work, and their labels."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import BaseModel, ConfigDict, Field

from app.components.span_annotator.hotkeys import conflicts
from app.edit_operations import MAX_LABEL
from app.http.common.authentication import Caller, Calling
from app.http.common.errors import ApiError
from app.services.labels import changes, label_set
from app.services.labels.label_set import ProjectLabel
from app.services.labels.proposed import ProposedLabel
from app.services.operations import new_project, projects
from app.services.operations.projects import ProjectSettings, ProjectView
from app.services.retraining import auto_retrain
from app.services.team import assignment
from storage.enums import QueueOrder

router = APIRouter(tags=["projects"])
Id = Annotated[int, Path(ge=1, lt=2**31)]
_SPACES = r"\x00-\x20\x7f-\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
"""Control characters and Unicode's spaces: dialects of regular expressions differ about \\s."""
Name = Annotated[
    str,
    Field(
        min_length=1,
        max_length=new_project.LONGEST_NAME,
        pattern=rf"^[^\x00-\x1f]*[^{_SPACES}][^\x00-\x1f]*$",
        description="One line, not of spaces alone",
    ),
]
LabelName = Annotated[
    str,
    Field(
        min_length=1,
        max_length=MAX_LABEL,
        pattern=rf"^[^{_SPACES}]([^\x00-\x1f]*[^{_SPACES}])?$",
        description="Without line breaks or surrounding spaces",
    ),
]
Colour = Annotated[str, Field(pattern=r"^#[0-9a-fA-F]{6}$")]
Key = Annotated[str, Field(min_length=1, max_length=1)]
MOST_LABELS = 1_000
"""Of a request."""
_MOST_TEXT = 100_000


class ProjectOut(BaseModel):
    id: int
    name: str
    labels: list[str]
    settings: ProjectSettings


class NewProject(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: Name
    labels: Annotated[list[LabelName], Field(max_length=MOST_LABELS)] = []


class SettingsChange(BaseModel):
    """What is left out stays as it is."""

    model_config = ConfigDict(extra="forbid")

    guidelines: Annotated[str, Field(max_length=_MOST_TEXT)] = ""
    holdout_share: Annotated[float, Field(ge=0.05, le=0.5)] = projects.HOLDOUT_SHARE
    queue: QueueOrder = "arrival"
    nested: bool = True
    annotators: Annotated[int, Field(ge=1, le=assignment.MOST)] = 1
    retrain_after: Annotated[int, Field(ge=auto_retrain.LEAST, le=auto_retrain.MOST)] | None = None
    instant: bool = True


class NewLabel(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: LabelName
    color: Colour | None = None
    """One that is told apart from the other labels', where none is named."""
    description: Annotated[str, Field(max_length=_MOST_TEXT)] = ""


class LabelPatch(BaseModel):
    """What is left out stays as it is."""

    model_config = ConfigDict(extra="forbid")

    name: LabelName | None = None
    color: Colour | None = None
    key: Key | None = None
    """null takes the key away."""
    description: Annotated[str, Field(max_length=_MOST_TEXT)] | None = None


class Merged(BaseModel):
    documents: int
    """Whose entities were changed."""


class MergeInto(BaseModel):
    model_config = ConfigDict(extra="forbid")

    into: Annotated[int, Field(ge=1, lt=2**31)]


@router.get("/projects")
def list_projects(caller: Calling) -> list[ProjectOut]:
    """The projects that the token reaches."""
    return [_project(view, labels) for view, labels in projects.with_labels(caller.sessions)]


@router.post("/projects", status_code=201)
def create(new: NewProject, caller: Calling) -> ProjectOut:
    """A new project; an administrator's. 409 where the name is taken."""
    if caller.project_id is not None:
        raise ApiError(
            403,
            "this token is for one project and makes no others",
            got=new.name,
            remedy="Create a token without --project: python -m app token create --name NAME",
        )
    labels = [ProposedLabel(name) for name in dict.fromkeys(new.labels)]
    return _shown(caller, new_project.create(caller.sessions, new.name, labels))


@router.get("/projects/{project_id}")
def get(project_id: Id, caller: Calling) -> ProjectOut:
    """A project, its labels and how it works."""
    return _shown(caller, caller.reach(project_id))


@router.patch("/projects/{project_id}")
def configure(project_id: Id, change: SettingsChange, caller: Calling) -> ProjectOut:
    """Changes the settings that are named."""
    given = change.model_dump(exclude_unset=True)
    projects.configure(caller.sessions, caller.reach(project_id), given)
    return _shown(caller, project_id)


@router.get("/projects/{project_id}/labels")
def list_labels(project_id: Id, caller: Calling) -> tuple[ProjectLabel, ...]:
    """The labels in their order on the page."""
    projects.get(caller.sessions, caller.reach(project_id))
    return label_set.labels(caller.sessions, project_id)


@router.post("/projects/{project_id}/labels", status_code=201)
def add_label(project_id: Id, new: NewLabel, caller: Calling) -> ProjectLabel:
    """Adds a label. 409 if the project or its trash has it already."""
    projects.get(caller.sessions, caller.reach(project_id))
    label_set.add_label(
        caller.sessions, project_id, new.name, color=new.color, description=new.description
    )
    present = label_set.labels(caller.sessions, project_id)
    return next(label for label in present if label.name == new.name)


@router.patch("/projects/{project_id}/labels/{label_id}")
def change_label(project_id: Id, label_id: Id, change: LabelPatch, caller: Calling) -> ProjectLabel:
    """Renames a label in every document, or changes its colour, its key or its description: all
    that is named, or nothing. 409 where another label or an action of the page has the key."""
    project = projects.get(caller.sessions, caller.reach(project_id))
    given = {
        field: new
        for field, new in change.model_dump(exclude_unset=True).items()
        if new is not None or field == "key"
    }
    if key := given.get("key"):
        _require_free(label_id, key, project)
    return changes.revise(caller.sessions, project_id, label_id, given, caller.person)


@router.post("/projects/{project_id}/labels/{label_id}/merge")
def merge_label(project_id: Id, label_id: Id, wanted: MergeInto, caller: Calling) -> Merged:
    """Makes every entity of the label one of another's, and takes the label away."""
    caller.reach(project_id)
    merged = changes.merge(caller.sessions, project_id, label_id, wanted.into, caller.person)
    return Merged(documents=merged)


def _require_free(label_id: int, key: str, project: ProjectView) -> None:
    """Raises `ApiError` for a key that the page's own actions need; labels know each other's."""
    without = conflicts((), project.hotkeys)
    problems = conflicts([{"name": label_id, "key": key}], project.hotkeys)
    if wrong := [problem for problem in problems if problem not in without]:
        raise ApiError(
            409,
            f"a label cannot have this key: {wrong[0].rstrip('.')}",
            got=key,
            expected="a key that does nothing else",
            remedy="Choose another key, or null for none.",
        )


def _shown(caller: Caller, project_id: int) -> ProjectOut:
    view = projects.get(caller.sessions, project_id)
    names = [label.name for label in label_set.labels(caller.sessions, project_id)]
    return _project(view, names)


def _project(view: ProjectView, labels: Sequence[str]) -> ProjectOut:
    return ProjectOut(id=view.id, name=view.name, labels=list(labels), settings=view.settings)
