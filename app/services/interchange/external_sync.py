"""What another tool decides, and changes or deletes later: a document's answer follows it.

A changed annotation becomes a submitted set of its own, the child of the one before; the log holds
every step, so that each earlier state can be restored. Work that somebody has open here is never
touched: the change is written into the document's history as not done.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from typing import Any, Literal
from uuid import uuid4

from sqlalchemy.orm import Session

from app.editing import Draft, DraftSpan, reduce
from app.gestures import Submit
from app.services.annotation import audit_log, drafts
from app.services.annotation.annotation import take_up
from app.services.annotation.tasks import AnnotationTask
from app.services.interchange.insert_batch import (
    MOST_LABELS,
    TEXT_IN_TRASH,
    TOO_MANY_LABELS,
    insert_batch,
)
from app.services.interchange.read_records import Checked
from app.services.interchange.to_document import DocumentBuilder, labels_of
from app.services.team.permissions import require
from core.types import key_of
from storage.engine import Sessions, writing
from storage.models import Document
from storage.records import DocumentRecord, SpanRecord
from storage.repository import annotation_sets, assignments, documents, operations, projects, trash
from storage.repository.bulk import NewDocument

Outcome = Literal["added", "updated", "known", "waiting"]
"""`known`: it stands so already, or was changed again since. `waiting`: somebody works on the
document here, who decides."""


@dataclass(frozen=True, slots=True)
class SyncedResponse:
    """An annotation of another tool. Its number is that tool's own."""

    tool: str
    annotation: int
    task: int | None = None
    changed: str | None = None
    """When, in ISO 8601, as the tool says."""


def follow(
    sessions: Sessions, project_id: int, record: DocumentRecord, source: SyncedResponse, person: str
) -> Outcome:
    """Makes the annotation the answer of the document of this text, which is added if need be.
    `person` is whose it is, where the record does not say.

    Raises `ValueError` for what cannot be kept, and `NotAllowedError`.
    """
    own = {**record.provenance, "followed": asdict(source)}
    record = replace(record, provenance=own)
    new = DocumentBuilder(record.name, person).document(record)
    with writing(sessions) as session:
        require(session, project_id, "review")
        known = documents.by_hash(session, project_id, new.sha256)
        if known is not None and known.deleted_at is None:
            document = documents.lock(session, known.id)
            return _changed(session, document, new, source, person)
        taken = insert_batch(session, project_id, [Checked(record, new)], singly=True)
        if not taken.documents:
            raise ValueError(taken.bad[0].reason if taken.bad else TEXT_IN_TRASH)
        return "added"


def withdraw(
    sessions: Sessions, project_id: int, tool: str, annotations: Collection[int], person: str
) -> int:
    """Reopens the documents whose answer these deleted annotations are; returns how many. The
    answer stays on record until somebody submits another. Raises `NotAllowedError`."""
    with writing(sessions) as session:
        require(session, project_id, "review")
        found = annotation_sets.followed(session, project_id, tool, annotations)
        for document_id in found:
            document = documents.lock(session, document_id)
            take_up(session, AnnotationTask(document, document), person, withdrawn=tool)
        return len(found)


def _changed(
    session: Session, document: Document, new: NewDocument, source: SyncedResponse, person: str
) -> Outcome:
    task = AnnotationTask(document, document)
    answer = new.sets[-1] if new.sets else None
    spans = answer.spans if answer else ()
    _check_labels(session, document.project_id, labels_of(new))
    person = (answer.person if answer else None) or person
    now = drafts.load(session, task)
    skips = new.status == "skipped"
    if _outdated(session, task, source) or _stands(now, spans, skips=skips):
        return "known"
    if reason := _in_hand(session, task):
        _refuse(session, task, spans, source, person, reason)
        return "waiting"
    if document.status in ("submitted", "skipped"):
        take_up(session, task, person)
    drafts.ensure(session, task, person)
    now = drafts.load(session, task)
    merged = replace(now, spans=_merged(now.spans, spans), state="open", skip_reason="")
    _step(session, task, now, merged, person, {"op": "follow", **asdict(source)})
    draft = annotation_sets.draft_of(session, task.id)
    assert draft is not None
    draft.provenance = {**draft.provenance, "followed": asdict(source)}
    if skips:
        done = replace(merged, state="skipped", skip_reason=new.skip_reason)
    else:
        done = reduce(merged, Submit(op="submit"))
    _step(session, task, merged, done, person, {"op": "skip" if skips else "submit"})
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


def _outdated(session: Session, task: AnnotationTask, source: SyncedResponse) -> bool:
    """Whether what came of the annotation before is newer: answers may overtake each other."""
    stands = annotation_sets.submitted_of(session, task.id)
    known = (stands.provenance if stands else {}).get("followed") or {}
    same = (known.get("tool"), known.get("annotation")) == (source.tool, source.annotation)
    before, after = _moment(known.get("changed")), _moment(source.changed)
    return same and before is not None and after is not None and after < before


def _stands(now: Draft, spans: Sequence[SpanRecord], *, skips: bool) -> bool:
    if skips:
        return now.state == "skipped"
    wanted = {key_of(span) for span in spans if span.status == "accepted"}
    present = {key_of(span) for span in now.spans if span.status == "accepted"}
    return now.state == "submitted" and wanted == present


def _in_hand(session: Session, task: AnnotationTask) -> str | None:
    """Why the document's answer is not this tool's to change now."""
    if assignments.annotators(session, task.document.project_id) > 1:
        return "several people annotate each document here, and a reviewer decides"
    if task.standing.status != "in_progress":
        return None
    draft = annotation_sets.draft_of(session, task.id)
    stands = annotation_sets.submitted_of(session, task.id)
    untouched = (
        draft is not None
        and stands is not None
        and draft.parent_id == stands.id
        and annotation_sets.spans_of(draft) == annotation_sets.spans_of(stands)
    )
    return (
        None if untouched else ("somebody is working on the document here and has not submitted it")
    )


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
    )


def _merged(present: Sequence[DraftSpan], wanted: Sequence[SpanRecord]) -> tuple[DraftSpan, ...]:
    """The wanted spans, each as it is known here if it is; of the others, what was refused stays
    refused, a model's that was accepted is refused, and undecided ones go."""
    keys = {key_of(span) for span in wanted}
    kept = {key_of(span): span for span in present if span.status == "accepted"}
    left = [
        replace(span, status="rejected")
        for span in present
        if key_of(span) not in keys
        and (span.status == "rejected" or (span.status == "accepted" and span.source == "model"))
    ]
    taken = {span.id for span in left}
    taken |= {span.id for key, span in kept.items() if key in keys}
    merged: list[DraftSpan] = []
    for record in wanted:
        known = kept.get(key_of(record)) if record.status == "accepted" else None
        if known is None:
            key = record.key if record.key not in taken else f"f-{uuid4().hex}"
            taken.add(key)
            known = drafts.to_draft_span(replace(record, key=key))
        merged.append(known)
    return (*left, *merged)


def _moment(said: object) -> datetime | None:
    try:
        moment = datetime.fromisoformat(str(said))
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
