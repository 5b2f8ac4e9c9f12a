"""Annotating a document: suggestions, exactly-once edits, submitting, reopening."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy.orm import Session

from app.editing import Draft, DraftSpan, EditError
from app.services.annotation import audit_log, drafts, history, open_next, opening, tasks
from app.services.annotation.applied import Applied, news_for, standing_of
from app.services.annotation.apply import apply_operations, summed
from app.services.annotation.batch import Batch, parse_batch
from app.services.annotation.document_view import DocumentView, view
from app.services.annotation.news import News
from app.services.annotation.opening import Glance
from app.services.annotation.tasks import AnnotationTask
from app.services.operations import metrics
from app.services.suggestions import by_parts, suggest
from app.services.suggestions.resuggest import Change, Stretch, resuggest
from app.services.suggestions.suggest import Predictor
from app.services.team import assignment
from app.services.team.permissions import lock_document, require
from core.types import SamplerSettings
from storage.database_errors import StorageError
from storage.engine import Sessions, writing
from storage.enums import DocumentStatus
from storage.repository import annotation_sets, documents, projects
from storage.repository.annotation_sets import newest_prediction
from storage.repository.documents import DocumentGoneError as DocumentGoneError  # what calls raise


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a person's work on a document stands."""

    status: DocumentStatus
    spans: tuple[DraftSpan, ...]


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

    @property
    def can_ask(self) -> bool:
        """Whether there is a model."""
        return self._predictor is not None

    def glance(self, document_id: int, person: str, refresh: bool = True) -> Glance:
        """See `app.services.annotation.opening.glance`."""
        return opening.glance(
            self._sessions, self._predictor, self._settings, document_id, person, refresh
        )

    def begin(self, before: Glance, person: str) -> DocumentView:
        """See `app.services.annotation.opening.begin`."""
        return opening.begin(self._sessions, self._predictor, before, person)

    def open(self, document_id: int, person: str) -> DocumentView:
        """The document, with suggestions of the active model if nobody has worked on it yet."""
        before = self.glance(document_id, person)
        return before.view or self.begin(before, person)

    def standing(self, document_id: int, person: str) -> Standing:
        """What the person submitted, else their draft, else what is suggested so far; nothing is
        changed, and no model is asked."""
        with self._sessions() as session:
            task = _viewed_task(session, document_id, person)
            unopened = task.standing.status == "new" and drafts.source_of(session, task) is None
            draft = drafts.prospective(session, task) if unopened else drafts.load(session, task)
            return Standing(task.standing.status, draft.spans)

    def apply(
        self,
        document_id: int,
        client: object,
        ops: object,
        person: str,
        sibling_clients: Collection[str] = (),
        shown: int | None = None,
    ) -> Applied:
        """Applies what a page sent, each operation exactly once and in order.

        `shown` is the version that the page shows: what others did since is told in `news`.

        Operations recorded before are skipped. One that cannot be applied, or that conflicts
        with what somebody else did unseen, is recorded and acknowledged, and holds up none that
        come after it; see `apply_operations`. Each run of `batch.PART` operations is a transaction,
        so that others are saved between two; what comes after the first `batch.MAX_OPERATIONS` is
        neither applied nor acknowledged, so that the page sends it again. So is what comes after a
        run that the database refused: raises `StorageError` where that was the first one. When this
        returns, all that is acknowledged is committed.
        """
        try:
            sent = parse_batch(client, ops)
        except EditError as reason:
            return self._unchanged(document_id, person, str(reason))
        clients = {sent.client, *sibling_clients}
        refusals: Sequence[str] = ()
        applied: Applied | None = None
        heard: News | None = None
        with metrics.SAVING.time():
            for part in sent.parts():
                try:
                    applied, refusals = self._apply_part(
                        document_id, part, person, clients, refusals, shown
                    )
                except StorageError as failure:
                    if applied is None:
                        raise
                    return replace(applied, failure=failure)
                heard, shown = heard or applied.news, applied.version
        assert applied is not None  # there is one part at least
        return replace(applied, news=heard)

    def _apply_part(
        self,
        document_id: int,
        sent: Batch,
        person: str,
        clients: Collection[str],
        refusals: Sequence[str],
        shown: int | None,
    ) -> tuple[Applied, Sequence[str]]:
        with writing(self._sessions, beside_others=True) as session:
            task = _for(session, document_id, person)
            heard = news_for(session, task, person, clients, shown)
            outcome = apply_operations(session, task, sent, person, clients, refusals)
            if not task.blind:
                assignment.claim(session, task.document, person)
            assert task.project is not None  # `_for` has read it
            in_trash = task.project.in_trash or task.document.deleted_at is not None
            draft = outcome.draft or drafts.load(session, task)
            applied = replace(
                standing_of(session, task, person, draft),
                ack=outcome.ack,
                error=summed(outcome.refusals) or sent.error,
                wrong_owner=outcome.wrong_owner,
                trashed=task.document.name if in_trash else None,
                news=heard,
            )
        return applied, outcome.refusals

    def changes_since(
        self, document_id: int, person: str, shown: int | None, clients: Collection[str]
    ) -> Applied:
        """The state after what others did since a page showed a version; nothing is changed.
        `clients` are the page's own."""
        with self._sessions() as session:
            task = _viewed_task(session, document_id, person)
            heard = news_for(session, task, person, clients, shown)
            found = standing_of(session, task, person, drafts.load(session, task))
            return replace(found, news=heard)

    def _unchanged(self, document_id: int, person: str, error: str) -> Applied:
        """The answer to what cannot even be acknowledged."""
        with self._sessions() as session:
            task = _viewed_task(session, document_id, person)
            found = standing_of(session, task, person, drafts.load(session, task))
            return replace(found, error=error)

    def submit(self, document_id: int, person: str) -> DocumentView:
        """Freezes the draft. Raises `EditError` while suggestions are undecided."""
        return self._act(document_id, {"op": "submit"}, person)

    def skip(self, document_id: int, person: str, reason: str = "") -> DocumentView:
        """Leaves the document for later."""
        return self._act(document_id, {"op": "skip", "reason": reason}, person)

    def reopen(self, document_id: int, person: str) -> DocumentView:
        """Makes a submitted or skipped document editable: its set stands, a child draft begins."""
        with writing(self._sessions, beside_others=True) as session:
            task = _for(session, document_id, person)
            if task.standing.status in ("submitted", "skipped"):
                take_up(session, task, person)
            return view(session, task, person)

    def history(self, document_id: int, person: str, number: int) -> history.Page:
        """A page of what was done to the document, from 1, the newest steps first."""
        with self._sessions() as session:
            return history.page(session, _viewed_task(session, document_id, person), number)

    def draft_at(self, document_id: int, person: str, version: int) -> Draft:
        """The draft as it was at a version; see `app.services.annotation.history.state_at`."""
        with self._sessions() as session:
            return history.state_at(session, _viewed_task(session, document_id, person), version)

    def restore(
        self, document_id: int, version: int, person: str, base_version: int
    ) -> DocumentView:
        """Makes the draft what it was at a version; see
        `app.services.annotation.history.restore`."""
        with writing(self._sessions, beside_others=True) as session:
            task = _for(session, document_id, person)
            history.restore(session, task, version, person, base_version)
            return view(session, task, person)

    def prefetch(self, document_id: int) -> bool:
        """Makes the suggestions of a document that nobody has opened yet, for whoever opens it
        next, or begins those of a long one; returns whether any were wanted. Errors are left to
        `open`, which shows them."""
        with self._sessions() as session:
            document = documents.get(session, document_id)
            require(session, document.project_id, "annotate")
            predictor = self._predictor
            if predictor is None or not suggest.wants(session, document, predictor):
                return False
            request = suggest.request_of(session, document, predictor, self._settings)
        answer, _ = opening.answered(predictor, request)
        with writing(self._sessions, beside_others=True) as session:
            document = documents.lock(session, document_id)
            if answer is not None and suggest.wants(session, document, predictor):
                suggest.keep(session, document, answer)
        return True

    def read_parts(self, document_id: int) -> None:
        """Reads what is left of a long document, for programs that wait for all its suggestions."""
        predictor = self._predictor
        if predictor is not None:
            while by_parts.read_next(self._sessions, lambda version_id: predictor, document_id):
                pass

    def visit(self, document_id: int, person: str) -> None:
        """Notes that a person began to work on the document, and whether suggestions helped."""
        with writing(self._sessions, beside_others=True) as session:
            require(session, documents.get(session, document_id).project_id, "annotate", person)
            newest = newest_prediction(session, document_id)
            open_next.begin_visit(session, document_id, person, newest)

    def open_next(self, document_id: int, person: str) -> open_next.NextDocument | None:
        """See `app.services.annotation.open_next.open_next`."""
        return open_next.open_next(self._sessions, self._predictor, document_id, person)

    def resuggest(
        self, document_id: int, person: str, around: Iterable[Stretch] | None = None
    ) -> Change:
        """See `app.services.suggestions.resuggest.resuggest`. Raises `EditError` without a
        model."""
        if self._predictor is None:
            raise EditError("there is no active model; install one and try again")
        return resuggest(
            self._sessions, self._predictor, self._settings, document_id, person, around
        )

    def _act(self, document_id: int, op: Mapping[str, Any], person: str) -> DocumentView:
        client = audit_log.server_client()
        applied = self.apply(document_id, client, [{"seq": 1, **op}], person)
        if applied.error:
            raise EditError(applied.error)
        with self._sessions() as session:
            return view(session, _viewed_task(session, document_id, person), person)


def take_up(session: Session, task: AnnotationTask, person: str, **why: str) -> None:
    """Reopens submitted or skipped work, which is locked; the log keeps why. A draft from before
    what was decided for all makes room for a child of the decision; the way back to it is in the
    log."""
    overtaken = drafts.overtaken(session, task)
    before = drafts.of_set(session, task, overtaken or drafts.source_of(session, task))
    if overtaken is not None:
        annotation_sets.discard_draft(session, overtaken)
    task.standing.skip_reason = ""
    task.move(session, "in_progress")
    drafts.ensure(session, task, person)
    after = drafts.load(session, task)
    audit_log.record(session, task, before, after, person, {"op": "reopen", **why})


def _for(session: Session, document_id: int, person: str) -> AnnotationTask:
    """The document, locked for what a person does to it. Raises `NotAllowedError`."""
    document = lock_document(session, document_id)
    require(session, document.project_id, "annotate", person)
    return tasks.claim(session, document, person, projects.state(session, document.project_id))


def _viewed_task(session: Session, document_id: int, person: str) -> AnnotationTask:
    """The person's work on the document, to look at. Raises `NotAllowedError`."""
    document = documents.get(session, document_id)
    require(session, document.project_id, "annotate", person)
    return tasks.find(session, document, person)
