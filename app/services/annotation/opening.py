"""A document is opened: shown as it stands, or with a model's suggestions where it waits for them.

The model runs outside the transactions, so that nobody waits for it to save.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.services.annotation import drafts, tasks
from app.services.annotation.document_view import DocumentView, Heading, heading, settled, view
from app.services.annotation.tasks import AnnotationTask
from app.services.suggestions import by_parts, suggest
from app.services.suggestions.suggest import Answer, Predictor, Request
from app.services.team import assignment
from app.services.team.permissions import lock_document, require
from core.types import SamplerSettings
from storage.engine import Sessions, writing
from storage.repository import documents, shown_projects
from storage.repository.annotation_sets import NewestPrediction, as_newest, newest_prediction
from storage.repository.shown_projects import ShownProject


@dataclass(frozen=True, slots=True)
class Glance:
    """A document as far as it is known without changing anything."""

    heading: Heading
    view: DocumentView | None
    """None where opening it changes something: who has it, its suggestions, or its draft."""
    request: Request | None = None
    """What a model is asked before it is opened; None where it waits for no suggestions."""


def glance(
    sessions: Sessions,
    predictor: Predictor | None,
    settings: SamplerSettings,
    document_id: int,
    person: str,
    refresh: bool,
) -> Glance:
    """Looks at a document. A page that shows it says `refresh=False`: its suggestions stay as they
    are, whatever is learnt meanwhile. Raises `NotAllowedError`."""
    with sessions() as session:
        document = documents.get(session, document_id)
        require(session, document.project_id, "annotate", person)
        project = shown_projects.shown(session, document.project_id)
        task = tasks.find(session, document, person, project)
        newest = newest_prediction(session, document_id)

        def waits(refresh: bool) -> bool:
            anew = refresh and not by_parts.is_long(document)
            return suggest.wants(session, document, predictor, anew, newest=newest, project=project)

        if not waits(refresh) and assignment.entered(task, person):
            ready, source = settled(session, task, newest)
            if ready:
                present = view(session, task, person, source=source, newest=newest)
                return Glance(present.heading, present)
        request = None
        if predictor is not None and waits(True):
            request = suggest.request_of(session, document, predictor, settings, project, newest)
        return Glance(heading(session, task, project), None, request)


def begin(
    sessions: Sessions, predictor: Predictor | None, before: Glance, person: str
) -> DocumentView:
    """Opens a document that waits for it, as it was at a glance `before`. A person's work,
    submitted or not, is never replaced by a prediction. Of a long document no model reads anything
    yet, see `app.services.suggestions.by_parts`. Opening claims the document, or takes a part in
    it, see `app.services.team.assignment`; raises its `FullError`."""
    answer, error = answered(predictor, before.request)
    with writing(sessions, beside_others=True) as session:
        task, project = enter(session, before.heading.document_id, person)
        newest = newest_prediction(session, task.id)
        if answer is not None and suggest.wants(
            session, task.document, predictor, newest=newest, project=project
        ):
            newest = as_newest(suggest.keep(session, task.document, answer, project.names))
        return opened(session, task, person, newest, error)


def enter(session: Session, document_id: int, person: str) -> tuple[AnnotationTask, ShownProject]:
    """The document, locked, which the person has from now on, and its project."""
    document = lock_document(session, document_id)
    require(session, document.project_id, "annotate", person)
    project = shown_projects.shown(session, document.project_id)
    return assignment.enter(session, document, person, project), project


def opened(
    session: Session,
    task: AnnotationTask,
    person: str,
    newest: NewestPrediction,
    error: str | None = None,
) -> DocumentView:
    """The document with its draft, which begins from the newest prediction where there is none."""
    source = None
    if task.standing.status != "submitted":
        source = drafts.ensure(session, task, person, newest)
    return view(session, task, person, error, source=source, newest=newest)


def answered(
    predictor: Predictor | None, request: Request | None
) -> tuple[Answer | None, str | None]:
    """What the model says, or why it says nothing; neither where nothing is asked."""
    if predictor is None or request is None:
        return None, None
    try:
        return by_parts.answer(predictor, request), None
    except Exception as error:  # a broken model must not keep a person from annotating
        return None, f"the model could not predict this document: {error}"
