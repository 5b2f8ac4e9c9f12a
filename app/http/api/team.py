"""Who takes part in a project, and who annotates which document."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import BaseModel, ConfigDict, Field

from app.http.api.projects import Id
from app.http.common.authentication import Calling
from app.services.operations import projects
from app.services.team import assignment, members
from storage.enums import DocumentStatus, Role

router = APIRouter(tags=["team"])
Person = Annotated[str, Path(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f/]+$")]
_MOST_DOCUMENTS = 20_000


class MemberOut(BaseModel):
    name: str
    role: Role


class NewRole(BaseModel):
    model_config = ConfigDict(extra="forbid")

    role: Role


class AssignmentOut(BaseModel):
    document_id: int
    person: str
    status: DocumentStatus


_People = Annotated[
    list[Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]+$")]],
    Field(min_length=1, max_length=assignment.MOST),
]


class These(BaseModel):
    """Documents by their numbers."""

    model_config = ConfigDict(extra="forbid")

    people: _People
    documents: Annotated[
        list[Annotated[int, Field(ge=1, lt=2**31)]], Field(min_length=1, max_length=_MOST_DOCUMENTS)
    ]


class Next(BaseModel):
    """So many of the oldest documents that none of the people has."""

    model_config = ConfigDict(extra="forbid")

    people: _People
    next: Annotated[int, Field(ge=1, le=_MOST_DOCUMENTS)]


class Assigned(BaseModel):
    new: int
    """Parts that nobody had before."""


@router.get("/projects/{project_id}/members")
def list_members(project_id: Id, caller: Calling) -> list[MemberOut]:
    """Each member and their role; a reviewer's."""
    projects.get(caller.sessions, caller.reach(project_id))
    return [
        MemberOut(name=name, role=role)
        for name, role in members.of_project(caller.sessions, project_id).items()
    ]


@router.put("/projects/{project_id}/members/{person}")
def set_role(project_id: Id, person: Person, wanted: NewRole, caller: Calling) -> MemberOut:
    """Gives somebody with an account a role in the project; an administrator's."""
    projects.get(caller.sessions, caller.reach(project_id))
    members.assign(caller.sessions, project_id, person, wanted.role)
    return MemberOut(name=person, role=wanted.role)


@router.delete("/projects/{project_id}/members/{person}", status_code=204)
def remove(project_id: Id, person: Person, caller: Calling) -> None:
    """Ends somebody's part in the project; what they did stays. An administrator's."""
    projects.get(caller.sessions, caller.reach(project_id))
    members.assign(caller.sessions, project_id, person, None)


@router.get("/projects/{project_id}/assignments")
def list_assignments(project_id: Id, caller: Calling) -> list[AssignmentOut]:
    """Who has which document, and how far they are; a reviewer's."""
    projects.get(caller.sessions, caller.reach(project_id))
    return [
        AssignmentOut.model_validate(part, from_attributes=True)
        for part in assignment.given(caller.sessions, project_id)
    ]


@router.post("/projects/{project_id}/assignments")
def assign(project_id: Id, wanted: These | Next, caller: Calling) -> Assigned:
    """Gives documents to people, where several annotate each document; a reviewer's."""
    projects.get(caller.sessions, caller.reach(project_id))
    if isinstance(wanted, These):
        new = assignment.assign(caller.sessions, project_id, wanted.people, wanted.documents)
    else:
        new = assignment.assign_next(caller.sessions, project_id, wanted.people, wanted.next)
    return Assigned(new=new)


@router.delete("/documents/{document_id}/assignments/{person}", status_code=204)
def withdraw(document_id: Id, person: Person, caller: Calling) -> None:
    """Takes back a document that its person has not touched; a reviewer's."""
    assignment.withdraw(caller.sessions, document_id, person)
