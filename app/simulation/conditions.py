"""The ways to work that are compared, each on a fresh database with the same documents."""

from __future__ import annotations

from collections.abc import Callable

from app.services.annotation.annotation import AnnotationService
from app.services.suggestions import signals
from app.services.suggestions.instant_lessons import InstantLearning
from app.services.suggestions.predictor import active_predictor
from app.services.suggestions.queue import next_document
from app.simulation.learning import retrain
from app.simulation.material import Workplace
from app.simulation.visits import Tally, correct
from core.types import SamplerSettings
from storage.engine import writing
from storage.repository import projects

RETRAIN_EVERY = 50
"""Documents."""
Told = Callable[[Tally], None]
"""Called after each document with what was done so far."""


def alone(workplace: Workplace, report: Told) -> Tally:
    """Nobody suggests anything."""
    return _in_turn(workplace, AnnotationService(workplace.sessions), report)


def suggested(workplace: Workplace, report: Told) -> Tally:
    """The model suggests, once; nothing is learnt."""
    return _in_turn(workplace, _service(workplace), report)


def instant(workplace: Workplace, report: Told) -> Tally:
    """Every document is learnt before the next one is opened; no retraining."""
    active = active_predictor(workplace.sessions)
    if active is None:
        raise RuntimeError("there is no model to start from; name one by --model")
    reader, learning = active.in_background(), InstantLearning(workplace.sessions)
    service, tally = _service(workplace), Tally()
    for document_id, gold in workplace.gold.items():
        tally += correct(service, document_id, gold, resuggest=False)
        while learning.step(workplace.project_id, reader) == "learnt":
            pass
        report(tally)
    return tally


def denoised_again(workplace: Workplace, report: Told) -> Tally:
    """After each correction the model denoises the rest of its sentence, what is decided fixed."""
    return _in_turn(workplace, _service(workplace), report, resuggest=True)


def queued_and_retrained(workplace: Workplace, report: Told) -> Tally:
    """The least sure document first, and a retraining after every 50."""
    with writing(workplace.sessions) as session:
        projects.configure(
            session,
            workplace.project_id,
            guidelines="",
            holdout_share=0.2,
            queue="doubt",
            nested=True,
        )
    tally = Tally()
    _measure(workplace)
    while (document_id := next_document(workplace.sessions, workplace.project_id)) is not None:
        gold = workplace.gold[document_id]
        tally += correct(_service(workplace), document_id, gold, resuggest=False)
        report(tally)
        if tally.documents % RETRAIN_EVERY == 0 and tally.documents < len(workplace.gold):
            retrain(workplace, workplace.folder / f"after {tally.documents}")
            _measure(workplace)
    return tally


CONDITIONS: dict[str, Callable[[Workplace, Told], Tally]] = {
    "no suggestions": alone,
    "suggestions": suggested,
    "instant": instant,
    "suggestions, denoised again": denoised_again,
    "least sure first, retrained every 50": queued_and_retrained,
}


def _service(workplace: Workplace) -> AnnotationService:
    return AnnotationService(workplace.sessions, active_predictor(workplace.sessions))


def _measure(workplace: Workplace) -> None:
    """The signals of the queue, of the model that is active now."""
    active = active_predictor(workplace.sessions)
    if active is None:
        return
    reader = active.in_background()
    while (
        document_id := signals.missing(
            workplace.sessions, workplace.project_id, active.model_version_id
        )
    ) is not None:
        signals.measure(workplace.sessions, reader, document_id, SamplerSettings())


def _in_turn(
    workplace: Workplace, service: AnnotationService, report: Told, resuggest: bool = False
) -> Tally:
    tally = Tally()
    for document_id, gold in workplace.gold.items():
        tally += correct(service, document_id, gold, resuggest=resuggest)
        report(tally)
    return tally
