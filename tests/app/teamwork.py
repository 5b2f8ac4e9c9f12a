"""A project that several people annotate, each unseen by the others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count

from sqlalchemy import select

from app.services.annotation.annotation import AnnotationService
from app.services.annotation.document_view import DocumentView
from app.services.suggestions.suggest import Predictor
from app.services.team import assignment
from storage.engine import Sessions, writing
from storage.enums import QueueOrder
from storage.models import Assignment, Document
from storage.repository import documents, model_versions, projects

Marked = tuple[str, str]
"""Words of the text and a label."""
TEXTS = ("Anna Haag met Bo in Oslo.", "The Bank of China hired Anna.", "Nothing was said in May.")


@dataclass
class Team:
    sessions: Sessions
    project_id: int
    ids: list[int]
    model: Predictor | None = None
    numbers: count[int] = field(default_factory=count)

    @property
    def service(self) -> AnnotationService:
        return AnnotationService(self.sessions, self.model)

    def open(self, document: int, person: str) -> DocumentView:
        return self.service.open(self.ids[document], person)

    def add(self, document: int, person: str, *marked: Marked) -> str | None:
        """Marks words, as from a page of the person's; returns the error."""
        document_id = self.ids[document]
        text = self.open(document, person).text
        ops = []
        for words, label in marked:
            start = text.index(words)
            at = {"start": start, "end": start + len(words), "label": label}
            number = next(self.numbers)
            ops.append({"seq": number, "op": "add", "id": f"{person}{number}", **at})
        return self.service.apply(document_id, f"page-{person}", ops, person).error

    def submit(self, document: int, person: str, *marked: Marked) -> None:
        self.open(document, person)
        if marked:
            assert self.add(document, person, *marked) is None
        self.service.submit(self.ids[document], person)

    def status(self, document: int) -> str:
        with self.sessions() as session:
            return documents.get(session, self.ids[document]).status


def team(
    sessions: Sessions,
    annotators: int = 2,
    texts: Sequence[str] = TEXTS,
    queue: QueueOrder = "arrival",
) -> Team:
    with writing(sessions) as session:
        project = projects.create(session, "Team")
        model_versions.ensure_active(session, "one", ["PER", "ORG", "LOC"])
        projects.ensure_labels(session, project.id, ["PER", "ORG", "LOC"])
        projects.configure(
            session, project.id, guidelines="", holdout_share=0.2, queue=queue, nested=True
        )
        added = [
            documents.add(session, project.id, name=f"text {number}", text=text, split="train")
            for number, text in enumerate(texts)
        ]
        ids = [item.id for item in added if item is not None]
        project_id = project.id
    assignment.set_annotators(sessions, project_id, annotators)
    return Team(sessions, project_id, ids)


def later(people: Team, by: timedelta) -> None:
    """As if this much time had passed for every claim."""
    with writing(people.sessions) as session:
        for table in (Document, Assignment):
            for row in session.scalars(select(table).where(table.claimed_until.is_not(None))):
                assert row.claimed_until is not None
                row.claimed_until -= by
