"""A text in, its entities out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from fastapi import APIRouter
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

from app.http.common.authentication import Caller, Calling
from app.http.common.errors import ApiError, unknown_project
from app.http.common.hang_up import unless_hung_up
from app.http.predictions.batching import Batcher
from app.http.predictions.prediction_fields import (
    BatchWanted,
    EntityOut,
    PredictionOut,
    SettingsWanted,
    TextWanted,
    Wanted,
)
from app.services.annotation import drafts
from app.services.annotation.drafts import best_once
from app.services.suggestions import in_text, suggest
from app.services.suggestions.predictor import BackgroundPredictor, active_predictor
from app.services.suggestions.suggest import Answer, Custom
from core.types import Entity, Prediction, SamplerSettings, Trace, key_of
from storage.enums import Source

router = APIRouter(tags=["predict"])
batcher = Batcher()
MOST_TRACED = 2_000
"""Code points of a text whose steps are asked for: each holds probabilities of every word."""


@router.post("/predict")
async def predict(wanted: Wanted, caller: Calling, request: Request) -> PredictionOut:
    """The entities of a text. 429 while too much waits for the model."""
    asked = await _asked(caller, wanted, [wanted.text])
    model, settings, person = asked.model, asked.settings, caller.person
    trace = None
    if wanted.trace:
        steps = await unless_hung_up(request, _traced(model, wanted, settings, person))
        found, trace = Prediction(steps.text, steps.entities, steps.uncovered), steps.to_json()
    elif wanted.decided:
        (found,) = await unless_hung_up(request, _beside(asked, [wanted], person))
    else:
        found = await unless_hung_up(request, batcher.predict(model, wanted.text, settings, person))
    (answer,) = await unless_hung_up(request, _answers(caller, asked, [found]))
    return answer.model_copy(update={"trace": trace})


@router.post("/predict/batch")
async def predict_batch(
    wanted: BatchWanted, caller: Calling, request: Request
) -> list[PredictionOut]:
    """The entities of each of several texts, in their order; short ones of which nothing is decided
    are read together."""
    texts = wanted.each_text
    asked = await _asked(caller, wanted, [item.text for item in texts])
    return await unless_hung_up(request, _batch(caller, asked, texts))


async def _batch(caller: Caller, asked: _Asked, texts: Sequence[TextWanted]) -> list[PredictionOut]:
    decided = [item for item in texts if item.decided]
    others = [item.text for item in texts if not item.decided]
    found = await batcher.predict_all(asked.model, others, asked.settings, caller.person)
    beside = await _beside(asked, decided, caller.person)
    of_others = iter(await _answers(caller, asked, found))
    of_decided = iter(await _answers(caller, replace(asked, project_id=None), beside))
    return [next(of_decided if item.decided else of_others) for item in texts]


@dataclass(frozen=True, slots=True)
class _Asked:
    """What a request asks of which model."""

    model: BackgroundPredictor
    settings: SamplerSettings
    custom: Custom
    project_id: int | None
    """Whose learnt suggestions and rules take part; None: the model alone answers."""


async def _asked(caller: Caller, wanted: SettingsWanted, texts: Sequence[str]) -> _Asked:
    """Counts the texts. Raises `ApiError`."""
    caller.count(sum(map(wanted.cost_of, texts)) - 1)  # the request itself was counted
    project_id = caller.project_id if wanted.project is None else caller.reach(wanted.project)
    model = await run_in_threadpool(active, caller)
    custom = await run_in_threadpool(custom_of, caller, project_id)
    settings = wanted.settings(custom.flat if wanted.flat is None else wanted.flat)
    return _Asked(model, settings, custom, None if wanted.by_model_alone else project_id)


async def _answers(
    caller: Caller, asked: _Asked, found: Sequence[Prediction]
) -> list[PredictionOut]:
    if asked.project_id is None:
        entities = [by_model(text, asked.custom.names) for text in found]
    else:
        entities = await suggested(caller, asked.model, asked.project_id, asked.settings, found)
    return [_out(asked.model, *text) for text in zip(found, entities, strict=True)]


async def _traced(
    model: BackgroundPredictor, wanted: Wanted, settings: SamplerSettings, person: str
) -> Trace:
    if len(wanted.text) > MOST_TRACED:
        raise ApiError(
            422,
            "the text is too long to return denoising steps",
            got=len(wanted.text),
            expected=f"at most {MOST_TRACED} code points",
            remedy="Send single sentences, or leave out the trace.",
        )
    if wanted.decided:
        raise ApiError(
            422,
            "denoising steps are traced without fixed and suppressed entities",
            expected="either `trace`, or `fixed` and `suppressed`",
            remedy="Ask twice.",
        )
    return await batcher.trace(model, wanted.text, settings, person)


async def _beside(asked: _Asked, texts: Sequence[TextWanted], person: str) -> list[Prediction]:
    """What the model finds in each text beside what a person decided, who calls labels as the
    project does."""
    calls = []
    for item in texts:
        fixed = [decided.entity() for decided in item.fixed]
        suppressed = list(_suppressed(item, asked.custom.names))
        reading = partial(asked.model.predict, item.text, asked.settings, fixed, suppressed)
        calls.append((item.text, reading))
    return await batcher.call(person, calls)


def _suppressed(item: TextWanted, names: Mapping[str, str]) -> Iterator[Entity]:
    """By every name of the model's that is called so today."""
    for decided in item.suppressed:
        for label in (decided.label, *(old for old, new in names.items() if new == decided.label)):
            yield replace(decided.entity(), label=label)


async def suggested(
    caller: Caller,
    model: BackgroundPredictor,
    project_id: int,
    settings: SamplerSettings,
    found: Sequence[Prediction],
) -> list[list[EntityOut]]:
    """What the page would suggest in each text of which the model found this: with what the
    project's submitted documents taught, and with its rules. Raises `ApiError` where too much waits
    for the model."""
    version_id = model.model_version_id
    suggestions_by_text = [
        Answer(version_id, settings, text.entities, (), text.uncovered) for text in found
    ]
    learnt = await run_in_threadpool(suggest.learnt_of, caller.sessions, project_id, version_id)
    if learnt is not None:
        flat = replace(learnt, flat=settings.flat)
        suggestions_by_text = await batcher.call(
            caller.person,
            [
                (text.text, partial(suggest.with_learnt, model, answer, text.text, flat))
                for text, answer in zip(found, suggestions_by_text, strict=True)
            ],
        )
    return [
        await run_in_threadpool(in_project, caller, project_id, text.text, answer)
        for text, answer in zip(found, suggestions_by_text, strict=True)
    ]


def in_project(caller: Caller, project_id: int, text: str, answer: Answer) -> list[EntityOut]:
    """The answer as the page would show it in the project."""
    spans = in_text.suggestions(caller.sessions, project_id, text, answer)
    return [
        entity_out(text, Entity(span.start, span.end, span.label, span.score), span.source)
        for span in sorted(spans, key=key_of)
    ]


def by_model(found: Prediction, names: Mapping[str, str]) -> list[EntityOut]:
    """What the model alone suggests, by today's names of its labels."""
    entities = best_once(drafts.renamed(found.entities, names))
    return [entity_out(found.text, entity) for entity in entities]


def active(caller: Caller) -> BackgroundPredictor:
    """The model that suggests now, to be asked after people at the page. Raises `ApiError` where
    there is none."""
    model = active_predictor(caller.sessions)
    if model is None:
        raise ApiError(
            503, "there is no active model", remedy="Install one: SPANNEAL_MODEL, see the README."
        )
    return model.in_background()


def custom_of(caller: Caller, project_id: int | None) -> Custom:
    """The project's custom; every suggestion by the model's own names where there is none. Raises
    `ApiError` where there is no such project."""
    if project_id is None:
        return Custom()
    try:
        return suggest.custom_of(caller.sessions, project_id)
    except LookupError:
        raise unknown_project(project_id, 404) from None


def entity_out(text: str, entity: Entity, source: Source = "model") -> EntityOut:
    score = None if entity.score is None else round(entity.score, 6)
    return EntityOut(
        start=entity.start,
        end=entity.end,
        label=entity.label,
        text=text[entity.start : entity.end],
        score=score,
        source=source,
    )


def _out(
    model: BackgroundPredictor,
    found: Prediction,
    entities: list[EntityOut],
) -> PredictionOut:
    return PredictionOut(
        model_version=model.model_version_id,
        entities=entities,
        uncovered=[(token.start, token.end) for token in found.uncovered],
    )
