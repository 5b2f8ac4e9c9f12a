"""Label Studio's ML backend: give it http://HOST/label-studio/PROJECT as the backend's address.

Its addresses and fields are those of label-studio-ml. A token goes into the password of the
backend's basic authentication.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from xml.etree.ElementTree import Element

from fastapi import APIRouter
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

from app.http.authentication import Calling
from app.http.documents import Id
from app.http.errors import ApiError
from app.http.hang_up import unless_hung_up
from app.http.limits import MOST_TEXT, cost
from app.http.prediction import active, batcher, custom_of, entity_out, renamed
from core.types import Prediction, SamplerSettings
from storage.formats.optional import require
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


@router.get("/")
@router.get("/health")
def health(project_id: Id) -> dict[str, str]:
    return {"status": "UP", "model_class": "Spanneal"}


@router.post("/setup")
def setup(project_id: Id, body: dict[str, Any], caller: Calling) -> dict[str, str]:
    caller.reach(project_id)
    read_config(body.get("schema") or body.get("label_config"))
    return {"model_version": str(active(caller).model_version_id)}


@router.post("/predict")
async def predict(
    project_id: Id, body: dict[str, Any], caller: Calling, request: Request
) -> dict[str, Any]:
    caller.reach(project_id)
    config = read_config(body.get("label_config"))
    tasks = body.get("tasks")
    if not isinstance(tasks, list) or len(tasks) > MOST_TASKS:
        raise ApiError(422, "'tasks' is invalid", expected=f"up to {MOST_TASKS}")
    texts = [text_of(task, config) for task in tasks]
    caller.count(sum(map(cost, texts)) - 1)  # the request itself was counted
    model = await run_in_threadpool(active, caller)
    version = str(model.model_version_id)
    custom = await run_in_threadpool(custom_of, caller, project_id)
    settings = SamplerSettings(flat=custom.flat)
    predicting = batcher.predict_all(model, texts, settings, caller.person)
    results = [
        {**_suggested(renamed(found, custom.names), config), "model_version": version}
        for found in await unless_hung_up(request, predicting)
    ]
    return {"results": results, "model_version": version}


def read_config(xml: object) -> Config:
    """Raises `ValueError` for what is no labelling configuration of a text."""
    if not xml:
        return Config()
    require("defusedxml", "defusedxml", "Label Studio's configuration")
    from defusedxml.ElementTree import fromstring

    if not isinstance(xml, str):
        raise ValueError(f"'label_config' must be XML, got {type(xml).__name__}")
    check_xml(xml.encode())
    view = fromstring(xml)
    labels = next((each for each in view.iter() if each.tag in ("Labels", "HyperTextLabels")), None)
    if labels is None:
        raise ValueError("the labelling configuration has no <Labels> over a <Text>")
    to_name = labels.get("toName", "text")
    text = next((each for each in view.iter() if each.get("name") == to_name), None)
    field = text.get("value", "$text") if text is not None else "$text"
    return Config(labels.get("name", "label"), to_name, field.removeprefix("$"), _labels(labels))


def _labels(tag: Element) -> tuple[str, ...]:
    return tuple(each.get("value", "") for each in tag.iter("Label"))


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


def _suggested(found: Prediction, config: Config) -> dict[str, Any]:
    shown = [entity_out(found.text, each).model_dump() for each in found.entities]
    regions = [
        _region(each, number, config)
        for number, each in enumerate(shown, 1)
        if not config.labels or each["label"] in config.labels
    ]
    scores = [region["score"] for region in regions if region["score"] is not None]
    return {"result": regions, "score": sum(scores) / len(scores) if scores else 0.0}


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
