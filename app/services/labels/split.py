"""Split a label: add the new ones, and go through its entities one after the other.

The pass is two events, its beginning and its end; what was chosen stands in the documents' logs.
So it can be left at any time, and whoever may change labels goes on with it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from app.services.annotation import audit_log
from app.services.labels.changes import LabelChangeError, of_project
from app.services.labels.relabel import relabel
from app.services.suggestions.resuggest import touched
from app.services.team.permissions import require
from storage.engine import Sessions, writing
from storage.repository import documents, events, label_splits, operations, projects
from storage.repository.label_names import Location


@dataclass(frozen=True, slots=True)
class Asked:
    """The entity that is to be decided now, in its sentence."""

    location: Location
    name: str
    """The document's."""
    before: str
    words: str
    after: str


@dataclass(frozen=True, slots=True)
class Pass:
    """How far a pass has come. A place is counted once, however many people marked it."""

    id: int
    label: str
    into: tuple[str, ...]
    done: int
    left: int
    next: Asked | None


def begin(
    sessions: Sessions, project_id: int, label_id: int, into: Sequence[str], person: str
) -> None:
    """Makes those of the labels that are not there, and begins a pass over the label's entities.

    Raises `LookupError` for an unknown label, `LabelChangeError` where a pass is open or nothing
    is named to split into, and `ValueError` for a name that cannot be.
    """
    with writing(sessions) as session:
        require(session, project_id, "review", person)
        label = of_project(session, project_id, label_id)
        wanted = [name for name in dict.fromkeys(into) if name != label.name]
        if not wanted:
            raise LabelChangeError(
                f"name at least one other label to split {label.name!r} into, got none"
            )
        if label_splits.open_pass(session, project_id) is not None:
            raise LabelChangeError("another label is being split; finish that first")
        there = {
            known_label.name: known_label.id for known_label in projects.labels(session, project_id)
        }
        ids = [
            there[name] if name in there else projects.add_label(session, project_id, name).id
            for name in wanted
        ]
        detail = {"name": label.name, "label": label.id, "into": ids}
        events.record(session, person, label_splits.BEGUN, project_id=project_id, detail=detail)


def standing(sessions: Sessions, project_id: int) -> Pass | None:
    """The project's open pass; None where there is none."""
    with sessions() as session:
        require(session, project_id, "review")
        begun = label_splits.open_pass(session, project_id)
        if begun is None:
            return None
        label, into = _labels(session, project_id, begun.detail)
        left = label_splits.left(session, project_id, begun.id, label)
        done = len(label_splits.done(session, project_id, begun.id))
        asked = _asked(session, left[0]) if left else None
        return Pass(begun.id, label, into, done, len(left), asked)


def choose(
    sessions: Sessions, project_id: int, pass_id: int, location: Location, to: str, person: str
) -> None:
    """Gives the entity at a place another label, for all who accepted it, or leaves it as it is
    where `to` is the label that is split. Saved when this returns; a second time, it does nothing.

    Raises `LabelChangeError` for a pass that has ended, or a label that is not of it.
    """
    document_id, start, end = location
    with writing(sessions) as session:
        require(session, project_id, "review", person)
        document = documents.lock(session, document_id)
        begun = label_splits.open_pass(session, project_id)
        if begun is None or begun.id != pass_id:
            raise LabelChangeError("this split has ended; reload the page")
        label, into = _labels(session, project_id, begun.detail)
        if to not in (label, *into):
            raise LabelChangeError(f"{label!r} is split into {', '.join(into)}, got {to!r}")
        if document.project_id != project_id or location not in label_splits.left(
            session, project_id, pass_id, label
        ):
            return
        payload = {"op": label_splits.OP, "pass": pass_id, "from": label, "to": to}
        payload |= {"start": start, "end": end, "by": person}
        if to == label:
            operations.record(
                session,
                client=audit_log.server_client(),
                seq=1,
                document_id=document_id,
                person=person,
                payload=payload,
                version=document.version,
                changes=[],
            )
            return
        relabel(
            session,
            document,
            lambda span: (
                to
                if (span.start, span.end, span.label, span.status)
                == (start, end, label, "accepted")
                else span.label
            ),
            person,
            payload,
        )


def finish(sessions: Sessions, project_id: int, person: str) -> None:
    """Ends the open pass, if there is one; what was not decided stays as it is."""
    with writing(sessions) as session:
        require(session, project_id, "review", person)
        begun = label_splits.open_pass(session, project_id)
        if begun is not None:
            detail = {"name": begun.detail["name"], "begun": begun.id}
            events.record(session, person, label_splits.ENDED, project_id=project_id, detail=detail)


def _labels(
    session: Session, project_id: int, detail: dict[str, Any]
) -> tuple[str, tuple[str, ...]]:
    """The label and its parts, by what they are called now; without those that are gone."""
    names = {label.id: label.name for label in projects.labels(session, project_id)}
    into = tuple(names[name] for name in detail["into"] if name in names)
    return names.get(detail["label"], ""), into


def _asked(session: Session, location: Location) -> Asked:
    document_id, start, end = location
    document = documents.get(session, document_id)
    around = touched(document.text, [(start, end)]) or [(start, end)]
    left, right = min(start, around[0][0]), max(end, around[-1][1])
    text = document.text
    return Asked(location, document.name, text[left:start], text[start:end], text[end:right])
