"""A text in, its entities out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

from app.http.authentication import Caller, Calling
from app.http.batching import Batcher
from app.http.errors import ApiError, unknown_project
from app.http.hang_up import unless_hung_up
from app.http.limits import MOST_TEXT, cost
from app.services.annotation import drafts
from app.services.annotation.drafts import best_once
from app.services.suggestions import in_text, suggest
from app.services.suggestions.predictor import BackgroundPredictor, active_predictor
from app.services.suggestions.suggest import Answer, Custom
from core.types import Entity, Prediction, SamplerSettings, key_of
from storage.enums import Source

router = APIRouter(tags=["predict"])
batcher = Batcher()
MOST_TRACED = 2_000
"""Code points of a text whose steps are asked for: each holds probabilities of every word."""


class Wanted(BaseModel):
    model_config = ConfigDict(extra="forbid")

    text: Annotated[str, Field(max_length=MOST_TEXT)]
    steps: bool = False
    """With every denoising step."""
    seed: Annotated[int, Field(ge=0, lt=2**63)] = 0
    threshold: Annotated[float | None, Field(ge=0, le=1)] = None
    """The least score; the model's own where there is none."""
    flat: bool | None = None
    """Only entities that do not overlap; where nothing is said as the project wants, else all."""
    project: int | None = None
    """What is suggested as its page would: by its labels' names of today, with what its submitted
    documents taught and with its rules; with a `threshold` the model alone. The token's own where
    it is for one project, else there is none: the model alone, by the names that it learnt."""


class EntityOut(BaseModel):
    start: int
    """Code points of the text, half-open."""
    end: int
    label: str
    text: str
    score: float | None
    source: Source = "model"
    """`instant`: learnt from the project's submitted documents; `rule`: matched by its rules."""


class PredictionOut(BaseModel):
    model_version: int
    entities: list[EntityOut]
    uncovered: list[tuple[int, int]]
    """Stretches that the model could not look at."""
    trace: dict[str, Any] | None = None


@router.post("/predict")
async def predict(wanted: Wanted, caller: Calling, request: Request) -> PredictionOut:
    """The entities of a text. 429 while too much waits for the model."""
    caller.count(cost(wanted.text) - 1)  # the request itself was counted
    project_id = caller.project_id if wanted.project is None else caller.reach(wanted.project)
    model = await run_in_threadpool(active, caller)
    custom = await run_in_threadpool(custom_of, caller, project_id)
    flat = custom.flat if wanted.flat is None else wanted.flat
    settings = SamplerSettings(seed=wanted.seed, threshold=wanted.threshold, flat=flat)
    traced = None
    if wanted.steps:
        if len(wanted.text) > MOST_TRACED:
            raise ApiError(
                422,
                "the text is too long to return denoising steps",
                got=len(wanted.text),
                expected=f"at most {MOST_TRACED} code points",
                remedy="Send single sentences, or leave out the steps.",
            )
        tracing = batcher.trace(model, wanted.text, settings, caller.person)
        trace = await unless_hung_up(request, tracing)
        found = Prediction(trace.text, trace.entities, trace.uncovered)
        traced = trace.to_json()
    else:
        predicting = batcher.predict(model, wanted.text, settings, caller.person)
        found = await unless_hung_up(request, predicting)
    if project_id is None or wanted.threshold is not None:
        return _out(model, found, by_model(found, custom.names), traced)
    suggesting = suggested(caller, model, project_id, settings, [found])
    (entities,) = await unless_hung_up(request, suggesting)
    return _out(model, found, entities, traced)


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
    trace: dict[str, Any] | None,
) -> PredictionOut:
    return PredictionOut(
        model_version=model.model_version_id,
        entities=entities,
        uncovered=[(token.start, token.end) for token in found.uncovered],
        trace=trace,
    )
