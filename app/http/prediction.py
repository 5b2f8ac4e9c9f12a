"""A text in, its entities out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated, Any, Literal

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
from app.services.suggestions import suggest
from app.services.suggestions.instant import merge
from app.services.suggestions.predictor import BackgroundPredictor, active_predictor
from app.services.suggestions.suggest import Custom
from core.types import Entity, Prediction, SamplerSettings

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
    """By whose names of today labels are called that were renamed or merged since the model learnt
    them; the token's own where it is for one project, else the model's names stay."""


class EntityOut(BaseModel):
    start: int
    """Code points of the text, half-open."""
    end: int
    label: str
    text: str
    score: float | None
    source: Literal["model", "instant"] = "model"
    """`instant`: learnt from the project's submitted documents."""


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
    if not wanted.steps:
        predicting = batcher.predict(model, wanted.text, settings, caller.person)
        found = renamed(await unless_hung_up(request, predicting), custom.names)
        if project_id is None or wanted.threshold is not None:
            return _out(model, found, None)
        merging = _with_learnt(caller, model, project_id, found)
        return await unless_hung_up(request, merging)
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
    return _out(model, renamed(found, custom.names), trace.to_json())


async def _with_learnt(
    caller: Caller, model: BackgroundPredictor, project_id: int, found: Prediction
) -> PredictionOut:
    """What the page would suggest: the model's entities and what the project's submitted documents
    taught."""
    learnt = await run_in_threadpool(
        suggest.learnt_of, caller.sessions, project_id, model.model_version_id
    )
    if learnt is None:
        return _out(model, found, None)
    merged = await batcher.call(
        found.text, caller.person, lambda: merge(model, learnt, found.text, found.entities)
    )
    answer = _out(model, replace(found, entities=merged.entities), None)
    for entity in answer.entities:
        if (entity.start, entity.end, entity.label) in merged.instant:
            entity.source = "instant"
    return answer


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


def renamed(found: Prediction, names: Mapping[str, str]) -> Prediction:
    entities = drafts.renamed(found.entities, names)
    return replace(found, entities=tuple(best_once(entities)))


def entity_out(text: str, entity: Entity) -> EntityOut:
    score = None if entity.score is None else round(entity.score, 6)
    words = text[entity.start : entity.end]
    return EntityOut(
        start=entity.start, end=entity.end, label=entity.label, text=words, score=score
    )


def _out(
    model: BackgroundPredictor, found: Prediction, trace: dict[str, Any] | None
) -> PredictionOut:
    return PredictionOut(
        model_version=model.model_version_id,
        entities=[entity_out(found.text, entity) for entity in found.entities],
        uncovered=[(token.start, token.end) for token in found.uncovered],
        trace=trace,
    )
