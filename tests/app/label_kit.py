"""Labels of a team's project, by name, for tests that change them."""

from __future__ import annotations

from sqlalchemy import select

from app.services.labels import changes as label_changes
from storage.models import EntityRow
from storage.repository import annotation_sets, projects
from tests.app.teamwork import Team

Location = tuple[int, int]


def label_id(people: Team, name: str) -> int:
    with people.sessions() as session:
        every = projects.labels(session, people.project_id)
        return next(item.id for item in every if item.name == name)


def names(people: Team) -> list[str]:
    with people.sessions() as session:
        return [label.name for label in projects.labels(session, people.project_id)]


def rename(people: Team, old: str, new: str) -> None:
    label_changes.rename(people.sessions, people.project_id, label_id(people, old), new, "Rita")


def merge(people: Team, old: str, into: str) -> int:
    ids = label_id(people, old), label_id(people, into)
    return label_changes.merge(people.sessions, people.project_id, *ids, "Rita")


def shown(people: Team, document: int, person: str = "Anna") -> dict[str, str]:
    """What stands in the person's draft or answer that is not rejected: words and labels."""
    view = people.open(document, person)
    spans = [span for span in view.spans if span.status != "rejected"]
    assert len({(span.start, span.end, span.label) for span in spans}) == len(spans)
    return {view.text[span.start : span.end]: span.label for span in spans}


def answer(people: Team, document: int, owner: str | None = None) -> dict[Location, str]:
    """The accepted entities of the answer that counts, or of the owner's own."""
    with people.sessions() as session:
        result = annotation_sets.submitted_of(session, people.ids[document], owner)
        assert result is not None
        return {(e.start, e.end): e.label for e in result.entities if e.status == "accepted"}


def rows(people: Team) -> list[tuple[int | str, ...]]:
    """Every entity row there is."""
    query = select(
        EntityRow.annotation_set_id,
        EntityRow.key,
        EntityRow.start,
        EntityRow.end,
        EntityRow.label,
        EntityRow.status,
    )
    with people.sessions() as session:
        return [tuple(row) for row in session.execute(query.order_by(EntityRow.id))]
