"""Pre-annotation in bulk: which documents wait for a model version, and who takes which batch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, exists, false, func, insert, select
from sqlalchemy.orm import Session

from storage.columns import now
from storage.models import AnnotationSet, Document, Preannotation, PreannotationBatch
from storage.readable_json import readable

OPEN = ("running", "paused")
_BATCH, _RUN = PreannotationBatch, Preannotation


@dataclass(frozen=True, slots=True)
class Tally:
    """How far a pass is, in documents of finished batches."""

    looked_at: int
    failed: int
    error: str | None
    """Why a document failed, of one that did."""
    workers: int
    """How many workers finished a batch."""


def start(
    session: Session, project_id: int, model_version_id: int, person: str, size: int
) -> Preannotation | None:
    """Records a pass over all documents that wait, in batches of `size`; None where none wait."""
    query = select(Document.id).where(Document.project_id == project_id, _waits(model_version_id))
    ids = session.scalars(query.order_by(Document.id)).all()
    if not ids:
        return None
    run = Preannotation(
        project_id=project_id,
        model_version_id=model_version_id,
        person=person,
        documents=len(ids),
    )
    session.add(run)
    session.flush()
    parts = [ids[start : start + size] for start in range(0, len(ids), size)]
    session.execute(
        insert(PreannotationBatch),
        [
            {
                "preannotation_id": run.id,
                "first_id": part[0],
                "last_id": part[-1],
                "documents": len(part),
            }
            for part in parts
        ],
    )
    return run


def get(session: Session, run_id: int) -> Preannotation:
    run = session.get(Preannotation, run_id)
    if run is None:
        raise LookupError(f"there is no pre-annotation {run_id}")
    return run


def lock(session: Session, run_id: int) -> Preannotation:
    """The pass, fresh and locked until the transaction ends."""
    get(session, run_id)
    query = select(_RUN).where(_RUN.id == run_id).with_for_update()
    return session.scalars(query.execution_options(populate_existing=True)).one()


def latest(session: Session, project_id: int) -> Preannotation | None:
    query = select(_RUN).where(_RUN.project_id == project_id).order_by(_RUN.id.desc())
    return session.scalars(query.limit(1)).one_or_none()


def running(session: Session) -> Sequence[Preannotation]:
    return session.scalars(select(_RUN).where(_RUN.state == "running").order_by(_RUN.id)).all()


def claim(session: Session) -> PreannotationBatch | None:
    """The next batch that no worker is at; locked until the transaction ends, also by the death of
    whoever took it. SQLite has no row locks: there one worker works on a file."""
    query = (
        select(_BATCH)
        .join(_RUN, _RUN.id == _BATCH.preannotation_id)
        .where(_RUN.state == "running", _BATCH.finished_at.is_(None))
        .order_by(_BATCH.preannotation_id, _BATCH.id)
        .limit(1)
        .with_for_update(of=_BATCH, skip_locked=True)
    )
    return session.scalars(query).one_or_none()


def finish(session: Session, batch_id: int, worker: str, failed: int, error: str | None) -> None:
    batch = session.get_one(_BATCH, batch_id)
    batch.worker, batch.failed, batch.error, batch.finished_at = worker, failed, error, now()
    session.flush()


def waiting_in(session: Session, batch_id: int) -> Sequence[int]:
    """The documents of a batch that still wait for the model version."""
    batch = session.get_one(_BATCH, batch_id)
    run = get(session, batch.preannotation_id)
    query = select(Document.id).where(
        Document.project_id == run.project_id,
        Document.id.between(batch.first_id, batch.last_id),
        _waits(run.model_version_id),
    )
    return session.scalars(query.order_by(Document.id)).all()


def waits(session: Session, document_id: int, model_version_id: int) -> bool:
    """Whether a document waits for the version; asked again under its lock, it decides."""
    query = select(Document.id).where(Document.id == document_id, _waits(model_version_id))
    return session.scalar(query) is not None


def open_batches(session: Session, run_id: int) -> int:
    """How many batches nobody has finished."""
    query = select(func.count()).where(
        _BATCH.preannotation_id == run_id, _BATCH.finished_at.is_(None)
    )
    return session.scalar(query) or 0


def waiting_documents(session: Session) -> int:
    """How many documents of running passes are in batches that nobody has finished."""
    query = (
        select(func.coalesce(func.sum(_BATCH.documents), 0))
        .join(_RUN, _RUN.id == _BATCH.preannotation_id)
        .where(_RUN.state == "running", _BATCH.finished_at.is_(None))
    )
    return int(session.scalar(query) or 0)


def tally(session: Session, run_id: int) -> Tally:
    query = select(
        func.coalesce(func.sum(_BATCH.documents), 0),
        func.coalesce(func.sum(_BATCH.failed), 0),
        func.max(_BATCH.error),
        func.count(func.distinct(_BATCH.worker)),
    ).where(_BATCH.preannotation_id == run_id, _BATCH.finished_at.is_not(None))
    return Tally(*session.execute(query).one())


def _waits(model_version_id: int) -> ColumnElement[bool]:
    """New, not held out, never read to its end by this version; and its newest suggestions were not
    imported, which are what a person asked to see."""
    predicted = exists().where(
        AnnotationSet.document_id == Document.id,
        AnnotationSet.model_version_id == model_version_id,
        readable(AnnotationSet.provenance)["unread"].as_string().is_(None),
    )
    imported = (
        select(AnnotationSet.model_version_id.is_(None))
        .where(AnnotationSet.document_id == Document.id, AnnotationSet.origin == "machine")
        .order_by(AnnotationSet.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    return and_(
        Document.status == "new",
        Document.split != "holdout",
        ~predicted,
        ~func.coalesce(imported, false()),
    )
