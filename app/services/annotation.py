"""Annotating a document: suggestions, exactly-once edits, submitting, reopening."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal
from uuid import uuid4

from sqlalchemy.orm import Session

from app.editing import DraftSpan, GestureError
from app.services import drafts, suggesting
from app.services.applying import apply_operations
from app.services.rereading import Change, Stretch, read_again
from app.services.suggesting import Answer, Hint, Predictor
from core.types import SamplerSettings
from storage.engine import Sessions, writing
from storage.models import Document
from storage.repository import annotation_sets, documents, operations, projects, visits
from storage.vocabulary import DocumentStatus, Split

Predicted = Literal["never", "nothing", "found"]
"""`nothing`: a model looked and found no entity. `never`: no model has looked."""


@dataclass(frozen=True, slots=True)
class LabelView:
    name: str
    color: str
    key: str | None
    description: str


@dataclass(frozen=True, slots=True)
class DocumentView:
    """A document as the page shows it. Offsets are code points."""

    document_id: int
    project_id: int
    name: str
    text: str
    status: DocumentStatus
    split: Split
    labels: tuple[LabelView, ...]
    spans: tuple[DraftSpan, ...]
    read_only: bool
    """True once submitted; `reopen` makes it editable again."""
    predicted: Predicted
    model_version_id: int | None
    """The model of the newest suggestions; None where none, or where they were imported."""
    uncovered: tuple[tuple[int, int], ...] = ()
    """Stretches that the model could not look at."""
    prediction_error: str | None = None
    """Why the model could not predict just now; the document can be annotated all the same."""
    hints: tuple[Hint, ...] = ()
    """What the model was not sure enough of to suggest."""
    comment: str = ""
    skip_reason: str = ""

    @property
    def held_back(self) -> bool:
        """Whether it is annotated without suggestions."""
        return self.split == "control" and self.predicted == "never"


@dataclass(frozen=True, slots=True)
class Applied:
    """The state after a batch of operations, committed."""

    ack: int | None
    """The client's highest recorded sequence number: it can forget all up to it."""
    spans: tuple[DraftSpan, ...]
    error: str | None
    """Why an operation of this batch was refused; a refused one is acknowledged too."""
    status: DocumentStatus


@dataclass(frozen=True, slots=True)
class Neighbours:
    previous: int | None
    next: int | None


class AnnotationService:
    """One call for each thing that a person does to a document."""

    def __init__(
        self,
        sessions: Sessions,
        predictor: Predictor | None = None,
        settings: SamplerSettings | None = None,
    ) -> None:
        self._sessions = sessions
        self._predictor = predictor
        self._settings = settings or SamplerSettings()

    def open(self, document_id: int, person: str) -> DocumentView:
        """The document, with suggestions of the active model if nobody has worked on it yet.

        A person's work, submitted or not, is never replaced by a prediction. The model runs
        outside the transaction, so that nobody waits for it to save.
        """
        with self._sessions() as session:
            document = documents.get(session, document_id)
            text = document.text
            wanted = suggesting.wants(session, document, self._predictor)
            if not wanted and _settled(session, document):
                return _view(session, document)
        prediction, error = self._predict(text) if wanted else (None, None)
        with writing(self._sessions) as session:
            document = documents.lock(session, document_id)
            if prediction is not None and suggesting.wants(session, document, self._predictor):
                suggesting.keep(session, document, prediction)
            if document.status != "submitted":
                drafts.ensure(session, document, person)
            return _view(session, document, error)

    def apply(self, document_id: int, client: object, ops: object, person: str) -> Applied:
        """Applies what a page sent, each operation exactly once, in order, in one transaction.

        Operations recorded before are passed over. The first that cannot be applied is
        recorded as refused, acknowledged and reported, and ends the batch: the page sends
        the rest again, and nothing blocks for ever. When this returns, all is committed.
        """
        with writing(self._sessions) as session:
            document = documents.lock(session, document_id)
            if document.status != "submitted":
                drafts.begin(session, document, person)
            ack, error = apply_operations(session, document, client, ops, person)
            spans = drafts.load(session, document).spans
            status = document.status
        return Applied(ack=ack, spans=spans, error=error, status=status)

    def submit(self, document_id: int, person: str) -> DocumentView:
        """Freezes the draft. Raises `GestureError` while suggestions are undecided."""
        return self._act(document_id, {"op": "submit"}, person)

    def skip(self, document_id: int, person: str, reason: str = "") -> DocumentView:
        """Leaves the document for later."""
        return self._act(document_id, {"op": "skip", "reason": reason}, person)

    def reopen(self, document_id: int, person: str) -> DocumentView:
        """Makes a submitted or skipped document editable: its set stands, a child draft begins."""
        with writing(self._sessions) as session:
            document = documents.lock(session, document_id)
            if document.status in ("submitted", "skipped"):
                document.status, document.skip_reason = "in_progress", ""
                drafts.ensure(session, document, person)
                operations.record(
                    session,
                    client=_server_client(),
                    seq=1,
                    document_id=document_id,
                    person=person,
                    payload={"op": "reopen"},
                )
            return _view(session, document)

    def ahead(self, document_id: int) -> bool:
        """Makes the suggestions of a document that nobody has opened yet, for whoever opens it
        next; returns whether any were wanted. Errors are left to `open`, which shows them."""
        with self._sessions() as session:
            document = documents.get(session, document_id)
            text = document.text
            if not suggesting.wants(session, document, self._predictor):
                return False
        answer, _ = self._predict(text)
        with writing(self._sessions) as session:
            document = documents.lock(session, document_id)
            if answer is not None and suggesting.wants(session, document, self._predictor):
                suggesting.keep(session, document, answer)
        return True

    def visit(self, document_id: int, person: str) -> None:
        """Notes that a person began to work on the document, and whether suggestions helped."""
        with writing(self._sessions) as session:
            machine = annotation_sets.latest_prediction(session, document_id)
            visits.begin(
                session,
                document_id,
                person,
                aided=machine is not None,
                model_version_id=machine.model_version_id if machine else None,
            )

    def read_again(
        self, document_id: int, person: str, around: Iterable[Stretch] | None = None
    ) -> Change:
        """See `app.services.rereading.read_again`. Raises `GestureError` without a model."""
        if self._predictor is None:
            raise GestureError("there is no model to ask; put one in place and try again")
        return read_again(
            self._sessions, self._predictor, self._settings, document_id, person, around
        )

    def neighbours(self, document_id: int, statuses: Collection[DocumentStatus] = ()) -> Neighbours:
        """The documents before and after this one, of the given statuses (all if none)."""
        with self._sessions() as session:
            document = documents.get(session, document_id)
            return Neighbours(
                previous=documents.neighbour(session, document, "previous", statuses),
                next=documents.neighbour(session, document, "next", statuses),
            )

    def _act(self, document_id: int, op: Mapping[str, Any], person: str) -> DocumentView:
        applied = self.apply(document_id, _server_client(), [{"seq": 1, **op}], person)
        if applied.error:
            raise GestureError(applied.error)
        with self._sessions() as session:
            return _view(session, documents.get(session, document_id))

    def _predict(self, text: str) -> tuple[Answer | None, str | None]:
        assert self._predictor is not None
        try:
            return suggesting.ask(self._predictor, text, self._settings), None
        except Exception as error:  # a broken model must not keep a person from annotating
            return None, f"the model could not predict this document: {error}"


def _settled(session: Session, document: Document) -> bool:
    """Whether opening the document has nothing to write."""
    if document.status == "submitted":
        return True
    draft = annotation_sets.draft_of(session, document.id)
    if draft is None or document.status != "new":
        return draft is not None
    base = drafts.base_of(session, document)
    return base is None or draft.parent_id == base.id


def _view(session: Session, document: Document, error: str | None = None) -> DocumentView:
    machine = annotation_sets.latest_prediction(session, document.id)
    labels = _labels(session, document.project_id)
    known = {label.name for label in labels}
    return DocumentView(
        document_id=document.id,
        project_id=document.project_id,
        name=document.name,
        text=document.text,
        status=document.status,
        split=document.split,
        labels=labels,
        spans=drafts.load(session, document).spans,
        read_only=document.status == "submitted",
        predicted="never" if machine is None else "found" if machine.entities else "nothing",
        model_version_id=machine.model_version_id if machine else None,
        uncovered=_pairs(machine.provenance.get("uncovered", ())) if machine else (),
        prediction_error=error,
        hints=tuple(hint for hint in suggesting.hints_of(machine) if hint.label in known),
        comment=document.comment,
        skip_reason=document.skip_reason,
    )


def _labels(session: Session, project_id: int) -> tuple[LabelView, ...]:
    return tuple(
        LabelView(label.name, label.color, label.key, label.description)
        for label in projects.labels(session, project_id)
    )


def _pairs(stretches: Sequence[Sequence[int]]) -> tuple[tuple[int, int], ...]:
    return tuple((start, end) for start, end in stretches)


def _server_client() -> str:
    return f"server-{uuid4().hex}"
