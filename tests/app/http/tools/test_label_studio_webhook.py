"""What is decided, changed and deleted in Label Studio arrives here, and loses nothing."""

from __future__ import annotations

from typing import Any

import pytest

from app.services.annotation.annotation import AnnotationService
from storage.repository import annotation_sets
from tests.app.http.api.test_api import Served, served
from tests.app.restoring import back
from tests.operation_log import log_of

__all__ = ["served"]
CONFIG = (
    '<View><Labels name="ner" toName="body"><Label value="PER"/></Labels>'
    '<Text name="body" value="$body"/></View>'
)
TEXT = "Eve saw 🦊 Rome."


def region(start: int, end: int, label: str, key: str = "r", text: str = TEXT) -> dict[str, Any]:
    value = {"start": start, "end": end, "text": text[start:end], "labels": [label]}
    return {"id": key, "from_name": "ner", "to_name": "body", "type": "labels", "value": value}


def event(
    action: str, *regions: dict[str, Any], at: str = "2026-01-01T10:00:00Z", cancelled: bool = False
) -> dict[str, Any]:
    annotation = {"id": 1, "result": regions, "was_cancelled": cancelled, "updated_at": at}
    task = {"id": 7, "data": {"body": TEXT}}
    project = {"id": 1, "label_config": CONFIG}
    return {"action": action, "task": task, "annotation": annotation, "project": project}


def send(served: Served, body: dict[str, Any]) -> dict[str, Any]:
    answer = served.client.post(f"/label-studio/{served.project}/webhook", json=body)
    assert answer.status_code == 201, answer.text
    message: dict[str, Any] = answer.json()
    return {name: value for name, value in message.items() if value}


def document(served: Served, search: str = "Eve") -> int:
    path = f"/api/v1/projects/{served.project}/documents"
    (result,) = served.client.get(path, params={"search": search}).json()["documents"]
    number: int = result["id"]
    return number


def shown(served: Served) -> tuple[str, list[tuple[int, int, str]]]:
    path = f"/api/v1/documents/{document(served)}/annotations"
    message = served.client.get(path).json()
    spans = [(item["start"], item["end"], item["label"]) for item in message["entities"]]
    return message["status"], spans


def test_an_annotation_becomes_a_submitted_document_that_knows_where_it_came_from(
    served: Served,
) -> None:
    assert send(served, event("ANNOTATION_CREATED", region(0, 3, "PER"))) == {"added": 1}

    assert shown(served) == ("submitted", [(0, 3, "PER")])
    with served.sessions() as session:
        result = annotation_sets.submitted_of(session, document(served))
        assert result is not None
        assert result.provenance["followed"]["annotation"] == 1
    assert send(served, {"action": "TASKS_CREATED"}) == {"ignored": "TASKS_CREATED"}


def test_a_changed_annotation_becomes_the_answer_and_the_one_before_stays_on_record(
    served: Served,
) -> None:
    send(served, event("ANNOTATION_CREATED", region(0, 3, "PER", "a"), region(8, 9, "ORG", "b")))
    changed = event(
        "ANNOTATION_UPDATED",
        region(0, 3, "PER", "a"),
        region(10, 14, "PLACE", "b"),
        at="2026-01-01T11:00:00Z",
    )

    assert send(served, changed) == {"updated": 1}
    assert send(served, changed) == {"known": 1}, "sent twice is done once"

    assert shown(served) == ("submitted", [(0, 3, "PER"), (10, 14, "PLACE")])
    number = document(served)
    with served.sessions() as session:
        now = annotation_sets.submitted_of(session, number)
        assert now is not None
        assert now.provenance["followed"]["changed"] == "2026-01-01T11:00:00Z"
        before = session.get(type(now), now.parent_id)
        assert before is not None
        assert before.state == "submitted"
        done = [row.payload["op"] for row in log_of(session, number)]
    assert sorted(done) == ["follow", "reopen", "submit"]
    service = AnnotationService(served.sessions)
    service.reopen(number, "Ada")
    back(service, number, 0, "Ada")
    assert shown(served)[1] == [(0, 3, "PER"), (8, 9, "ORG")], "the way back"


def test_what_overtook_on_the_way_does_not_come_back(served: Served) -> None:
    later, earlier = "2026-01-01T11:00:00+00:00", "2026-01-01T10:59:59.5Z"
    send(served, event("ANNOTATION_CREATED", region(0, 3, "PER"), at=later))
    late = event("ANNOTATION_UPDATED", region(8, 9, "PER"), at=earlier)

    assert send(served, late) == {"known": 1}
    assert shown(served) == ("submitted", [(0, 3, "PER")])


def test_work_that_is_open_here_is_not_touched_and_the_change_stands_in_its_history(
    served: Served,
) -> None:
    send(served, event("ANNOTATION_CREATED", region(0, 3, "PER")))
    number, service = document(served), AnnotationService(served.sessions)
    service.reopen(number, "Ada")
    added = {"seq": 1, "op": "add", "id": "p", "start": 10, "end": 14, "label": "LOC"}
    assert service.apply(number, "page", [added], "Ada").error is None

    assert send(served, event("ANNOTATION_UPDATED", region(8, 9, "PER"))) == {"waiting": 1}

    assert shown(served) == ("in_progress", [(0, 3, "PER"), (10, 14, "LOC")])
    with served.sessions() as session:
        (row,) = (r for r in log_of(session, number) if r.refused)
    assert row.payload["spans"] == [[8, 9, "PER"]]
    assert "somebody is working on the document here" in str(row.refused)


def test_a_deleted_annotation_reopens_its_document_and_deletes_nothing(served: Served) -> None:
    send(served, event("ANNOTATION_CREATED", region(0, 3, "PER")))
    gone = {"action": "ANNOTATIONS_DELETED", "annotations": [{"id": 1}, {"id": 99}]}

    assert send(served, gone) == {"reopened": 1}
    assert send(served, gone) == {}, "sent twice is done once"

    assert shown(served) == ("in_progress", [(0, 3, "PER")])
    again = event("ANNOTATION_CREATED", region(8, 9, "PER"), at="2026-01-02T10:00:00Z")
    assert send(served, again) == {"updated": 1}, "nobody has touched the draft since"
    assert shown(served) == ("submitted", [(8, 9, "PER")])


def test_a_text_that_nobody_has_looked_at_here_gets_the_answer_from_there(served: Served) -> None:
    path = f"/api/v1/projects/{served.project}/documents"
    served.client.post(path, json={"name": "Eve", "text": TEXT})

    assert send(served, event("ANNOTATION_CREATED", region(0, 3, "PER"))) == {"updated": 1}
    assert shown(served) == ("submitted", [(0, 3, "PER")])


def test_a_cancelled_annotation_skips_the_document(served: Served) -> None:
    send(served, event("ANNOTATION_CREATED", region(0, 3, "PER")))
    cancelled = event("ANNOTATION_UPDATED", at="2026-01-01T12:00:00Z", cancelled=True)

    assert send(served, cancelled) == {"updated": 1}
    assert send(served, cancelled) == {"known": 1}
    assert shown(served)[0] == "skipped"


def test_several_annotations_of_one_event_find_their_tasks(served: Served) -> None:
    texts = {7: "Ida ran.", 8: "Uwe ran."}
    body = {
        "action": "ANNOTATIONS_CREATED",
        "task": [{"id": number, "data": {"body": text}} for number, text in texts.items()],
        "annotation": [
            {"id": 2, "task": 8, "result": [region(0, 3, "PER", text=texts[8])]},
            {"id": 3, "task": 7, "result": [region(0, 3, "ORG", text=texts[7])]},
        ],
        "project": {"id": 1, "label_config": CONFIG},
    }
    assert send(served, body) == {"added": 2}
    path = f"/api/v1/documents/{document(served, 'Ida')}/annotations"
    assert [item["label"] for item in served.client.get(path).json()["entities"]] == ["ORG"]


@pytest.mark.parametrize("data", [None, [1], {"text": 3}, "text"])
def test_a_webhook_whose_task_has_no_text_says_so(served: Served, data: object) -> None:
    sent = {
        "action": "ANNOTATION_CREATED",
        "task": {"id": 1, "data": data},
        "annotation": {"id": 1},
    }
    message = served.client.post(f"/label-studio/{served.project}/webhook", json=sent)

    assert message.status_code == 422
    assert "no text" in message.json()["error"]["what"]


@pytest.mark.parametrize(
    "sent",
    [
        {"action": "ANNOTATION_UPDATED"},
        {"action": "ANNOTATIONS_DELETED", "annotations": [3]},
        {"action": "ANNOTATIONS_DELETED", "annotations": [{"id": "3"}]},
        {"action": "ANNOTATION_CREATED", "task": {"id": 1}, "annotation": {"result": []}},
    ],
)
def test_an_event_without_what_it_tells_of_is_refused(served: Served, sent: dict[str, Any]) -> None:
    message = served.client.post(f"/label-studio/{served.project}/webhook", json=sent)

    assert message.status_code == 422, message.text


@pytest.mark.parametrize("name", [[], {}, [[1]], None, 1.5, "seven", True])
def test_a_task_whose_id_is_none_is_found_by_its_place(served: Served, name: object) -> None:
    body = event("ANNOTATION_CREATED", region(0, 3, "PER"))
    body["task"]["id"] = name
    body["annotation"]["task"] = name

    assert send(served, body) == {"added": 1}
    assert shown(served)[0] == "submitted"


@pytest.mark.parametrize("number", [1, 2**31, 2**53])
def test_an_annotation_of_any_number_is_found_again_when_it_is_deleted(
    served: Served, number: int
) -> None:
    body = event("ANNOTATION_CREATED", region(0, 3, "PER"))
    body["annotation"]["id"] = number
    send(served, body)

    deleted = {"action": "ANNOTATIONS_DELETED", "annotations": [{"id": number}]}
    assert send(served, deleted) == {"reopened": 1}
    assert shown(served)[0] == "in_progress"
