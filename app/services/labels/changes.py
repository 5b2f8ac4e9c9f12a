"""Rename and merge labels, in all documents at once or in none.

A renamed label is the same one, so the answers that have it stay what they are. Merging edits:
every document's log has it, see `app.services.labels.relabel`. What a model calls by a name of
before is suggested by today's (`storage.repository.label_names`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from app.services.labels.label_set import ProjectLabel, require_own_keys, shown
from app.services.labels.relabel import relabel
from app.services.team.permissions import require
from storage.engine import Sessions, writing
from storage.models import Label
from storage.repository import documents, label_names, label_splits, projects


class LabelChangeError(ValueError):
    """What keeps labels from being changed so, and what to do."""


@dataclass(frozen=True, slots=True)
class Weight:
    """What a change of a label would touch."""

    entities: int
    """Accepted, in the answers that count and in drafts; each place once a document."""
    documents: int
    waiting: int = 0
    """Suggestions in drafts that nobody has decided."""
    doubles: int = 0
    """Of the entities, those that the other label has too: two become one."""


def weigh(sessions: Sessions, project_id: int, label_id: int, into_id: int | None = None) -> Weight:
    """What renaming the label, or merging it into another, would touch. Raises `LookupError`."""
    with sessions() as session:
        require(session, project_id, "review")
        label = of_project(session, project_id, label_id)
        locations = label_names.locations(session, project_id, label.name)
        accepted = {location for location, status in locations if status == "accepted"}
        suggested = {location for location, status in locations if status == "suggested"}
        others: set[label_names.Location] = set()
        if into_id is not None:
            into = of_project(session, project_id, into_id)
            other_locations = label_names.locations(session, project_id, into.name)
            others = {location for location, status in other_locations if status == "accepted"}
    return Weight(
        len(accepted),
        len({location[0] for location in accepted | suggested}),
        len(suggested - accepted),
        len(accepted & others),
    )


def rename(sessions: Sessions, project_id: int, label_id: int, name: str, person: str) -> None:
    """Gives the label another name wherever it stands; renaming it back undoes this.

    Raises `LookupError` for an unknown label, `ValueError` for a name that cannot be.
    """
    with writing(sessions) as session:
        require(session, project_id, "review", person)
        _rename(session, of_project(session, project_id, label_id), name, person)


def revise(
    sessions: Sessions, project_id: int, label_id: int, given: Mapping[str, Any], person: str
) -> ProjectLabel:
    """Gives the label the `name`, `color`, `key` and `description` that are given, all of them or
    none; what is left out stays as it is by now.

    Raises `LookupError` for an unknown label, `ValueError` for what cannot be, `KeyTakenError`.
    """
    with writing(sessions) as session:
        require(session, project_id, "review", person)
        label = of_project(session, project_id, label_id)
        present = {"color": label.color, "key": label.key, "description": label.description}
        appearance = {field: given.get(field, was) for field, was in present.items()}
        projects.change_label(session, label.id, **appearance)
        if "key" in given:
            require_own_keys(session, project_id, (label.id,))
        _rename(session, label, given.get("name", label.name), person)
        return shown(label)


def _rename(session: Session, label: Label, name: str, person: str) -> None:
    if name != label.name:
        label_names.lock_documents(session, label.project_id)
        label_names.rename(session, label, name, person)


def merge(sessions: Sessions, project_id: int, label_id: int, into_id: int, person: str) -> int:
    """Makes every entity of a label one of another's, and takes the first label away. Returns how
    many documents have it in their history. All of them are changed, or none.

    Raises `LookupError` for an unknown label, `LabelChangeError` for a label and itself,
    and for one that is being split.
    """
    if label_id == into_id:
        raise LabelChangeError("a label cannot be merged into itself; choose another")
    with writing(sessions) as session:
        require(session, project_id, "review", person)
        label = of_project(session, project_id, label_id)
        into = of_project(session, project_id, into_id)
        if label_splits.is_split(session, label):
            raise LabelChangeError(f"{label.name!r} is being split; finish that first")
        label_names.lock_documents(session, project_id)
        found = label_names.documents_with(session, project_id, label.name)
        old, new = label.name, into.name
        payload = {"op": "relabel_all", "from": old, "to": new}
        for document_id in found:
            document = documents.lock(session, document_id)
            relabel(
                session,
                document,
                lambda span: new if span.label == old else span.label,
                person,
                payload,
            )
        label_names.give_up(session, label, into, person)
        return len(found)


def of_project(session: Session, project_id: int, label_id: int) -> Label:
    """Raises `LookupError` for a label that is not one of the project's."""
    label = session.get(Label, label_id)
    if label is None or label.project_id != project_id or label.deleted_at is not None:
        raise LookupError(f"there is no label {label_id}; reload the page to see the current ones")
    return label
