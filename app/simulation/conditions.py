"""The ways to work that are compared, each on a fresh database with the same documents."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from app.services.annotation.annotation import AnnotationService
from app.services.suggestions import signals
from app.services.suggestions.instant_lessons import InstantLearning
from app.services.suggestions.predictor import ModelPredictor, active_predictor
from app.services.suggestions.queue import next_document
from app.simulation.dictionary import Dictionary
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
Condition = Callable[[Workplace, Told], Tally]
"""All documents of a workplace, corrected in one way to work."""


def alone(workplace: Workplace, report: Told) -> Tally:
    """Nobody suggests anything."""
    return _in_turn(workplace, AnnotationService(workplace.sessions), report)


def suggested(workplace: Workplace, report: Told) -> Tally:
    """The model suggests, once; nothing is learnt."""
    return _in_turn(workplace, _service(workplace), report)


def dictionary(workplace: Workplace, report: Told) -> Tally:
    """What was marked before is suggested under the same words, and nothing else."""
    marked = Dictionary(_active(workplace).model_version_id)
    service, tally = AnnotationService(workplace.sessions, marked), Tally()
    for document_id, gold in workplace.gold.items():
        tally += correct(service, document_id, gold, resuggest=False)
        marked.add(workplace.texts[document_id], gold)
        report(tally)
    return tally


def instant(workplace: Workplace, report: Told) -> Tally:
    """Every document is learnt before the next one is opened; no retraining."""
    learning, tally = InstantLearning(workplace.sessions), Tally()
    for document_id, gold in workplace.gold.items():
        tally += correct(_service(workplace), document_id, gold, resuggest=False)
        _learn(workplace, learning)
        report(tally)
    return tally


def denoised_again(workplace: Workplace, report: Told) -> Tally:
    """After each correction the model denoises the rest of its sentence, what is decided fixed."""
    return _in_turn(workplace, _service(workplace), report, resuggest=True)


def retrained(workplace: Workplace, report: Told, every: int) -> Tally:
    """The model is retrained after so many documents; in between nothing is learnt."""
    tally = Tally()
    for document_id, gold in workplace.gold.items():
        tally += correct(_service(workplace), document_id, gold, resuggest=False)
        report(tally)
        _retrain_if_due(workplace, tally, every)
    return tally


def instant_and_retrained(workplace: Workplace, report: Told, every: int) -> Tally:
    """Every document is learnt at once; after a retraining all are learnt on the new model."""
    learning, tally = InstantLearning(workplace.sessions), Tally()
    for document_id, gold in workplace.gold.items():
        tally += correct(_service(workplace), document_id, gold, resuggest=False)
        report(tally)
        _retrain_if_due(workplace, tally, every)
        _learn(workplace, learning)
    return tally


def queued_and_retrained(workplace: Workplace, report: Told, every: int) -> Tally:
    """The least sure document first, and a retraining after so many."""
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
        if _retrain_if_due(workplace, tally, every):
            _measure(workplace)
    return tally


def conditions(every: int = RETRAIN_EVERY) -> dict[str, Condition]:
    """All by name; those that retrain do so after `every` documents."""
    return {
        "no suggestions": alone,
        "suggestions": suggested,
        "dictionary": dictionary,
        "instant": instant,
        "suggestions, denoised again": denoised_again,
        f"retrained every {every}": partial(retrained, every=every),
        f"instant, retrained every {every}": partial(instant_and_retrained, every=every),
        f"least sure first, retrained every {every}": partial(queued_and_retrained, every=every),
    }


def _service(workplace: Workplace) -> AnnotationService:
    return AnnotationService(workplace.sessions, active_predictor(workplace.sessions))


def _active(workplace: Workplace) -> ModelPredictor:
    """Raises RuntimeError where there is no model."""
    active = active_predictor(workplace.sessions)
    if active is None:
        raise RuntimeError("there is no model to start from; name one by --model")
    return active


def _learn(workplace: Workplace, learning: InstantLearning) -> None:
    reader = _active(workplace).in_background()
    while learning.step(workplace.project_id, reader) == "learnt":
        pass


def _retrain_if_due(workplace: Workplace, tally: Tally, every: int) -> bool:
    """Whether it was; not after the last document."""
    due = tally.documents % every == 0 and tally.documents < len(workplace.gold)
    if due:
        retrain(workplace, workplace.folder / f"after {tally.documents}")
    return due


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
