"""Who works on which document: claims, and who annotates it where several people do.

With one annotator a document, opening it claims it for a while: the queue sends nobody else there.
With several, each has an own part (`app.services.annotation.tasks`), which who opens a document
takes where one is free, or which a reviewer gives to named people.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from sqlalchemy.orm import Session

from app.services.annotation import tasks
from app.services.annotation.tasks import AnnotationTask
from app.services.team.permissions import NotAllowedError, doer, lock_document, require
from storage.columns import now
from storage.engine import Sessions, writing
from storage.models import Assignment, Document, Project
from storage.repository import assignments, claims, documents, events, members, projects
from storage.repository.assignments import Given
from storage.repository.projects import ProjectState

CLAIM = timedelta(minutes=15)
"""How long a document is its opener's after the last operation."""
FRESH = timedelta(minutes=1)
"""A claim this young is not renewed: looking writes nothing, and a save nothing but itself."""
TAKEN = timedelta(hours=24)
"""When a part that was taken and never touched goes to somebody else."""
MOST = 20
"""People a document."""


class AssignmentError(ValueError):
    """What keeps documents from being given to people, or taken back, as they are now."""


class FullError(NotAllowedError):
    """Other people annotate the document, and each of them unseen."""


@dataclass(frozen=True, slots=True)
class Load:
    """What one person has."""

    person: str
    open: int
    submitted: int
    skipped: int


def entered(task: AnnotationTask, person: str) -> bool:
    """Whether opening the document changes nothing about who has it."""
    document = task.document
    if task.blind:
        return task.begun and not _lapsed(task.standing)
    if document.status == "submitted" or holder(document, person):
        return True
    return _is_fresh(document, person)


def _is_fresh(document: Document, person: str) -> bool:
    until = document.claimed_until
    return document.claimed_by == person and until is not None and until > now() + CLAIM - FRESH


def _lapsed(part: Document | Assignment) -> bool:
    """Whether a part was taken, not touched, and is anybody's by now."""
    until = part.claimed_until
    return part.status == "new" and until is not None and until < now()


def enter(
    session: Session, document: Document, person: str, project: ProjectState | None = None
) -> AnnotationTask:
    """The person opens the document, which is locked: they claim it, or take a part in it.
    `project` is its project, where that was read already.

    Raises `FullError` where as many people as are wanted have it already.
    """
    task = tasks.find(session, document, person, project)
    if not task.blind:
        claim(session, document, person)
        return task
    if task.begun and not _lapsed(task.standing):
        return task
    assignments.drop_expired(session, document.id)
    if len(assignments.of_document(session, document.id)) >= task.wanted:
        raise FullError(
            f"{document.name!r} already has its {task.wanted} annotators, who work independently; "
            "open another document, or ask a reviewer to assign this one to you"
        )
    assignment = assignments.add(session, document.id, person, now() + TAKEN)
    return replace(task, standing=assignment)


def claim(session: Session, document: Document, person: str) -> None:
    """Makes a document the person's for a while, unless somebody else has it."""
    if document.status == "submitted" or _is_fresh(document, person):
        return
    if holder(document, person) is None:
        claims.put(session, document, person, now() + CLAIM)


def leave(sessions: Sessions, document_id: int, person: str) -> None:
    """Gives back a document that the person opened and did nothing to: it waits for whoever comes
    next. What they began stays theirs for a while, and what they were given for good."""
    with writing(sessions, beside_others=True) as session:
        document = lock_document(session, document_id)
        require(session, document.project_id, "annotate", person)
        task = tasks.find(session, document, person)
        if task.standing.status != "new":
            return
        if not task.blind and document.claimed_by == person:
            claims.put(session, document, None, None)
        elif isinstance(task.standing, Assignment) and task.standing.claimed_until:
            task.standing.claimed_until = now()


def holder(document: Document, person: str) -> str | None:
    """Who else works on the document now."""
    until = document.claimed_until
    return (
        document.claimed_by if document.claimed_by != person and until and until > now() else None
    )


def set_annotators(sessions: Sessions, project_id: int, number: int) -> None:
    """`change_annotators` in a transaction of its own."""
    with writing(sessions) as session:
        require(session, project_id, "review")
        if change_annotators(session, projects.get(session, project_id), number):
            detail = {"annotators": number}
            events.record(session, doer(session), "settings", project_id=project_id, detail=detail)


def change_annotators(session: Session, project: Project, number: int) -> bool:
    """Says how many people annotate each document; returns whether that is new. What people did
    stays: a document that was submitted is decided, and a draft that all shared comes back when
    one is enough again."""
    if not 1 <= number <= MOST:
        raise ValueError(f"a document takes 1 to {MOST} annotators, got {number}")
    if project.annotators == number:
        return False
    project.annotators = number
    session.flush()
    if number > 1:
        for document in claims.with_parts(session, project.id):
            assignments.sum_up(session, document, number)
    return True


def assign(
    sessions: Sessions, project_id: int, people: Sequence[str], document_ids: Collection[int]
) -> int:
    """Gives each of the documents to each of the people, for good; returns how many parts are new.

    Raises `AssignmentError` in a project of one annotator a document, and `LookupError` for a
    person who may not annotate in it, or a document that is not there.
    """
    with writing(sessions) as session:
        require(session, project_id, "review")
        return _assign(session, project_id, people, document_ids)


def assign_next(sessions: Sessions, project_id: int, people: Sequence[str], number: int) -> int:
    """The same of the oldest `number` documents that are not done, lack as many annotators as there
    are people, and that none of them has."""
    with writing(sessions) as session:
        require(session, project_id, "review")
        wanted = assignments.annotators(session, project_id)
        ids = assignments.lacking(session, project_id, wanted - len(people), people, number)
        if wanted > 1 and not ids:
            raise AssignmentError(
                f"no open document needs {len(people)} more of its {wanted} annotators; choose "
                "fewer people, or raise the number in the settings"
            )
        return _assign(session, project_id, people, ids)


def withdraw(sessions: Sessions, document_id: int, person: str) -> None:
    """Takes back a part that was not touched. Raises `AssignmentError` where work is in it."""
    with writing(sessions) as session:
        document = documents.lock(session, document_id)
        require(session, document.project_id, "review")
        assignment = assignments.of_person(session, document_id, person)
        if assignment is None:
            return
        if assignment.status != "new":
            raise AssignmentError(
                f"{person!r} has worked on {document.name!r}; that assignment cannot be removed"
            )
        session.delete(assignment)
        session.flush()
        wanted = assignments.annotators(session, document.project_id)
        assignments.sum_up(session, document, wanted)
        events.record(
            session,
            doer(session),
            "withdrawn",
            project_id=document.project_id,
            document_id=document_id,
            detail={"people": [person]},
        )


def given(sessions: Sessions, project_id: int) -> Sequence[Given]:
    """Who has which document, and how far they are."""
    with sessions() as session:
        require(session, project_id, "review")
        return assignments.given(session, project_id)


def loads(parts: Sequence[Given]) -> list[Load]:
    """The same by person, by name."""
    found = []
    for person in sorted({part.person for part in parts}):
        states = [part.status for part in parts if part.person == person]
        open_ = states.count("new") + states.count("in_progress")
        found.append(Load(person, open_, states.count("submitted"), states.count("skipped")))
    return found


def candidates(sessions: Sessions, project_id: int) -> list[str]:
    """Who can be given documents: the members, and who has some."""
    with sessions() as session:
        require(session, project_id, "review")
        named = {user.name for user, _ in members.of_project(session, project_id)}
        return sorted(named | {part.person for part in assignments.given(session, project_id)})


def _assign(
    session: Session, project_id: int, people: Sequence[str], document_ids: Collection[int]
) -> int:
    """Locks the documents, so that who opens one meanwhile is counted, or finds it full; in the
    order of their numbers, so that no two ever wait for each other."""
    wanted = assignments.annotators(session, project_id)
    if wanted == 1:
        raise AssignmentError(
            "in this project everybody shares one draft per document, so there is nothing to "
            "assign; set the number of annotators to 2 or more first"
        )
    _check(session, project_id, people)
    ids = sorted(set(document_ids))
    new = 0
    for document_id in ids:
        document = documents.lock(session, documents.get(session, document_id).id)
        if document.project_id != project_id:
            raise LookupError(f"document {document_id} is in another project")
        new += sum(_give(session, document_id, person) for person in people)
        assignments.sum_up(session, document, wanted)
    detail = {"people": list(people), "documents": ids}
    events.record(session, doer(session), "assigned", project_id=project_id, detail=detail)
    return new


def _check(session: Session, project_id: int, people: Sequence[str]) -> None:
    """Where there are accounts, who is given a document must be able to open it."""
    known = claims.able(session, project_id)
    missing = [person for person in people if known and person not in known]
    if missing or not people:
        raise LookupError(
            f"{', '.join(map(repr, missing)) or 'nobody'} cannot annotate in this project; "
            f"expected one of {', '.join(sorted(known)) or 'anybody, by name'}"
        )


def _give(session: Session, document_id: int, person: str) -> bool:
    assignment = assignments.of_person(session, document_id, person)
    if assignment is None:
        assignments.add(session, document_id, person, None)
        return True
    assignment.claimed_until = None
    return False
