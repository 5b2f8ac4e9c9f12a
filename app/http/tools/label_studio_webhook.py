"""Label Studio tells what its people decide, change and delete.

An event's fields are those of Label Studio's webhooks with "Send payload" on. It sends each event
once and does not look at the answer, so what cannot be followed is written down here.
"""

from __future__ import annotations

import io
import json
import logging
from collections import Counter
from collections.abc import Iterator
from typing import Any

from fastapi import APIRouter

from app.http.api.project_jobs import jobs_of
from app.http.api.projects import Id
from app.http.common.authentication import Caller, Calling
from app.http.common.errors import ApiError
from app.http.predictions.prediction import custom_of
from app.http.tools.label_studio import Config, read_config, text_of
from app.services.interchange import refusals
from app.services.interchange.external_sync import SyncedResponse, follow, withdraw
from storage.formats.label_studio_reader import read_label_studio
from storage.records import DocumentRecord

LOG = logging.getLogger(__name__)
router = APIRouter(prefix="/{project_id}")
TOOL = "Label Studio"
_DECIDED = ("ANNOTATION_CREATED", "ANNOTATIONS_CREATED", "ANNOTATION_UPDATED")
_Object = dict[str, Any]


@router.post("/webhook", status_code=201)
def webhook(project_id: Id, body: dict[str, Any], caller: Calling) -> dict[str, Any]:
    """What was decided is a document's answer, as it was changed last; what was deleted reopens
    the document. START_TRAINING queues a retraining."""
    custom_of(caller, caller.reach(project_id))  # whether there is such a project
    action = body.get("action")
    if action == "START_TRAINING":
        return {"job": jobs_of(caller).start(project_id)}
    if action == "ANNOTATIONS_DELETED":
        gone = [_number(annotation) for annotation in _payload(body, "annotations")]
        return {"reopened": withdraw(caller.sessions, project_id, TOOL, gone, caller.person)}
    if action not in _DECIDED:
        return {"ignored": action if isinstance(action, str) and action.isascii() else None}
    return _follow(project_id, body, caller)


def _follow(project_id: int, body: _Object, caller: Caller) -> dict[str, Any]:
    project = body.get("project")
    config = read_config(project.get("label_config") if isinstance(project, dict) else None)
    outcomes: Counter[str] = Counter(added=0, updated=0, known=0, waiting=0)
    bad: list[str] = []
    notes: list[str] = []
    for task, annotation in _pairs(body):
        try:
            source = _source(task, annotation)
            record = _record(task, annotation, config)
            outcomes[follow(caller.sessions, project_id, record, source, caller.person)] += 1
            notes += map(str, record.notes)
        except ValueError as error:
            bad.append(str(error))
            reason = f"annotation {annotation.get('id')} was not taken: {error}"
            LOG.warning("Label Studio's %s", reason)
            refusals.note(project_id, TOOL, reason)
    return {**outcomes, "notes": notes, "bad": bad}


def _pairs(body: _Object) -> Iterator[tuple[_Object, _Object]]:
    """Each annotation with its task; several name theirs by its number."""
    tasks = _payload(body, "task")
    numbered = {_name(task, "id"): task for task in tasks}
    for index, annotation in enumerate(_payload(body, "annotation")):
        task = numbered.get(_name(annotation, "task")) or tasks[min(index, len(tasks) - 1)]
        yield task, annotation


def _name(item: _Object, key: str) -> int | str | None:
    """What another object calls a task; None for what is no name."""
    name = item.get(key)
    return name if isinstance(name, int | str) else None


def _payload(body: _Object, key: str) -> list[_Object]:
    """One object, or a list of them; raises `ApiError` where there is none."""
    found = body.get(key)
    listed = found if isinstance(found, list) else [found]
    objects: list[_Object] = [item for item in listed if isinstance(item, dict)]
    if not objects or len(objects) < len(listed):
        raise ApiError(
            422,
            f"the webhook has no {key!r}",
            got=repr(found)[:100],
            expected="the task with its annotation, or the ids of the deleted annotations",
            remedy="In Label Studio's webhook, turn on 'Send payload'.",
        )
    return objects


def _source(task: _Object, annotation: _Object) -> SyncedResponse:
    number, changed = task.get("id"), annotation.get("updated_at")
    return SyncedResponse(
        TOOL,
        _number(annotation),
        number if isinstance(number, int) else None,
        changed if isinstance(changed, str) else None,
    )


def _number(annotation: _Object) -> int:
    number = annotation.get("id")
    if not isinstance(number, int) or isinstance(number, bool) or not 0 <= number < 2**63:
        raise ApiError(
            422,
            "an annotation has no id",
            got=repr(number)[:100],
            expected="'id', a whole number",
        )
    return number


def _record(task: _Object, annotation: _Object, config: Config) -> DocumentRecord:
    text = text_of(task, config)  # says what is wrong with the data, before they are used
    whole = {**task, "data": {**task["data"], "text": text}, "annotations": [annotation]}
    name = f"label-studio-{_name(task, 'id') or ''}"
    read = next(read_label_studio(io.BytesIO(json.dumps([whole]).encode()), name))
    if isinstance(read, DocumentRecord):
        return read
    raise ValueError(read.reason)
