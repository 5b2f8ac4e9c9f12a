"""A run of operations from a page, applied exactly once and in order."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any, NamedTuple

from sqlalchemy.orm import Session

from app.edit_operations import Add, EditOperation, Relabel, Restore, Settle, Submit, short
from app.editing import Draft, EditError, parse_operation, reduce
from app.services.annotation import drafts
from app.services.annotation.batch import Batch, Numbered
from app.services.annotation.changes import Change, difference
from app.services.annotation.conflicts import ConflictError, Unseen, already_so
from app.services.annotation.news import summarize
from app.services.annotation.repeats import check_repeats
from app.services.annotation.tasks import AnnotationTask
from app.services.operations import metrics
from storage.models import Operation
from storage.repository import label_names, operations

ANOTHERS = (
    "not saved: somebody else has saved edits under this client’s id; send them again under a new "
    "one"
)


class Outcome(NamedTuple):
    """What became of a run of operations."""

    ack: int | None
    """What the client can forget."""
    refusals: Sequence[str]
    """Why some were refused, with those of the runs before."""
    wrong_owner: bool = False
    """Whether the client is somebody else's, so that nothing was done."""
    draft: Draft | None = None
    """What became of the draft; None where it was not looked at."""


def apply_operations(
    session: Session,
    task: AnnotationTask,
    sent: Batch,
    person: str,
    sibling_clients: Collection[str] = (),
    refusals: Sequence[str] = (),
) -> Outcome:
    """Does what a page sent.

    The document is locked. Unless the work is submitted it gets a draft; one that a page shows is
    left as it is. An operation may say which
    version of the draft its person looked at (`base_version`); `sibling_clients` are other clients
    of that page, `refusals` those of earlier runs of the same message. One that cannot be applied
    is recorded as refused, and those after it are applied all the same. One that conflicts
    (`app.services.annotation.conflicts`) waits for a decision, and is no error. Nothing of a client
    under which somebody else did something is applied or acknowledged: clients are no secret, span
    ids begin with them. Raises `ReusedNumberError` for a number that is recorded of something else.
    """
    client, numbered = sent.client, sent.operations
    recorded = operations.of_client(session, client, numbered.keys())
    owner, last, known = recorded
    if owner not in (None, person):
        return Outcome(None, (ANOTHERS,), wrong_owner=True)
    if not numbered:
        return Outcome(last, refusals)
    check_repeats(session, task, sent, recorded)
    new = {seq: numbered[seq] for seq in sorted(numbered.keys() - known.keys())}
    batch = _Batch(session, task, client, person)
    batch.refusals += refusals
    batch.refusals += [operation.refusal for operation in known.values() if operation.refusal]
    batch.load_others(new.values(), {client, *sibling_clients})
    for operation in new.values():
        batch.apply(operation, last)
    batch.save()
    ack = max(numbered) if last is None else max(last, *numbered)
    return Outcome(ack, batch.refusals, draft=batch.draft)


class _Batch:
    """A draft on its way through a run of operations."""

    def __init__(self, session: Session, task: AnnotationTask, client: str, person: str) -> None:
        self.session, self.task, self.client, self.person = session, task, client, person
        self.source = drafts.source_of(session, task)
        if self.source is None and task.standing.status != "submitted":
            self.source = drafts.ensure(session, task, person)
        self.before = self.draft = drafts.of_set(session, task, self.source)
        self.refusals: list[str] = []
        self.others: Sequence[Operation] = ()
        self.mine: dict[str, Change] = {}
        """What the page wanted where its operations conflicted, by target."""

    @property
    def version(self) -> int:
        return self.task.standing.version

    def conflicts(self) -> Sequence[Operation]:
        return operations.conflicts(self.session, self.task.id, self.person, self.task.owner)

    def load_others(self, ops: Iterable[Numbered], own_clients: Collection[str]) -> None:
        """Finds out what others did that the page had not seen."""
        oldest = min((self.base_version(operation) for operation in ops), default=self.version)
        if oldest >= self.version:
            return
        self.others = operations.since(
            self.session, self.task.id, oldest, own_clients, self.task.owner
        )
        for row in self.conflicts():
            for change in (row.changes or ()) if row.client in own_clients else ():
                self.mine[operations.target(change)] = dict(change)

    def base_version(self, sent: Numbered) -> int:
        """The version that the page had seen; the newest where it does not say."""
        return self.version if sent.base_version is None else min(sent.base_version, self.version)

    def apply(self, sent: Numbered, last: int | None) -> None:
        """Applies one operation, or finds out why it cannot be; records it in either case."""
        operation = refused = version = changes = None
        try:
            _check_order(sent.seq, last)
            operation = self.in_todays_names(parse_operation(sent.raw))
            after = self.applied(operation, self.base_version(sent))
            changes = difference(self.draft, after)
            version = drafts.advance(self.task) if changes else self.version
            self.draft = after
        except ConflictError as conflict:
            conflicted = {**conflict.change, "met": self.version}
            refused, changes = str(conflict), [conflicted]
            self.mine[operations.target(conflicted)] = conflicted
        except EditError as reason:
            refused = str(reason)
            self.refusals.append(refused)
        operations.record(
            self.session,
            client=self.client,
            seq=sent.seq,
            document_id=self.task.id,
            person=self.person,
            payload=_payload(sent.raw, operation),
            version=version,
            changes=changes,
            refused=refused,
            blind=self.task.blind,
        )

    @cached_property
    def names(self) -> Mapping[str, str]:
        """Today's names of labels that a page may show by earlier ones."""
        return label_names.current(self.session, self.task.document.project_id)

    def in_todays_names(self, operation: EditOperation) -> EditOperation:
        """The operation of a page that has not heard yet that its label was renamed or merged."""
        if (
            isinstance(operation, Add | Relabel | Restore)
            and operation.label not in self.draft.labels
        ):
            return operation.model_copy(
                update={"label": self.names.get(operation.label, operation.label)}
            )
        return operation

    def applied(self, operation: EditOperation, base_version: int) -> Draft:
        unseen = Unseen.of(self.others, base_version, self.names if self.others else {})
        if isinstance(operation, Settle):
            self.mine.pop(operation.target, None)
        if isinstance(operation, Submit):
            self.check_submit(unseen)
        mine = {
            key: change["after"]
            for key, change in self.mine.items()
            if base_version < change["met"]
        }
        if already_so(self.draft, operation, unseen, mine):
            return self.draft
        return reduce(self.draft, operation)

    def check_submit(self, unseen: Unseen) -> None:
        """Nothing is final with an edit missing, or with something that the person did not see."""
        if self.refusals:
            raise EditError("an earlier edit was rejected; check it and submit again")
        if self.conflicts():
            raise EditError(
                "your changes conflict with somebody else’s; resolve the conflicts and submit again"
            )
        if unseen.rows:
            summary = summarize(unseen.rows, self.person)
            raise EditError(f"{summary}; review it and submit again")

    def save(self) -> None:
        if self.draft is not self.before:
            metrics.decided(self.before, self.draft)
            drafts.save(self.session, self.task, self.before, self.draft, self.person, self.source)


def summed(refusals: Sequence[str]) -> str | None:
    """The first refusal, which others may follow from."""
    if len(refusals) < 2:
        return next(iter(refusals), None)
    return f"{refusals[0]} (and {len(refusals) - 1} more; see the history)"


def _check_order(seq: int, last: int | None) -> None:
    if last is not None and seq < last:
        raise EditError(
            f"operation {seq} arrived after operation {last} of the same page and was not "
            "applied; repeat it"
        )


def _payload(raw: Mapping[str, Any], operation: EditOperation | None) -> dict[str, Any]:
    if operation is None:
        return {"refused": short(dict(raw))}
    return operation.model_dump()
