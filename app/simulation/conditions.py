"""The ways to work that are compared, each on a fresh database with the same documents."""

from __future__ import annotations

from collections.abc import Callable

from app.services.annotation.annotation import AnnotationService
from app.services.suggestions import signals
from app.services.suggestions.predictor import active_predictor
from app.services.suggestions.queue import next_document
from app.simulation.learning import retrain
from app.simulation.material import Desk
from app.simulation.visits import Tally, correct
from core.types import SamplerSettings
from storage.engine import writing
from storage.repository import projects

RETRAIN_EVERY = 50
"""Documents."""
Told = Callable[[Tally], None]
"""Called after each document with what was done so far."""


def alone(desk: Desk, told: Told) -> Tally:
    """Nobody suggests anything."""
    return _in_turn(desk, AnnotationService(desk.sessions), told)


def suggested(desk: Desk, told: Told) -> Tally:
    """The model suggests, once."""
    return _in_turn(desk, _service(desk), told)


def denoised_again(desk: Desk, told: Told) -> Tally:
    """After each correction the model denoises the rest of its sentence, what is decided fixed."""
    return _in_turn(desk, _service(desk), told, look_again=True)


def queued_and_retrained(desk: Desk, told: Told) -> Tally:
    """The least sure document first, and a retraining after every 50."""
    with writing(desk.sessions) as session:
        projects.configure(
            session, desk.project_id, guidelines="", control_share=0.2, queue="doubt", nested=True
        )
    tally = Tally()
    _measure(desk)
    while (document_id := next_document(desk.sessions, desk.project_id)) is not None:
        gold = desk.gold[document_id]
        tally += correct(_service(desk), document_id, gold, look_again=False)
        told(tally)
        if tally.documents % RETRAIN_EVERY == 0 and tally.documents < len(desk.gold):
            retrain(desk, desk.folder / f"after {tally.documents}")
            _measure(desk)
    return tally


CONDITIONS: dict[str, Callable[[Desk, Told], Tally]] = {
    "no suggestions": alone,
    "suggestions": suggested,
    "suggestions, denoised again": denoised_again,
    "least sure first, retrained every 50": queued_and_retrained,
}


def _service(desk: Desk) -> AnnotationService:
    return AnnotationService(desk.sessions, active_predictor(desk.sessions))


def _measure(desk: Desk) -> None:
    """The signals of the queue, of the model that is active now."""
    active = active_predictor(desk.sessions)
    if active is None:
        return
    reader = active.in_background()
    while (
        document_id := signals.missing(desk.sessions, desk.project_id, active.model_version_id)
    ) is not None:
        signals.measure(desk.sessions, reader, document_id, SamplerSettings())


def _in_turn(desk: Desk, service: AnnotationService, told: Told, look_again: bool = False) -> Tally:
    tally = Tally()
    for document_id, gold in desk.gold.items():
        tally += correct(service, document_id, gold, look_again=look_again)
        told(tally)
    return tally
