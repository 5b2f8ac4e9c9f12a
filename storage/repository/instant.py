"""What instant learning has learnt of a project, and what there is to learn.

The database is the truth: what is to learn is the difference between `submitted` and `learnt`, so
that an undo, a deletion, a restored document and a merged label need no rule of their own.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, delete, exists, func, or_, select, update
from sqlalchemy.orm import Session

from storage.models import AnnotationSet, Document, EntityRow, InstantHead, InstantLesson, Label
from storage.repository.annotation_sets import COUNTS
from storage.soft_delete import WITH_TRASH
from storage.table_queries import Query, rows, table

_FAILED = and_(InstantLesson.sign == -1, InstantLesson.outcomes.is_not(None))
"""A lesson that could not be learnt: as if it were taken back, and why."""
Labelled = tuple[int, int, int]
"""A stretch in code points, end exclusive, and a label's id."""


@dataclass(frozen=True, slots=True)
class Lesson:
    """What a submitted set teaches. Labels are ids: renaming one changes nothing."""

    document_id: int
    set_id: int
    entities: tuple[Labelled, ...]
    rejected: tuple[Labelled, ...]

    def content(self) -> dict[str, Any]:
        return {"entities": list(self.entities), "rejected": list(self.rejected)}


@dataclass(frozen=True, slots=True)
class LoggedLesson:
    """A lesson as the log has it."""

    id: int
    sign: int
    lesson: Lesson
    outcomes: Any


@dataclass(frozen=True, slots=True)
class Published:
    """The part of a head that suggests."""

    model_version_id: int
    lesson_id: int
    """The last lesson that went into it."""
    documents: int
    suggester: bytes


def submitted(session: Session, project_id: int) -> dict[int, int]:
    """The submitted set that counts of each document that may be learnt: none held out, none in
    the trash, none with a suggestion that nobody decided."""
    undecided = exists().where(
        EntityRow.annotation_set_id == AnnotationSet.id, EntityRow.status == "suggested"
    )
    counting = (
        select(COUNTS.label("id"))
        .join(Document, Document.id == AnnotationSet.document_id)
        .where(
            Document.project_id == project_id,
            Document.status == "submitted",
            Document.split != "holdout",
        )
        .group_by(AnnotationSet.document_id)
    )
    query = select(AnnotationSet.document_id, AnnotationSet.id).where(
        AnnotationSet.id.in_(counting), ~undecided
    )
    return dict(session.execute(query.order_by(AnnotationSet.id)).all())


def learnt(session: Session, project_id: int, version_id: int) -> dict[int, int]:
    """The submitted set that was learnt of each document, and not taken back."""
    last = select(func.max(InstantLesson.id)).where(*_of(project_id, version_id))
    query = select(InstantLesson.document_id, InstantLesson.set_id).where(
        InstantLesson.id.in_(last.group_by(InstantLesson.document_id)), InstantLesson.sign == 1
    )
    return dict(session.execute(query.order_by(InstantLesson.id)).all())


def failed(session: Session, project_id: int, version_id: int) -> set[int]:
    """The submitted sets that could not be learnt."""
    query = select(InstantLesson.set_id).where(*_of(project_id, version_id), _FAILED)
    return set(session.scalars(query))


def logged(
    session: Session, project_id: int, version_id: int, documents: Collection[int]
) -> list[Lesson]:
    """What was learnt last of these documents, in the order of learning."""
    last = (
        select(func.max(InstantLesson.id))
        .where(*_of(project_id, version_id), InstantLesson.document_id.in_(documents))
        .group_by(InstantLesson.document_id)
    )
    query = select(InstantLesson).where(InstantLesson.id.in_(last)).order_by(InstantLesson.id)
    return [_logged(row).lesson for row in session.scalars(query)]


def lessons_after(
    session: Session, project_id: int, version_id: int, lesson_id: int
) -> list[LoggedLesson]:
    """The lessons that came after one, in order."""
    query = select(InstantLesson).where(
        *_of(project_id, version_id), InstantLesson.id > lesson_id, ~_FAILED
    )
    return [_logged(row) for row in session.scalars(query.order_by(InstantLesson.id))]


def texts(session: Session, documents: Collection[int]) -> dict[int, str]:
    """The text of each of these documents that there still is, in the trash or not."""
    query = select(Document.id, Document.text).where(Document.id.in_(documents))
    return dict(session.execute(query.execution_options(**WITH_TRASH)).all())


def label_ids(session: Session, project_id: int) -> dict[str, int]:
    """The id of each of the project's labels, by its name, in their order on the page."""
    query = select(Label.name, Label.id).where(Label.project_id == project_id)
    return dict(session.execute(query.order_by(Label.position, Label.id)).all())


def log(
    session: Session,
    project_id: int,
    version_id: int,
    lessons: Iterable[tuple[int, Lesson, Any]],
) -> int:
    """Add lessons, each with its sign and outcomes; returns the last one's id."""
    last = 0
    for sign, lesson, outcomes in lessons:
        row = InstantLesson(
            project_id=project_id,
            model_version_id=version_id,
            document_id=lesson.document_id,
            set_id=lesson.set_id,
            sign=sign,
            content=lesson.content(),
            outcomes=outcomes,
        )
        session.add(row)
        session.flush()
        last = row.id
    return last


def log_failure(
    session: Session, project_id: int, version_id: int, lesson: Lesson, reason: str
) -> None:
    """Note that a set cannot be learnt, so that no process tries it again."""
    nothing = Lesson(lesson.document_id, lesson.set_id, (), ())
    log(session, project_id, version_id, [(-1, nothing, {"error": reason})])


def last_lesson(session: Session, project_id: int, version_id: int) -> int:
    """The id of the newest lesson, also where it was removed since; 0 before the first."""
    newest = session.scalar(select(func.max(InstantLesson.id)).where(*_of(project_id, version_id)))
    head = session.execute(
        select(InstantHead.suggester_lesson).where(*_head(project_id, version_id))
    ).one_or_none()
    return max(newest or 0, head[0] if head else 0)


def published(session: Session, project_id: int, version_id: int) -> Published | None:
    """What suggests on top of a model version; None before anything was learnt."""
    found = rows(session, _published(), project_id=project_id, version_id=version_id)
    return Published(*found[0]) if found else None


@cache
def _published() -> Query:
    """The columns of `Published`."""
    head = table(InstantHead).c
    return _of_head(head.model_version_id, head.suggester_lesson, head.documents, head.suggester)


def _of_head(*columns: ColumnElement[Any]) -> Query:
    head = table(InstantHead).c
    return select(*columns).where(
        head.project_id == bindparam("project_id"),
        head.model_version_id == bindparam("version_id"),
        head.suggester.is_not(None),
    )


def published_lesson(session: Session, project_id: int, version_id: int) -> int | None:
    """The last lesson that `published` has, without reading it."""
    found = rows(session, _published_lesson(), project_id=project_id, version_id=version_id)
    return found[0].suggester_lesson if found else None


@cache
def _published_lesson() -> Query:
    return _of_head(table(InstantHead).c.suggester_lesson)


def state(session: Session, project_id: int, version_id: int) -> tuple[int, bytes] | None:
    """The whole head as it was kept last, and the last lesson that went into it."""
    query = select(InstantHead.state_lesson, InstantHead.state).where(
        *_head(project_id, version_id), InstantHead.state.is_not(None)
    )
    row = session.execute(query).one_or_none()
    return (row[0], row[1]) if row and row[1] is not None else None


def lease(
    session: Session, project_id: int, version_id: int, owner: str, now: datetime, until: datetime
) -> bool:
    """Make `owner` the one that learns, unless another's lease still runs. In a transaction that
    may write."""
    where = _head(project_id, version_id)
    if session.scalar(select(func.count()).select_from(InstantHead).where(*where)) == 0:
        session.add(InstantHead(project_id=project_id, model_version_id=version_id))
        session.flush()
    free = or_(
        InstantHead.leased_by.is_(None),
        InstantHead.leased_by == owner,
        InstantHead.leased_until < now,
    )
    taken = session.execute(
        update(InstantHead)
        .where(*where, free)
        .values(leased_by=owner, leased_until=until)
        .execution_options(synchronize_session=False)
        .returning(InstantHead.project_id)
    )
    return taken.first() is not None


def release(session: Session, project_id: int, version_id: int, owner: str) -> None:
    """End `owner`'s lease, so that another may learn at once."""
    session.execute(
        update(InstantHead)
        .where(*_head(project_id, version_id), InstantHead.leased_by == owner)
        .values(leased_by=None, leased_until=None)
        .execution_options(synchronize_session=False)
    )


def publish(session: Session, project_id: int, published: Published) -> None:
    """Make all processes suggest by this from now on."""
    _set(
        session,
        project_id,
        published.model_version_id,
        suggester_lesson=published.lesson_id,
        documents=published.documents,
        suggester=published.suggester,
    )


def keep_state(
    session: Session, project_id: int, version_id: int, lesson_id: int, state: bytes
) -> None:
    """Keep the whole head, and remove the lessons before it that cancel: nothing of a document
    that was taken back is left."""
    _set(session, project_id, version_id, state_lesson=lesson_id, state=state)
    before = and_(*_of(project_id, version_id), InstantLesson.id <= lesson_id)
    last = select(func.max(InstantLesson.id)).where(before).group_by(InstantLesson.document_id)
    session.execute(
        delete(InstantLesson)
        .where(
            before,
            or_(and_(InstantLesson.sign == -1, ~_FAILED), InstantLesson.id.not_in(last)),
        )
        .execution_options(synchronize_session=False)
    )


def forget(session: Session, project_id: int, version_id: int) -> None:
    """Remove all that was learnt; the documents are learnt anew."""
    nothing: dict[str, Any] = {"suggester": None, "suggester_lesson": 0, "documents": 0}
    _set(session, project_id, version_id, **nothing, state=None, state_lesson=0)
    session.execute(
        delete(InstantLesson)
        .where(*_of(project_id, version_id))
        .execution_options(synchronize_session=False)
    )


def retire_others(session: Session, project_id: int, version_id: int) -> None:
    """Remove what was learnt on top of other model versions, but for how right it was."""
    others = (
        InstantLesson.project_id == project_id,
        InstantLesson.model_version_id != version_id,
    )
    for statement in (
        delete(InstantHead).where(
            InstantHead.project_id == project_id, InstantHead.model_version_id != version_id
        ),
        delete(InstantLesson).where(*others, InstantLesson.sign == -1),
        update(InstantLesson)
        .where(*others, InstantLesson.content.is_not(None))
        .values(content=None),
    ):
        session.execute(statement.execution_options(synchronize_session=False))


def retired(session: Session, project_id: int, version_id: int) -> bool:
    """Whether only outcomes are left of a version's lessons, so that all must be learnt anew."""
    query = select(InstantLesson.id).where(
        *_of(project_id, version_id), InstantLesson.content.is_(None)
    )
    return session.scalar(query.limit(1)) is not None


def _set(session: Session, project_id: int, version_id: int, **values: Any) -> None:
    session.execute(
        update(InstantHead)
        .where(*_head(project_id, version_id))
        .values(**values)
        .execution_options(synchronize_session=False)
    )


def _of(project_id: int, version_id: int) -> tuple[ColumnElement[bool], ...]:
    return (
        InstantLesson.project_id == project_id,
        InstantLesson.model_version_id == version_id,
    )


def _head(project_id: int, version_id: int) -> tuple[ColumnElement[bool], ...]:
    return InstantHead.project_id == project_id, InstantHead.model_version_id == version_id


def _logged(row: InstantLesson) -> LoggedLesson:
    content = row.content or {}
    entities, rejected = (
        tuple((start, end, label) for start, end, label in content.get(name, ()))
        for name in ("entities", "rejected")
    )
    lesson = Lesson(row.document_id, row.set_id, entities, rejected)
    return LoggedLesson(row.id, row.sign, lesson, row.outcomes)
