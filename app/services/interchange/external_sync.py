"""What another tool decides, and changes or deletes later: a document's answer follows it.

A changed annotation becomes a submitted set of its own, the child of the one before; what its
person has not finished there is a draft here. The log holds every step, so that each earlier state
can be restored. Work that somebody has open here is never touched: the change is written into the
document's history as not done (`app.services.interchange.external_state`).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any, Literal
from uuid import uuid4

from sqlalchemy.orm import Session

from app.edit_operations import Submit
from app.editing import Draft, DraftSpan, reduce
from app.services.annotation import audit_log, drafts, tasks
from app.services.annotation.annotation import take_up
from app.services.annotation.tasks import AnnotationTask
from app.services.interchange.external_state import SyncedResponse as SyncedResponse
from app.services.interchange.external_state import already_known, hands_off
from app.services.interchange.insert_batch import (
    MOST_LABELS,
    TEXT_IN_TRASH,
    TOO_MANY_LABELS,
    insert_batch,
)
from app.services.interchange.read_records import Checked
from app.services.interchange.to_document import DocumentBuilder, labels_of
from app.services.team.assignment import MOST
from app.services.team.permissions import require
from core.types import key_of
from storage.engine import Sessions, writing
from storage.enums import DocumentStatus
from storage.models import Document
from storage.records import DocumentRecord, SpanRecord
from storage.repository import (
    annotation_sets,
    assignments,
    documents,
    operations,
    projects,
    tool_answers,
    trash,
)
from storage.repository.bulk import NewDocument

Outcome = Literal["added", "updated", "known", "waiting"]
"""`known`: it stands so already, or was changed again since. `waiting`: somebody works on the
document here, who decides."""


def follow(
    sessions: Sessions, project_id: int, record: DocumentRecord, source: SyncedResponse, person: str
) -> Outcome:
    """Makes the annotation the answer of the document of this text, which is added if need be; one
    of the status in_progress becomes a draft. `person` is whose it is, where the record does not
    say. What a `source.user` annotates is their own part, where several people annotate each
    document.

    Raises `ValueError` for what cannot be kept, and `NotAllowedError`.
    """
    provenance = {**record.provenance, "followed": asdict(source)}
    record = replace(record, provenance=provenance)
    new = DocumentBuilder(record.name, person).document(record)
    with writing(sessions) as session:
        require(session, project_id, "review")
        separate = bool(source.user) and assignments.annotators(session, project_id) > 1
        known = documents.by_hash(session, project_id, new.sha256)
        absent = known is None or known.deleted_at is not None
        if absent and new.status == "in_progress" and not record.entities:
            return "known"
        if absent:
            bare = replace(new, status="new", sets=(), entities=0)
            _add(session, project_id, Checked(record, bare if separate else new))
            known = documents.by_hash(session, project_id, new.sha256)
            if not separate:
                return "added"
        assert known is not None
        document = documents.lock(session, known.id)
        outcome = _changed(session, _task(session, document, source), new, source, person)
        return "added" if absent else outcome


def withdraw(
    sessions: Sessions, project_id: int, tool: str, annotations: Collection[int], person: str
) -> int:
    """Reopens the documents whose answer these deleted annotations are; returns how many. The
    answer stays on record until somebody submits another. Raises `NotAllowedError`."""
    with writing(sessions) as session:
        require(session, project_id, "review")
        found = tool_answers.followed(session, project_id, tool, annotations)
        for document_id in found:
            document = documents.lock(session, document_id)
            take_up(session, AnnotationTask(document, document), person, withdrawn=tool)
        return len(found)


def _add(session: Session, project_id: int, checked: Checked) -> None:
    taken = insert_batch(session, project_id, [checked], singly=True)
    if not taken.documents:
        raise ValueError(taken.bad[0].reason if taken.bad else TEXT_IN_TRASH)


def _task(session: Session, document: Document, source: SyncedResponse) -> AnnotationTask:
    """The tool's person's own part, where several people annotate each document."""
    if not source.user or assignments.annotators(session, document.project_id) == 1:
        return AnnotationTask(document, document)
    people = {part.person for part in assignments.of_document(session, document.id)}
    if len(people | {source.user}) > MOST:
        raise ValueError(
            f"a document has at most {MOST} annotators, and {source.user!r} is one more"
        )
    return tasks.claim(session, document, source.user)


def _changed(
    session: Session, task: AnnotationTask, new: NewDocument, source: SyncedResponse, person: str
) -> Outcome:
    answer = new.sets[-1] if new.sets else None
    spans = answer.spans if answer else ()
    _check_labels(session, task.document.project_id, labels_of(new))
    person = task.owner or (answer.person if answer else None) or person
    now = drafts.load(session, task)
    if already_known(session, task, source) or _stands(now, task, spans, new.status):
        return "known"
    if reason := hands_off(session, task, source, new.status):
        _refuse(session, task, spans, source, person, reason)
        return "waiting"
    if task.standing.status in ("submitted", "skipped"):
        take_up(session, task, person)
    drafts.ensure(session, task, person)
    now = drafts.load(session, task)
    merged_spans = _merged(now.spans, spans, unfinished=new.status == "in_progress")
    merged = replace(now, spans=merged_spans, state="open", skip_reason="")
    _step(session, task, now, merged, person, {"op": "follow", **asdict(source)})
    draft = annotation_sets.draft_of(session, task.id, task.owner)
    assert draft is not None
    followed = {**asdict(source), "version": task.standing.version}
    draft.provenance = {**draft.provenance, "followed": followed}
    if new.status == "skipped":
        done = replace(merged, state="skipped", skip_reason=new.skip_reason)
        _step(session, task, merged, done, person, {"op": "skip"})
    elif new.status == "submitted":
        _step(session, task, merged, reduce(merged, Submit(op="submit")), person, {"op": "submit"})
    return "updated"


def _step(
    session: Session,
    task: AnnotationTask,
    now: Draft,
    after: Draft,
    person: str,
    payload: Mapping[str, Any],
) -> None:
    drafts.save(session, task, now, after, person)
    audit_log.record(session, task, now, after, person, payload)


def _check_labels(session: Session, project_id: int, names: Sequence[str]) -> None:
    trashed = sorted(trash.labels(session, project_id) & set(names))
    if trashed:
        raise ValueError(
            f"the label {', '.join(trashed)} is in the project's trash; restore it there, and save "
            "the annotation again"
        )
    present = {label.name for label in projects.labels(session, project_id)}
    if len(present.union(names)) > max(MOST_LABELS, len(present)):
        raise ValueError(TOO_MANY_LABELS)
    projects.ensure_labels(session, project_id, names)


def _stands(
    now: Draft, task: AnnotationTask, spans: Sequence[SpanRecord], status: DocumentStatus
) -> bool:
    """Whether the answer is this one already; what is submitted here is finished there or not."""
    if status == "skipped":
        return now.state == "skipped"
    wanted = {key_of(span) for span in spans if span.status == "accepted"}
    present = {key_of(span) for span in now.spans if span.status == "accepted"}
    begun = status == "in_progress" and task.standing.status == "in_progress"
    return (now.state == "submitted" or begun) and wanted == present


def _refuse(
    session: Session,
    task: AnnotationTask,
    spans: Sequence[SpanRecord],
    source: SyncedResponse,
    person: str,
    reason: str,
) -> None:
    wanted = [list(key_of(span)) for span in spans if span.status == "accepted"]
    operations.record(
        session,
        client=audit_log.server_client(),
        seq=1,
        document_id=task.id,
        person=person,
        payload={"op": "follow", **asdict(source), "spans": wanted},
        refused=reason,
        blind=task.blind,
    )


def _merged(
    present: Sequence[DraftSpan], wanted: Sequence[SpanRecord], *, unfinished: bool
) -> tuple[DraftSpan, ...]:
    """The wanted spans, each as it is known here if it is; of the others, what was refused stays
    refused, a machine's that was accepted is refused, and undecided ones go, unless the answer is
    `unfinished`."""
    keys = {key_of(span) for span in wanted}
    accepted = {key_of(span): span for span in present if span.status == "accepted"}
    left = [
        replace(span, status="rejected") if span.status == "accepted" else span
        for span in present
        if key_of(span) not in keys
        and (
            span.status == "rejected"
            or (span.status == "accepted" and span.source != "person")
            or (span.status == "suggested" and unfinished)
        )
    ]
    taken = {span.id for span in left}
    taken |= {span.id for key, span in accepted.items() if key in keys}
    merged: list[DraftSpan] = []
    for record in wanted:
        known = accepted.get(key_of(record)) if record.status == "accepted" else None
        if known is None:
            key = record.key if record.key not in taken else f"f-{uuid4().hex}"
            taken.add(key)
            known = drafts.to_draft_span(replace(record, key=key))
        merged.append(known)
    return (*left, *merged)
