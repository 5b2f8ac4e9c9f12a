"""Another model's suggestions, which a program sends for documents that are in the project.

They are kept as a model's, with the name that the program gives it. What people have begun stays as
it is, and what is held out is annotated without suggestions.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import TypeVar

from sqlalchemy.orm import Session

from app.services.annotation.drafts import suggested
from app.services.team.permissions import require
from storage.engine import Sessions, writing
from storage.formats.suggested_lines import Suggested, read_suggested
from storage.models import AnnotationSet, Document
from storage.records import BadRecord
from storage.repository import annotation_sets, documents, projects

PART = 100
"""Lines of one transaction, so that annotators' saves pass in between."""
LISTED = 100
"""Bad lines that a report names; it counts all of them."""
_MODEL = "pushed"
"""The key of a prediction's provenance that holds the name of the model."""
Item = TypeVar("Item")


@dataclass(slots=True)
class PushReport:
    """What became of each line."""

    added: int = 0
    """Documents that have the suggestions now."""
    entities: int = 0
    """Suggestions in them."""
    begun: int = 0
    """Documents that somebody has worked on: theirs stays as it is."""
    held_out: int = 0
    """Documents that are annotated without suggestions."""
    bad_count: int = 0
    bad: list[BadRecord] = field(default_factory=list)
    """The first of the lines that were skipped, and why."""

    def refuse(self, line: BadRecord) -> None:
        self.bad_count += 1
        if len(self.bad) < LISTED:
            self.bad.append(line)


def push(sessions: Sessions, project_id: int, source: Path, model: str, person: str) -> PushReport:
    """Keeps the suggestions of a file (`storage.formats.suggested_lines`) as those of the model of
    this name; in short transactions, so that what was sent before a stop stays."""
    report = PushReport()
    run = secrets.token_hex(4)
    with sessions() as session:
        require(session, project_id, "review", person)
        projects.get(session, project_id)
    with source.open("rb") as file:
        for part in _parts(read_suggested(file)):
            with writing(sessions, beside_others=True) as session:
                require(session, project_id, "review", person)
                _Keeper(session, project_id, {_MODEL: model, "person": person}, run, report).keep(
                    part
                )
    return report


def model_of(machine: AnnotationSet | None) -> str:
    """The name of the model whose prediction a program sent; empty where none did."""
    return str(machine.provenance.get(_MODEL, "")) if machine else ""


class _Keeper:
    """One transaction of a push."""

    def __init__(
        self,
        session: Session,
        project_id: int,
        provenance: dict[str, str],
        run: str,
        report: PushReport,
    ) -> None:
        self._session, self._project_id = session, project_id
        self._provenance, self._run, self._report = provenance, run, report
        self._labels = {label.name for label in projects.labels(session, project_id)}

    def keep(self, part: Sequence[Suggested | BadRecord]) -> None:
        numbers = {line.document_id for line in part if isinstance(line, Suggested)}
        locked = documents.lock_many(self._session, self._project_id, numbers)
        found = {document.id: document for batch in locked for document in batch}
        for line in part:
            if isinstance(line, BadRecord):
                self._report.refuse(line)
            elif problem := self._problem(line, found.get(line.document_id)):
                self._report.refuse(BadRecord(line.line, problem))
            else:
                self._take(line, found[line.document_id])

    def _problem(self, line: Suggested, document: Document | None) -> str | None:
        """Why the line cannot be taken."""
        if document is None:
            return f"this project has no document {line.document_id}, or it is in the trash"
        for entity in line.entities:
            if not 0 <= entity.start < entity.end <= document.length:
                return (
                    f"entity [{entity.start}, {entity.end}) {entity.label!r} does not lie in the "
                    f"text of {document.length} code points; offsets are code points (not bytes or "
                    "UTF-16 units), end exclusive"
                )
            if entity.label not in self._labels:
                return (
                    f"the project has no label {entity.label[:100]!r}; add it to the project, or "
                    f"send one of {', '.join(sorted(self._labels)) or 'none so far'}"
                )
        return None

    def _take(self, line: Suggested, document: Document) -> None:
        if document.status != "new":
            self._report.begun += 1
        elif document.split == "holdout":
            self._report.held_out += 1
        else:
            # keys of this push alone: a page that shows earlier ones accepts no other by mistake
            spans = suggested(line.entities, f"p{self._run}.")
            annotation_sets.add_prediction(
                self._session,
                document.id,
                spans,
                model_version_id=None,
                provenance=self._provenance,
            )
            self._report.added += 1
            self._report.entities += len(spans)


def _parts(lines: Iterable[Item]) -> Iterator[list[Item]]:
    lines = iter(lines)
    while part := list(islice(lines, PART)):
        yield part
