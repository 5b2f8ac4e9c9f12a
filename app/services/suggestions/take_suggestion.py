"""Take a suggestion of the Review page: an ordinary correction of a submitted document, and the way
back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy.orm import Session

from app.editing import EditError
from app.services.annotation import audit_log, drafts, history, tasks
from app.services.annotation.annotation import take_up
from app.services.annotation.apply import apply_operations, summed
from app.services.annotation.batch import parse_batch
from app.services.annotation.tasks import AnnotationTask
from app.services.suggestions.label_review import Suspect
from app.services.team.permissions import require
from core.types import key_of
from storage.engine import Sessions, writing
from storage.repository import annotation_sets, documents


@dataclass(frozen=True, slots=True)
class Taken:
    """A suggestion that was taken."""

    suspect: Suspect
    set_id: int
    """The document's submitted set since."""
    before: int
    """The version of the document that can be restored."""
    after: int


def apply_suggestion(sessions: Sessions, suspect: Suspect, person: str) -> Taken:
    """Correct the document as suggested and submit it again, in one transaction. The history has
    every step.

    Raises `EditError` where the document is no longer as it was checked, or several people
    annotate it; then nothing has changed.
    """
    with writing(sessions, beside_others=True) as session:
        task = _submitted(session, suspect.document_id, suspect.set_id, person)
        before = task.standing.version
        take_up(session, task, person, review="suggestion taken")
        client = audit_log.server_client()
        _apply(session, task, client, _operations(session, task, suspect, client), person)
        return Taken(suspect, _set_id(session, task), before, task.standing.version)


def take_back(sessions: Sessions, taken: Taken, person: str) -> Suspect:
    """Restore the document as it was before, and submit it again; the suspect has the number of its
    new set. Raises as `apply_suggestion`."""
    document_id = taken.suspect.document_id
    with writing(sessions, beside_others=True) as session:
        task = _submitted(session, document_id, taken.set_id, person)
        take_up(session, task, person, review="suggestion taken back")
        try:
            history.restore(session, task, taken.before, person, task.standing.version)
        except history.HistoryError as reason:
            raise EditError(str(reason)) from reason
        _apply(session, task, audit_log.server_client(), [{"op": "submit"}], person)
        return replace(taken.suspect, set_id=_set_id(session, task))


def _submitted(session: Session, document_id: int, set_id: int, person: str) -> AnnotationTask:
    """The document, locked, whose submitted set must still be this one."""
    document = documents.lock(session, document_id)
    require(session, document.project_id, "review", person)
    task = tasks.find(session, document, person)
    if task.blind:
        raise EditError(
            "several people annotate this document independently; decide it on the Agreement page"
        )
    newest = annotation_sets.submitted_of(session, document_id)
    if task.standing.status != "submitted" or newest is None or newest.id != set_id:
        raise EditError("the document has changed since it was checked; check it again")
    return task


def _operations(
    session: Session, task: AnnotationTask, suspect: Suspect, client: str
) -> list[dict[str, Any]]:
    accepted, instead = suspect.entity, suspect.instead
    if accepted is None:
        assert instead is not None  # a suspect has the one or the other
        fields = {"start": instead.start, "end": instead.end, "label": instead.label}
        return [{"op": "add", "id": f"{client}-1", **fields}, {"op": "submit"}]
    span = next(
        (
            span
            for span in drafts.load(session, task).spans
            if span.status == "accepted" and key_of(span) == accepted.key
        ),
        None,
    )
    if span is None:
        raise EditError("the entity is no longer there; check the document again")
    if instead is None:
        return [{"op": "delete", "id": span.id}, {"op": "submit"}]
    ops: list[dict[str, Any]] = []
    if (instead.start, instead.end) != (accepted.start, accepted.end):
        ops.append({"op": "move", "id": span.id, "start": instead.start, "end": instead.end})
    if instead.label != accepted.label:
        ops.append({"op": "relabel", "id": span.id, "label": instead.label})
    return [*ops, {"op": "submit"}]


def _apply(
    session: Session,
    task: AnnotationTask,
    client: str,
    ops: Sequence[dict[str, Any]],
    person: str,
) -> None:
    numbered = [{"seq": seq, **op} for seq, op in enumerate(ops, 1)]
    outcome = apply_operations(session, task, parse_batch(client, numbered), person)
    if refusal := summed(outcome.refusals):
        raise EditError(refusal)


def _set_id(session: Session, task: AnnotationTask) -> int:
    newest = annotation_sets.submitted_of(session, task.id)
    assert newest is not None
    return newest.id
