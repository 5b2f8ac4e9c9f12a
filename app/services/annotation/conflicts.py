"""Conflicts between an operation of a page and what others changed since the page looked.

Every operation of a page names the version that its person looked at (`base_version`). What other
clients changed since is merged with it, unless both are about one span, or about the comment, and
want different things of it: then nothing is overwritten, and the person decides between the two.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app.edit_operations import Accept, Add, Comment, Delete, Move, Reject, Relabel, Restore
from app.editing import Draft, DraftSpan, EditError, EditOperation, reduce
from app.services.annotation.changes import Change, difference, from_plain, plain, span_change
from app.services.annotation.tasks import AnnotationTask
from core.types import key_of
from storage.models import Operation
from storage.repository import operations

COMMENT = ":comment"
STATE = ":state"
_SINGLE = (Add, Accept, Reject, Relabel, Move, Delete, Restore, Comment)
"""The operations about one span or the comment. Those about all suggestions that are left leave
alone what somebody else has decided, and need no more."""


@dataclass(frozen=True, slots=True)
class Conflict:
    """An action that awaits a decision, and the change that it conflicts with."""

    client: str
    seq: int
    target: str
    """A span's id, or ":comment"."""
    mine: Mapping[str, Any] | str | None
    """What the person wanted: a plain span, a comment, or None: no span."""
    theirs: Mapping[str, Any] | str | None
    """What there is now."""
    by: str
    """Who changed it meanwhile."""
    at: datetime


@dataclass(frozen=True, slots=True)
class Unseen:
    """What other clients changed since a page looked."""

    rows: Sequence[Operation] = ()
    bases: Mapping[str, Any] = field(default_factory=dict)
    """What the page saw of each target: a plain span, a text, or None."""

    @classmethod
    def of(
        cls, rows: Iterable[Operation], base_version: int, names: Mapping[str, str] | None = None
    ) -> Unseen:
        """`names` lead from the labels that the page shows to today's: that one was renamed or
        merged is no other intention for a span."""
        newer = [row for row in rows if row.version is not None and row.version > base_version]
        bases: dict[str, Any] = {}
        for row in newer:
            for change in row.changes or ():
                base = _in_todays_names(change["before"], names or {})
                if base != change["after"]:
                    bases.setdefault(operations.target(change), base)
        return cls(newer, bases)

    def by(self, target: str) -> str:
        """Who changed the target last."""
        about = (row.person for row in reversed(self.rows) if target in operations.targets(row))
        return next(about, self.rows[-1].person if self.rows else "")

    def as_seen(self, draft: Draft, mine: Mapping[str, Any]) -> Draft:
        """The draft as the page shows it, see `already_so`."""
        bases = {**self.bases, **{key: mine[key] for key in self.bases.keys() & mine.keys()}}
        spans = {span.id: span for span in draft.spans}
        for target, base in bases.items():
            if base is None:
                spans.pop(target, None)
            elif isinstance(base, Mapping):
                spans[target] = from_plain(base)
        comment = bases.get(COMMENT, draft.comment)
        state = draft.state if STATE not in bases else "open"
        return replace(draft, spans=tuple(spans.values()), comment=comment, state=state)


class ConflictError(EditError):
    """The action waits until a person has decided."""

    def __init__(self, change: Change, by: str) -> None:
        super().__init__(f"{by} has changed this in the meantime; choose which version to keep")
        self.change = {**change, "by": by}
        """From what there is now to what the person wanted, and who changed it meanwhile."""


def already_so(
    draft: Draft, operation: EditOperation, unseen: Unseen, mine: Mapping[str, Any]
) -> bool:
    """Whether nothing is left to do, since others did the very same unseen. `mine` is what the
    page shows, by target, where its own actions conflicted and it was not told yet.

    Raises `ConflictError` where they did something else to what the operation is about, and
    `EditError` for what could not have been done anyway.
    """
    if not unseen.rows or not isinstance(operation, _SINGLE):
        return False
    shown = unseen.as_seen(draft, mine)
    frozen = draft.state == "submitted" and shown.state != "submitted"
    changes = difference(shown, reduce(shown, operation))
    relevant = [change for change in changes if change.get("field", "comment") == "comment"]
    for wanted in relevant:
        target, after = operations.target(wanted), wanted["after"]
        now = current(draft, target)
        changed = target in unseen.bases and (unseen.bases[target] != now or target in mine)
        if not changed and (refused := _refused_by_others(draft, after, unseen)):
            raise ConflictError(span_change(refused, from_plain(after)), unseen.by(refused.id))
        if changed or frozen:
            if now == after:
                return True
            field = {"field": "comment"} if target == COMMENT else {}
            raise ConflictError({**field, "before": now, "after": after}, unseen.by(target))
    return not relevant  # it changed nothing of what its page showed, so it must change nothing


def waiting(
    session: Session, task: AnnotationTask, person: str, draft: Draft
) -> tuple[Conflict, ...]:
    """The person's open conflicts, the last about each target, beside the draft as it stands."""
    rows = operations.conflicts(session, task.id, person, task.owner)
    conflicted = [(row, change, _rival(change)) for row in rows for change in row.changes or ()]
    if not conflicted:
        return ()
    rivals = {rival for _, _, rival in conflicted}
    last_changes = operations.last_about(session, task.id, rivals, task.owner)
    found: dict[tuple[str, str], Conflict] = {}
    for row, change, rival in conflicted:
        target = operations.target(change)
        by, at = _last_change(last_changes.get(rival), row, change)
        found.pop((row.client, target), None)
        found[row.client, target] = Conflict(
            client=row.client,
            seq=row.seq,
            target=target,
            mine=change["after"],
            theirs=current(draft, rival),
            by=by,
            at=at,
        )
    return tuple(found.values())


def _rival(change: Mapping[str, Any]) -> str:
    """What the change conflicts with: a span's id, which may be another one's, or the comment."""
    before = change["before"]
    return str(before["id"]) if isinstance(before, Mapping) else operations.target(change)


def _last_change(
    last: Operation | None, row: Operation, change: Mapping[str, Any]
) -> tuple[str, datetime]:
    """Who is at the other side of a conflict, and since when. `last` changed the very thing; who
    submitted the document changed no such thing, and is known from the conflict's record alone."""
    by = change.get("by")  # an earlier release did not record it
    if last and (by in (None, last.person) or (last.version or 0) > change["met"]):
        return "The model" if last.payload.get("op") == "suggest" else last.person, last.at
    return by or row.person, row.at


def current(draft: Draft, target: str) -> Any:
    """What the draft holds of a target: a plain span, the comment, or None."""
    return draft.comment if target == COMMENT else plain(draft.find(target))


def _in_todays_names(base: Any, names: Mapping[str, str]) -> Any:
    if not isinstance(base, Mapping) or base["label"] not in names:
        return base
    return {**base, "label": names[base["label"]]}


def _refused_by_others(draft: Draft, after: Any, unseen: Unseen) -> DraftSpan | None:
    """The span that others rejected unseen where this one would be accepted."""
    if not isinstance(after, Mapping) or after["status"] != "accepted":
        return None
    key = (after["start"], after["end"], after["label"])
    for span in draft.spans:
        same = key_of(span) == key
        if same and span.status == "rejected" and span.id in unseen.bases:
            return span
    return None
