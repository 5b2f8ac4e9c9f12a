"""A document as the page shows it, read in one transaction, each thing once."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy.orm import Session

from app.editing import DraftSpan
from app.services.annotation import drafts
from app.services.annotation.conflicts import Conflict, waiting
from app.services.annotation.tasks import AnnotationTask
from app.services.suggestions import by_parts, instant, pushed, suggest
from app.services.suggestions.by_parts import Progress
from app.services.suggestions.suggest import Hint
from app.services.team import assignment
from storage.enums import DocumentStatus, Split
from storage.models import AnnotationSet
from storage.repository import shown_projects
from storage.repository.annotation_sets import NewestPrediction
from storage.repository.neighbours import Surroundings, surroundings
from storage.repository.shown_projects import ShownProject

Predicted = Literal["never", "nothing", "other_labels", "found"]
"""`nothing`: a model looked and found no entity; `other_labels`: none of the project's labels.
`never`: no model has looked."""


@dataclass(frozen=True, slots=True)
class LabelView:
    name: str
    color: str
    key: str | None
    description: str


@dataclass(frozen=True, slots=True)
class Heading:
    """What stands above a document: what is known of it before anything is read of its text."""

    document_id: int
    project_id: int
    project: str
    """The project's name."""
    name: str
    status: DocumentStatus
    split: Split
    surroundings: Surroundings
    labels: tuple[LabelView, ...]
    guidelines: str
    """The project's own; empty where it wrote none."""
    hotkeys: Mapping[str, str]
    """The project's own."""
    annotators: int
    """How many people annotate it; with more than one, each sees their own work alone."""
    meta: Mapping[str, Any]
    """What came with the document: its source, its tags; whatever JSON holds."""


@dataclass(frozen=True, slots=True)
class DocumentView:
    """A document and a person's work on it. Offsets are code points."""

    heading: Heading
    text: str
    spans: tuple[DraftSpan, ...]
    read_only: bool
    """True once submitted; `reopen` makes it editable again."""
    predicted: Predicted
    model_version_id: int | None
    """The model of the newest suggestions; None where none, or where they came from elsewhere."""
    sent_model: str = ""
    """The model of suggestions that a program sent, by the name that it gave."""
    uncovered: tuple[tuple[int, int], ...] = ()
    """Stretches that the model could not look at."""
    prediction_error: str | None = None
    """Why the model could not predict just now; the document can be annotated all the same."""
    progress: Progress | None = None
    """How far a model has read a long document; None where nothing is left to read."""
    being_read: bool = False
    """Whether suggestions of its unread parts will be added to the spans."""
    learnt_from: int = 0
    """How many submitted documents had taught the suggestions beside the model."""
    hints: tuple[Hint, ...] = ()
    """What the model was not sure enough of to suggest."""
    comment: str = ""
    skip_reason: str = ""
    version: int = 0
    """How many operations changed it so far: what a page names as `base_version`."""
    conflicts: tuple[Conflict, ...] = ()
    """What this person has to decide between their own changes and another's."""
    holder: str | None = None
    """Who else works on it now."""

    @property
    def by_rules(self) -> int:
        """How many of its spans a rule suggested first."""
        return sum(span.source == "rule" for span in self.spans)

    @property
    def document_id(self) -> int:
        return self.heading.document_id

    @property
    def project_id(self) -> int:
        return self.heading.project_id

    @property
    def name(self) -> str:
        return self.heading.name

    @property
    def status(self) -> DocumentStatus:
        return self.heading.status

    @property
    def split(self) -> Split:
        return self.heading.split

    @property
    def labels(self) -> tuple[LabelView, ...]:
        return self.heading.labels

    @property
    def annotators(self) -> int:
        return self.heading.annotators

    @property
    def held_out(self) -> bool:
        """Whether it is annotated without suggestions."""
        return self.split == "holdout" and self.predicted == "never"


def heading(session: Session, task: AnnotationTask, project: ShownProject) -> Heading:
    document = task.document
    return Heading(
        document_id=document.id,
        project_id=document.project_id,
        project=project.name,
        name=document.name,
        status=task.standing.status,
        split=document.split,
        surroundings=surroundings(session, document, task.owner),
        labels=tuple(
            LabelView(label.name, label.color, label.key, label.description)
            for label in project.shown_labels
        ),
        guidelines=project.guidelines.strip(),
        hotkeys=project.hotkeys,
        annotators=task.wanted,
        meta=document.meta,
    )


def settled(
    session: Session, task: AnnotationTask, newest: NewestPrediction
) -> tuple[bool, AnnotationSet | None]:
    """Whether opening the document has nothing to write to the draft, and the set to be shown."""
    source = drafts.source_of(session, task)
    if task.standing.status == "submitted":
        return True, source
    if source is None or task.standing.status != "new" or task.standing.version:
        return source is not None, source
    return drafts.fresh(session, task, source, newest), source


def view(
    session: Session,
    task: AnnotationTask,
    person: str,
    error: str | None = None,
    source: AnnotationSet | None = None,
    newest: NewestPrediction | None = None,
) -> DocumentView:
    """`source` is the set to be shown and `newest` the prediction, where they were read already."""
    document, standing = task.document, task.standing
    project = task.shown or shown_projects.shown(session, document.project_id)
    above = heading(session, task, project)
    known = project.labels
    draft = drafts.shown(task, known, source or drafts.source_of(session, task))
    machine = drafts.prediction_of(session, document, newest)
    return DocumentView(
        heading=above,
        text=document.text,
        spans=draft.spans,
        read_only=standing.status == "submitted",
        predicted=_predicted(machine, known),
        model_version_id=machine.model_version_id if machine else None,
        sent_model=pushed.model_of(machine),
        uncovered=_pairs(machine.provenance.get("uncovered", ())) if machine else (),
        prediction_error=error,
        progress=by_parts.progress_of(machine),
        being_read=standing.status in ("new", "in_progress")
        and by_parts.is_wanted(session, document, machine),
        learnt_from=instant.documents_of(machine),
        hints=tuple(
            hint for hint in suggest.hints_of(machine, project.names) if hint.label in known
        ),
        comment=standing.comment,
        skip_reason=standing.skip_reason,
        version=standing.version,
        conflicts=waiting(session, task, person, draft),
        holder=None if task.blind else assignment.holder(document, person),
    )


def _predicted(machine: AnnotationSet | None, known: Collection[str]) -> Predicted:
    if machine is None:
        return "never"
    if not machine.entities:
        return "nothing"
    if instant.documents_of(machine) or any(entity.label in known for entity in machine.entities):
        return "found"
    return "other_labels"


def _pairs(stretches: Sequence[Sequence[int]]) -> tuple[tuple[int, int], ...]:
    return tuple((start, end) for start, end in stretches)
