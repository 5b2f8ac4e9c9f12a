"""The ways to work that are compared, each on a fresh database with the same documents."""

from __future__ import annotations

from collections.abc import Callable

from app.services.annotation import AnnotationService
from app.services.predictor import active_predictor
from app.simulation.material import Desk
from app.simulation.visits import Tally, correct, in_order

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


CONDITIONS: dict[str, Callable[[Desk, Told], Tally]] = {
    "no suggestions": alone,
    "suggestions": suggested,
    "suggestions, denoised again": denoised_again,
}


def _service(desk: Desk) -> AnnotationService:
    return AnnotationService(desk.sessions, active_predictor(desk.sessions))


def _in_turn(desk: Desk, service: AnnotationService, told: Told, look_again: bool = False) -> Tally:
    tally = Tally()
    for document_id in in_order(desk.sessions, desk.project_id):
        gold = desk.gold[document_id]
        tally += correct(service, document_id, gold, look_again=look_again)
        told(tally)
    return tally
