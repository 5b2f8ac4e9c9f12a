"""Label Studio's ML backend: give it http://HOST/label-studio/PROJECT as the backend's address.

Its addresses and fields are those of label-studio-ml. A token goes into the password of the
backend's basic authentication.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from xml.etree.ElementTree import Element

from fastapi import APIRouter
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

from app.http.api.projects import Id
from app.http.common.authentication import Calling
from app.http.common.errors import ApiError
from app.http.common.hang_up import unless_hung_up
from app.http.common.limits import MOST_TEXT, cost
from app.http.predictions.prediction import active, batcher, custom_of, suggested
from app.http.predictions.prediction_fields import EntityOut
from core.types import SamplerSettings
from storage.formats.label_studio_text import has_markup, other_text
from storage.formats.xml_guard import check_xml

router = APIRouter(prefix="/{project_id}")
MOST_TASKS = 100


@dataclass(frozen=True, slots=True)
class Config:
    """What a labelling configuration calls its labels, its text, and the text's field."""

    from_name: str = "label"
    to_name: str = "text"
    field: str = "text"
    labels: tuple[str, ...] = ()
    """Empty: any."""
    by_address: bool = False
    """The field holds where the text lies, and not the text (`valueType="url"`)."""
    hypertext: bool = False
    """The text is shown without its tags."""


@router.get("/")
@router.get("/health")
def health(project_id: Id) -> dict[str, str]:
    return {"status": "UP", "model_class": "Spanneal"}


@router.post("/setup")
def setup(project_id: Id, body: dict[str, Any], caller: Calling) -> dict[str, str]:
    custom_of(caller, caller.reach(project_id))  # Label Studio asks whether the address is right
    read_config(body.get("schema") or body.get("label_config"))
    return {"model_version": str(active(caller).model_version_id)}


@router.api_route("/versions", methods=["GET", "POST"])
def versions(project_id: Id, caller: Calling) -> dict[str, list[str]]:
    """The version that suggests now, whichever Label Studio asks for."""
    custom_of(caller, caller.reach(project_id))
    return {"versions": [str(active(caller).model_version_id)]}


@router.post("/predict")
async def predict(
    project_id: Id, body: dict[str, Any], caller: Calling, request: Request
) -> dict[str, Any]:
    caller.reach(project_id)
    config = read_config(body.get("label_config"))
    tasks = body.get("tasks")
    if not isinstance(tasks, list) or len(tasks) > MOST_TASKS:
        raise ApiError(422, "'tasks' is invalid", expected=f"up to {MOST_TASKS}")
    texts, refused = _texts(tasks, config)
    caller.count(sum(map(cost, texts)) - 1, divisible=False)
    model = await run_in_threadpool(active, caller)
    version = str(model.model_version_id)
    custom = await run_in_threadpool(custom_of, caller, project_id)
    settings = SamplerSettings(flat=custom.flat)
    predicting = batcher.predict_all(model, texts, settings, caller.person)
    found = await unless_hung_up(request, predicting)
    suggesting = suggested(caller, model, project_id, settings, found)
    shown = iter(await unless_hung_up(request, suggesting))
    results = [
        {"result": [], "error": refused[number]}
        if number in refused
        else _regions(next(shown), config)
        for number in range(len(tasks))
    ]
    return {
        "results": [{**result, "model_version": version} for result in results],
        "model_version": version,
    }


def _texts(tasks: list[Any], config: Config) -> tuple[list[str], dict[int, dict[str, Any]]]:
    """The texts to predict on, and what to say of each other task by its number.

    Raises `ApiError` where there is no text at all.
    """
    texts: list[str] = []
    refused: dict[int, dict[str, Any]] = {}
    for number, task in enumerate(tasks):
        try:
            texts.append(_shown_text(task, config))
        except ApiError as error:
            refused[number] = error.body
            if len(refused) == len(tasks):
                raise
    return texts, refused


def _shown_text(task: Any, config: Config) -> str:
    """A task's text. Raises `ApiError` also where its people see another one."""
    text = text_of(task, config)
    reason = other_text(text) if config.hypertext or not has_markup(text) else None
    if config.by_address and reason is None:
        reason = "the configuration says that the task holds where the text lies, and not the text"
    if reason is None:
        return text
    raise ApiError(
        422,
        f"nothing is predicted on {config.field!r}: {reason}",
        got=repr(text)[:100],
        expected="the text itself, which is shown as it stands",
        remedy='Put the text into the task and annotate it as <Text name="text" value="$text"/>.',
    )


def read_config(xml: object) -> Config:
    """Raises `ValueError` for what is no labelling configuration of a text."""
    if not xml:
        return Config()
    from defusedxml.ElementTree import fromstring

    if not isinstance(xml, str):
        raise ValueError(f"'label_config' must be XML, got {type(xml).__name__}")
    check_xml(xml.encode())
    view = fromstring(xml)
    labels = next((tag for tag in view.iter() if tag.tag in ("Labels", "HyperTextLabels")), None)
    if labels is None:
        raise ValueError("the labelling configuration has no <Labels> over a <Text>")
    to_name = labels.get("toName", "text")
    text = next((tag for tag in view.iter() if tag.get("name") == to_name), None)
    field = text.get("value", "$text") if text is not None else "$text"
    return Config(
        labels.get("name", "label"),
        to_name,
        field.removeprefix("$"),
        _labels(labels),
        by_address=text is not None and text.get("valueType") == "url",
        hypertext=text is not None and text.tag == "HyperText",
    )


def _labels(tag: Element) -> tuple[str, ...]:
    return tuple(label.get("value", "") for label in tag.iter("Label"))


def text_of(task: Any, config: Config) -> str:
    """A task's text, raw. Raises `ApiError` where it has none, or too long a one."""
    data = task.get("data") if isinstance(task, dict) else None
    text = data.get(config.field) if isinstance(data, dict) else None
    if not isinstance(text, str) or len(text) > MOST_TEXT:
        raise ApiError(
            422,
            f"a task's data has no text in {config.field!r}",
            got=repr(text)[:100],
            expected=f"a text of up to {MOST_TEXT} code points",
            remedy='Name the field in the configuration: <Text name="text" value="$text"/>.',
        )
    return text


def _regions(entities: Iterable[EntityOut], config: Config) -> dict[str, Any]:
    """A task's regions and the mean of their scores. Of no regions there is no mean: `score`,
    optional in Label Studio, which sorts tasks by it, is then left out."""
    regions = [
        _region(entity.model_dump(), number, config)
        for number, entity in enumerate(entities, 1)
        if not config.labels or entity.label in config.labels
    ]
    scores = [region["score"] for region in regions if region["score"] is not None]
    if not scores:
        return {"result": regions}
    return {"result": regions, "score": sum(scores) / len(scores)}


def _region(entity: dict[str, Any], number: int, config: Config) -> dict[str, Any]:
    value = {key: entity[key] for key in ("start", "end", "text")}
    return {
        "id": f"e{number}",
        "from_name": config.from_name,
        "to_name": config.to_name,
        "type": "labels",
        "score": entity["score"],
        "value": {**value, "labels": [entity["label"]]},
    }
