"""The queue: which document a person should see next.

`arrival` goes from the oldest to the newest and `random` through one shuffled order that never
changes; both begin again at the start. The others ask what the active model says of each document
(`app.services.suggestions.signals`): the least sure first, the one on which seeds agree least
first, or the one least like all that are done. A document that no signal is known of comes after
those with one.

A held-out document is annotated without suggestions, and no signal may choose it: the slice
that models are judged on must be a random one. So with these three orders, held-out documents
are drawn at random, and mixed in so that of those done their share is the project's: with a share
of 0.2, every fifth document.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence

import numpy as np
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from app.services.team.permissions import require
from storage.engine import Sessions
from storage.enums import DocumentStatus, QueueOrder
from storage.models import Project
from storage.repository import assignments, documents, model_versions, projects, signals
from storage.repository.assignments import OPEN
from storage.repository.signals import QueueRow

SIGNALLED: frozenset[QueueOrder] = frozenset(("doubt", "disagreement", "diversity"))
"""The orders that need a model's signals."""
COMPARED = 1000
"""Documents of either side that diversity looks at, so that no queue keeps a page waiting."""


def next_document(
    sessions: Sessions,
    project_id: int,
    after: int | None = None,
    exclude: Collection[int] = (),
    person: str | None = None,
) -> int | None:
    """The next open document by the project's order, but for `after` and those in `exclude`; None
    where there is none. `after` is the document that the person comes from."""
    return next(iter(upcoming(sessions, project_id, after, 1, exclude, person)), None)


def following(
    sessions: Sessions, document_id: int, person: str, exclude: Collection[int] = ()
) -> tuple[int, int | None]:
    """The project of the document that a person comes from, and its next open document but for
    those in `exclude`."""
    with sessions() as session:
        project = projects.get(session, documents.get(session, document_id).project_id)
        found = _upcoming(session, project, document_id, 1, exclude, person)
        return project.id, next(iter(found), None)


def resumed(sessions: Sessions, project_id: int, person: str) -> int | None:
    """Where a person goes on: the first document that is begun and waits for them, else the next
    one of the queue; None where there is none."""
    begun = first_waiting(sessions, project_id, person, ["in_progress"])
    return begun or next_document(sessions, project_id, person=person)


def first_waiting(
    sessions: Sessions,
    project_id: int,
    person: str,
    statuses: Collection[DocumentStatus] = OPEN,
) -> int | None:
    """The first document of these statuses that waits for the person: one of theirs before one
    that lacks somebody."""
    with sessions() as session:
        require(session, project_id, "annotate", person)
        wanted = assignments.annotators(session, project_id)
        assigned = assignments.open_of(session, project_id, person, statuses) if wanted > 1 else ()
        if assigned or (wanted > 1 and "new" not in statuses):
            return next(iter(assigned), None)
        waits = assignments.waits_for(person, wanted)
        return next(
            iter(signals.by_arrival(session, project_id, statuses, None, (), 1, waits)), None
        )


def first_to_open(sessions: Sessions, project_id: int, person: str) -> int | None:
    """The first document that waits for the person, else the first of the project; None where it
    has none."""
    waiting = first_waiting(sessions, project_id, person)
    if waiting is not None:
        return waiting
    with sessions() as session:
        return documents.first(session, project_id)


def upcoming(
    sessions: Sessions,
    project_id: int,
    after: int | None = None,
    count: int = 2,
    exclude: Collection[int] = (),
    person: str | None = None,
) -> list[int]:
    """The next documents, were each of them done in turn by this person (None: by anybody).

    Where several people annotate each document, the person's own open ones come before those that
    lack somebody; else a document that another has open is left out.
    """
    with sessions() as session:
        project = projects.get(session, project_id)
        return _upcoming(session, project, after, count, exclude, person)


def _upcoming(
    session: Session,
    project: Project,
    after: int | None,
    count: int,
    exclude: Collection[int],
    person: str | None,
) -> list[int]:
    require(session, project.id, "annotate", person)
    begun: list[int] = []
    if person is not None and project.annotators > 1:
        begun = _begun(session, project.id, person, {after, *exclude}, after or 0)[:count]
    return begun + _others(session, project, after, count - len(begun), exclude, person)


def _begun(
    session: Session, project_id: int, person: str, without: Collection[int | None], after: int
) -> list[int]:
    """The person's own open documents: those after the current one, then from the start."""
    assigned = assignments.open_of(session, project_id, person)
    return sorted(
        (row for row in assigned if row not in without), key=lambda row: (row < after, row)
    )


def _others(
    session: Session,
    project: Project,
    after: int | None,
    count: int,
    exclude: Collection[int],
    person: str | None,
) -> list[int]:
    """The next of the documents that wait for whoever comes."""
    project_id = project.id
    waits = assignments.waits_for(person, project.annotators)
    if project.queue == "arrival":
        found = signals.by_arrival(session, project_id, OPEN, after, exclude, count, waits)
        return list(found)
    active = model_versions.active(session)
    rows = signals.queue_rows(session, project_id, active.id if active else None, waits)
    queue = _Queue(rows, after, exclude)
    if project.queue not in SIGNALLED:
        return queue.shuffled(project_id, count)
    ids = [row.id for row in _compared(queue, project_id)]
    held = (
        signals.vectors(session, ids, active.id) if active and project.queue == "diversity" else {}
    )
    return queue.by_signal(project.queue, project_id, project.holdout_share, held, count)


class _Queue:
    """The documents of a project, and who comes next."""

    def __init__(
        self, rows: Sequence[QueueRow], after: int | None, exclude: Collection[int]
    ) -> None:
        left_out = {after, *exclude}
        self.rows = rows
        self.after = after
        self.open = [row for row in rows if row.waits and row.id not in left_out]
        self.done = [row for row in rows if row.status not in OPEN or row.id in left_out]

    def shuffled(self, project_id: int, count: int) -> list[int]:
        """Those after the current one, then from the start."""
        here = next((drawn(project_id, row) for row in self.rows if row.id == self.after), b"")
        following = sorted(
            (drawn(project_id, row) < here, drawn(project_id, row), row.id) for row in self.open
        )
        return [document_id for _, _, document_id in following[:count]]

    def by_signal(
        self,
        order: QueueOrder,
        project_id: int,
        share: float,
        held: dict[int, bytes],
        count: int,
    ) -> list[int]:
        holdout = [row for row in self.open if row.split == "holdout"]
        holdout.sort(key=lambda row: drawn(project_id, row))
        rest = [row for row in self.open if row.split != "holdout"]
        if order == "diversity":
            ranked = _least_alike(rest, [row.id for row in _newest(self.done)], held, count)
        else:
            ranked = sorted(rest, key=lambda row: _signal(row, order))
        done, done_holdout = len(self.done), sum(row.split == "holdout" for row in self.done)
        chosen: list[int] = []
        while len(chosen) < count and (holdout or ranked):
            behind = done_holdout + 1 <= share * (done + 1) + 1e-9
            source = holdout if holdout and (behind or not ranked) else ranked
            done, done_holdout = done + 1, done_holdout + (source is holdout)
            chosen.append(source.pop(0).id)
        return chosen


def drawn(project_id: int, row: QueueRow) -> bytes:
    """A document's place in the project's shuffled order: the same on every machine."""
    return hashlib.sha256(f"{project_id}\0{row.sha256}".encode()).digest()


def _signal(row: QueueRow, order: QueueOrder) -> tuple[bool, float, int]:
    value = row.doubt if order == "doubt" else row.disagreement
    return value is None, -(value or 0.0), row.id


def _newest(rows: Sequence[QueueRow]) -> Sequence[QueueRow]:
    return rows[-COMPARED:]


def _compared(queue: _Queue, project_id: int) -> list[QueueRow]:
    """Whose vectors diversity needs: a random thousand that wait, the newest that are done."""
    waiting = sorted(
        (row for row in queue.open if row.split != "holdout"),
        key=lambda row: drawn(project_id, row),
    )
    return [*waiting[:COMPARED], *_newest(queue.done)]


def _least_alike(
    rows: Sequence[QueueRow], done: Sequence[int], held: dict[int, bytes], count: int
) -> list[QueueRow]:
    """K-centre greedy: each time the document farthest, by the cosine, from the nearest of those
    that are done or chosen; where none is, the one nearest to the middle of all."""
    known = [row for row in rows if row.id in held]
    unknown = [row for row in rows if row.id not in held]
    if not known:
        return unknown
    points = _unit([held[row.id] for row in known])
    centres = [held[document_id] for document_id in done if document_id in held]
    nearest = (points @ _unit(centres).T).max(1) if centres else -(points @ points.mean(0))
    ranked: list[QueueRow] = []
    for number in range(min(count, len(known))):
        best = int(nearest.argmin())
        ranked.append(known[best])
        alike = points @ points[best]
        nearest = np.maximum(nearest, alike) if centres or number else alike
        nearest[best] = np.inf
    chosen = {row.id for row in ranked}
    return [*ranked, *(row for row in known if row.id not in chosen), *unknown]


def _unit(vectors: Sequence[bytes]) -> NDArray[np.float64]:
    stacked = np.stack([np.frombuffer(vector, dtype="<f4") for vector in vectors])
    length = np.linalg.norm(stacked, axis=1, keepdims=True)
    return stacked / np.where(length > 0, length, 1.0)
