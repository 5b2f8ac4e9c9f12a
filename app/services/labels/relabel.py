"""Change entities' labels in every answer to a document that still counts.

A draft is edited, and the log has it like any edit. A submitted set never changes: a child takes
its place, with the same person and time. What was superseded before stays as it was.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy.orm import Session

from app.services.annotation import audit_log, drafts, tasks
from app.services.annotation.tasks import AnnotationTask
from app.services.labels.duplicates import Pick, relabelled
from storage.models import AnnotationSet, Document
from storage.repository import annotation_sets, assignments, projects, responses


def relabel(
    session: Session, document: Document, pick: Pick, person: str, payload: Mapping[str, Any]
) -> None:
    """Gives spans of the locked document another label in its drafts and in the answers that count.

    `payload` is what the log keeps of it, with who did it and the set that was made.
    """
    labels = frozenset(label.name for label in projects.labels(session, document.project_id))
    replaced: dict[int, int] = {}
    for task in _works(session, document):
        before = drafts.shown(task, labels, drafts.source_of(session, task))
        made = _answer(session, task, pick, replaced)
        _edit_draft(session, task, pick)
        after = drafts.shown(task, labels, drafts.source_of(session, task))
        untouched = task.standing.status == "new"  # its draft follows the suggestions
        if made is not None or (before.spans != after.spans and not untouched):
            given = {**payload, "by": person, "set_id": made.id if made else None}
            audit_log.record(session, task, before, after, task.owner or person, given)


def _works(session: Session, document: Document) -> Iterator[AnnotationTask]:
    """Each person's own work, and last what is everybody's, which may be decided from those."""
    wanted = assignments.annotators(session, document.project_id)
    people = [assignment.person for assignment in assignments.of_document(session, document.id)]
    for person in dict.fromkeys([*people, *responses.owners(session, document.id)]):
        yield tasks.of_person(session, document, person, wanted)
    yield AnnotationTask(document, document, None, wanted)


def _answer(
    session: Session, task: AnnotationTask, pick: Pick, replaced: dict[int, int]
) -> AnnotationSet | None:
    """A child of the work's submitted set, where that has to change."""
    if task.blind:
        old = annotation_sets.submitted_of(session, task.id, task.owner)
    else:
        old = responses.decided_of(session, task.id)
    if old is None:
        return None
    spans = annotation_sets.every_span_of(session, old)
    anew = relabelled(spans, pick)
    known = old.provenance.get("adjudicates", ())
    if anew == spans and not replaced.keys() & set(known):
        return None
    provenance = dict(old.provenance)
    if known:
        provenance["adjudicates"] = [replaced.get(known_task, known_task) for known_task in known]
    made = annotation_sets.add_person_set(
        session,
        task.id,
        anew,
        person=old.person or "",
        state="submitted",
        parent_id=old.id,
        provenance=provenance,
        submitted_at=old.submitted_at,
        blind=old.blind,
    )
    replaced[old.id] = made.id
    return made


def _edit_draft(session: Session, task: AnnotationTask, pick: Pick) -> None:
    draft = annotation_sets.draft_of(session, task.id, task.owner)
    if draft is not None:
        spans = annotation_sets.spans_of(draft)
        annotation_sets.save_spans(session, draft, spans, relabelled(spans, pick))
