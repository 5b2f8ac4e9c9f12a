"""Everything that was done to a document, in plain words, and the way back to any state of it.

States are not stored: one is the present draft with the changes of every later operation taken
back, the last first.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from app.editing import Draft, EditError, rewind
from app.services.annotation import audit_log, drafts
from app.services.annotation.changes import reverse
from app.services.annotation.describe import describe, describe_set
from app.services.annotation.tasks import AnnotationTask
from storage.repository import annotation_sets, operations

AT_ONCE = 20
"""Steps on a page."""


class HistoryError(LookupError):
    """A state that cannot be put together again; the message says why."""


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that was done."""

    at: datetime
    person: str
    """Empty for a model."""
    summary: str
    """What, in plain words; with words of the text, which are nobody's Markdown."""
    version: int | None = None
    """What the draft's version was after it; None where it changed nothing that is known."""
    refused: str | None = None
    """Why it was not done."""


@dataclass(frozen=True, slots=True)
class Page:
    """Some of a document's steps, the newest first."""

    steps: tuple[Step, ...]
    number: int
    """From 1."""
    pages: int
    version: int
    """The present one."""
    unnumbered: int
    """Steps from before versions were kept, to which there is no way back."""


def page(session: Session, task: AnnotationTask, number: int = 1) -> Page:
    """A page of the work's history. The first answers, before any operation, end the last."""
    total = operations.count(session, task.id, owner=task.owner)
    pages = max(1, -(-total // AT_ONCE))
    number = min(max(number, 1), pages)
    rows = operations.page(session, task.id, (number - 1) * AT_ONCE, AT_ONCE, task.owner)
    text = task.document.text
    steps = [
        Step(row.at, row.person, describe(row, text), row.version, row.refused) for row in rows
    ]
    if number == pages:
        steps += _first_answers(session, task)
    return Page(
        tuple(steps),
        number,
        pages,
        task.standing.version,
        operations.unnumbered(session, task.id, task.owner),
    )


def state_at(session: Session, task: AnnotationTask, version: int) -> Draft:
    """The draft as it was when it had this version.

    Raises `HistoryError` for a version that never was, or that cannot be reached from now.
    """
    now = task.standing.version
    if not 0 <= version <= now:
        raise HistoryError(f"there is no version {version}; expected 0 to {now}")
    draft = drafts.load(session, task)
    later = operations.since(session, task.id, version, owner=task.owner)
    if [row.version for row in later] != list(range(version + 1, now + 1)):
        raise HistoryError(
            f"version {version} cannot be restored: the changes after it are not on record"
        )
    for row in reversed(later):
        draft = reverse(draft, row.changes or ())
    return drafts.by_todays_names(session, task, draft)


def restore(
    session: Session, task: AnnotationTask, version: int, person: str, base_version: int
) -> None:
    """Makes the draft's spans and comment what they were, as a further step of the history.

    The document is locked. Raises `HistoryError` as `state_at`, and `EditError` for a document
    that is submitted, where a label of then is no longer there, or where somebody went on since
    the version that the person looked at (`base_version`).
    """
    if base_version != task.standing.version:
        raise EditError(
            f"the document has changed: you saw version {base_version}, the current one is "
            f"{task.standing.version}; review the new steps, then restore"
        )
    if task.standing.status != "submitted":
        drafts.begin(session, task, person)
    now = drafts.load(session, task)
    after = rewind(now, state_at(session, task, version))
    drafts.save(session, task, now, after, person)
    payload = {"op": "rewind", "version": version}
    audit_log.record(session, task, now, after, person, payload)


def _first_answers(session: Session, task: AnnotationTask) -> Sequence[Step]:
    """The sets that no operation made: models' suggestions, and what was imported."""
    made = annotation_sets.made(session, task.id, task.owner)
    submitted = [made_set for made_set in made if made_set.origin == "person"]
    submissions = operations.submissions(session, task.id, task.owner)
    imported = {made_set.id for made_set in submitted[: max(0, len(submitted) - submissions)]}
    first = [
        made_set for made_set in made if made_set.origin == "machine" or made_set.id in imported
    ]
    return [
        Step(made_set.created_at, made_set.person or "", describe_set(made_set))
        for made_set in reversed(first)
    ]
