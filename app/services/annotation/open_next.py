"""The next document, opened with the answer to a submission: no run of the page comes before it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy.orm import Session

from app.services.annotation import opening, wire
from app.services.annotation.document_data import AWAITED, document_data, reading
from app.services.annotation.document_view import view
from app.services.suggestions import instant_wake, suggest
from app.services.suggestions.queue import following
from app.services.suggestions.suggest import Predictor
from app.services.team.assignment import FullError, holder
from storage.engine import Sessions, writing
from storage.repository import rules, visits
from storage.repository.annotation_sets import NewestPrediction, newest_prediction
from storage.repository.assignments import OPEN


@dataclass(frozen=True, slots=True)
class NextDocument:
    """A document as its annotator shows it at once."""

    ready: bool
    """Whether its suggestions are among the data; else the run of the page that follows brings
    them."""
    data: Mapping[str, Any]
    """The part of what `app.components.span_annotator` takes that is the document's."""


def open_next(
    sessions: Sessions, predictor: Predictor | None, document_id: int, person: str
) -> NextDocument | None:
    """Opens the document that the queue has after this one, for the person who is done with it.

    It becomes theirs as `AnnotationService.open` makes it, but no model is asked and no lesson is
    waited for: where suggestions are still to be made, it comes without any. Where others were
    faster, it is the one after. None where nothing is left.
    """
    taken: list[int] = []
    while True:
        project_id, target = following(sessions, document_id, person, taken)
        if target is None:
            return None
        learning = not instant_wake.caught_up(sessions, project_id)
        try:
            with writing(sessions, beside_others=True) as session:
                return _opened(session, target, predictor, person, learning)
        except (FullError, _TakenError):
            taken.append(target)


class _TakenError(Exception):
    """Somebody else has opened or finished the document since it was chosen."""


def _opened(
    session: Session, document_id: int, predictor: Predictor | None, person: str, learning: bool
) -> NextDocument:
    task, project = opening.enter(session, document_id, person)
    if not task.blind and (task.standing.status not in OPEN or holder(task.document, person)):
        raise _TakenError
    newest = newest_prediction(session, document_id)
    ready = not suggest.wants(
        session, task.document, predictor, learning=learning, newest=newest, project=project
    )
    if ready:
        shown = opening.opened(session, task, person, newest)
        to_come = reading(shown, stopped=False)
        begin_visit(session, document_id, person, newest)
    else:
        unread = view(session, task, person, newest=newest)
        shown, to_come = replace(unread, spans=(), hints=()), AWAITED
    data = document_data(shown, person, can_ask=predictor is not None, reading=to_come)
    on_the_wire = {"spans": wire.rows(data["spans"]), "tokens": wire.words(shown.text)}
    return NextDocument(ready, {**data, **on_the_wire})


def begin_visit(session: Session, document_id: int, person: str, newest: NewestPrediction) -> None:
    """Notes that a person began to work on the document, and whether suggestions helped."""
    machine = newest()
    visits.begin(
        session,
        document_id,
        person,
        aided=machine is not None or bool(rules.suggested(session, document_id)),
        model_version_id=machine.model_version_id if machine else None,
    )
