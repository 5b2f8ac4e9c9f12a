"""Who takes part in a project and who annotates which document, as `Client.team`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from .connection import Connection
from .records import read


@dataclass(frozen=True, slots=True)
class Member:
    name: str
    role: str
    """`annotator` or `reviewer`."""


@dataclass(frozen=True, slots=True)
class Assignment:
    """One person's part in one document."""

    document_id: int
    person: str
    status: str
    """Of the person's own work: `new`, `in_progress`, `submitted` or `skipped`."""


class Team:
    """The people of a project, who have accounts already. Every method raises as those of
    `Client`."""

    def __init__(self, server: Connection) -> None:
        self._server = server

    def members(self, project_id: int) -> list[Member]:
        """Each member and their role; a reviewer's."""
        answer = self._server.ask("GET", f"/projects/{project_id}/members")
        return [read(Member, item) for item in answer]

    def set_role(self, project_id: int, name: str, role: str) -> Member:
        """Makes somebody `annotator` or `reviewer` of the project; an administrator's."""
        path = f"/projects/{project_id}/members/{quote(name, safe='')}"
        return read(Member, self._server.ask("PUT", path, json={"role": role}))

    def remove(self, project_id: int, name: str) -> None:
        """Ends somebody's part in the project; what they did stays. An administrator's."""
        self._server.ask("DELETE", f"/projects/{project_id}/members/{quote(name, safe='')}")

    def assignments(self, project_id: int) -> list[Assignment]:
        """Who has which document where several people annotate each; a reviewer's."""
        answer = self._server.ask("GET", f"/projects/{project_id}/assignments")
        return [read(Assignment, item) for item in answer]

    def assign(self, project_id: int, people: Sequence[str], documents: Sequence[int]) -> int:
        """Gives each of the documents to each of the people; returns how many parts are new. A
        reviewer's."""
        return self._assign(project_id, {"people": list(people), "documents": list(documents)})

    def assign_next(self, project_id: int, people: Sequence[str], number: int) -> int:
        """The same of the oldest `number` documents that none of the people has."""
        return self._assign(project_id, {"people": list(people), "next": number})

    def withdraw(self, document_id: int, name: str) -> None:
        """Takes back a document that its person has not touched; a reviewer's."""
        self._server.ask("DELETE", f"/documents/{document_id}/assignments/{quote(name, safe='')}")

    def _assign(self, project_id: int, body: dict[str, Any]) -> int:
        answer = self._server.ask("POST", f"/projects/{project_id}/assignments", json=body)
        new: int = answer["new"]
        return new
