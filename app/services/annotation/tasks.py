"""Whose work on a document something is: everybody's, in one draft that all share; or, where
several people annotate each document, one person's own, which the others do not see."""

from __future__ import annotations

from dataclasses import dataclass, replace

from sqlalchemy.orm import Session

from storage.enums import DocumentStatus
from storage.models import Assignment, Document
from storage.repository import assignments
from storage.repository.projects import ProjectState
from storage.repository.shown_projects import ShownProject


@dataclass(frozen=True, slots=True)
class AnnotationTask:
    """One draft of a document, and where it stands."""

    document: Document
    standing: Document | Assignment
    """Holds the work's status, version, comment and reason for skipping."""
    owner: str | None = None
    """Whose alone it is; None: everybody's."""
    wanted: int = 1
    """How many people annotate the document."""
    project: ProjectState | None = None
    """Where that was read already, and its labels stay what they are meanwhile."""

    @property
    def shown(self) -> ShownProject | None:
        """The project as a page shows it, where it was read so."""
        return self.project if isinstance(self.project, ShownProject) else None

    @property
    def id(self) -> int:
        return self.document.id

    @property
    def blind(self) -> bool:
        return self.owner is not None

    @property
    def begun(self) -> bool:
        """Whether the person was given the document, where that is needed."""
        return isinstance(self.standing, Document) or self.standing.id is not None

    def move(self, session: Session, status: DocumentStatus) -> None:
        self.standing.status = status
        self.sum_up(session)

    def sum_up(self, session: Session) -> None:
        """Makes the document's own status follow, where it is several people's."""
        if self.blind:
            session.flush()
            assignments.sum_up(session, self.document, self.wanted)


def find(
    session: Session, document: Document, person: str, project: ProjectState | None = None
) -> AnnotationTask:
    """The person's work on a document, to look at; untouched where they have no part in it yet.
    `project` is its project, where that was read already."""
    annotators = project and project.annotators
    wanted = annotators or assignments.annotators(session, document.project_id)
    if wanted == 1:
        return AnnotationTask(document, document, project=project)
    return replace(of_person(session, document, person, wanted), project=project)


def of_person(session: Session, document: Document, person: str, wanted: int) -> AnnotationTask:
    """The person's own draft of the document, however the project works now."""
    assignment = assignments.of_person(session, document.id, person)
    return AnnotationTask(document, assignment or _untouched(document, person), person, wanted)


def claim(
    session: Session, document: Document, person: str, project: ProjectState | None = None
) -> AnnotationTask:
    """The same, to change: who acts has a part in the document from then on, so that nothing that
    somebody did is ever refused for want of room. The document is locked."""
    task = find(session, document, person, project)
    if task.begun:
        return task
    return replace(task, standing=assignments.add(session, document.id, person, None))


def _untouched(document: Document, person: str) -> Assignment:
    return Assignment(
        document_id=document.id, person=person, status="new", version=0, comment="", skip_reason=""
    )
