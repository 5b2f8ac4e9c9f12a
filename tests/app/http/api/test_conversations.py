"""Whole conversations of other tools with the app as `make app` starts it, sign-in on."""

from __future__ import annotations

import base64
from typing import Any

import httpx
import pytest

from tests.app.http.running import Running
from tests.app.http.tools.inception_requests import (
    OWN_LAYER,
    document,
    predictions,
    to_predict,
    to_train,
)
from tests.app.http.tools.test_label_studio_webhook import CONFIG, TEXT, event, region

pytestmark = [pytest.mark.sqlite, pytest.mark.xdist_group("http-server")]


def shown(client: httpx.Client, project: int, search: str) -> tuple[str, list[tuple[int, str]]]:
    path = f"/api/v1/projects/{project}/documents"
    (result,) = client.get(path, params={"search": search}).json()["documents"]
    message = client.get(f"/api/v1/documents/{result['id']}/annotations").json()
    return message["status"], [(span["start"], span["label"]) for span in message["entities"]]


def posted(client: httpx.Client, path: str, body: dict[str, Any], status: int = 200) -> Any:
    answer = client.post(path, json=body)
    assert answer.status_code == status, answer.text
    return answer.json() if answer.content else None


def test_label_studio_connects_predicts_and_sends_what_its_people_decide(running: Running) -> None:
    base = f"/label-studio/{running.project}"
    password = base64.b64encode(f"any:{running.secret}".encode()).decode()
    with running.client(authorization=f"Basic {password}") as model:
        assert model.get(f"{base}/health").json()["status"] == "UP"
        setup = {"project": "1.17", "schema": CONFIG, "hostname": "", "access_token": ""}
        version = posted(model, f"{base}/setup", setup)["model_version"]
        assert posted(model, f"{base}/versions", {"project": "1.17"}) == {"versions": [version]}
        task = {"id": 7, "data": {"body": TEXT}}
        body = {"tasks": [task], "label_config": CONFIG, "model_version": version, "params": {}}
        (predicted,) = posted(model, f"{base}/predict", body)["results"]
        assert predicted["model_version"] == version

    created = event("ANNOTATION_CREATED", region(0, 3, "PER"))
    with running.client() as bare_webhook:
        posted(bare_webhook, f"{base}/webhook", created, 401)
    with running.client(authorization=f"Bearer {running.secret}") as webhook:
        assert posted(webhook, f"{base}/webhook", created, 201)["added"] == 1
        later = "2026-01-01T11:00:00Z"
        changed = event("ANNOTATION_UPDATED", region(10, 14, "LOC"), at=later)
        assert posted(webhook, f"{base}/webhook", changed, 201)["updated"] == 1
        assert shown(webhook, running.project, "Eve saw") == ("submitted", [(10, "LOC")])
        deleted = {"action": "ANNOTATIONS_DELETED", "annotations": [{"id": 1}]}
        assert posted(webhook, f"{base}/webhook", deleted, 201)["reopened"] == 1
        assert shown(webhook, running.project, "Eve saw")[0] == "in_progress"


def test_inception_predicts_what_is_seen_and_sends_its_people_as_they_go_on(
    running: Running,
) -> None:
    base, text = f"/inception/{running.project}", "Ida met Uwe in 🦊 Oslo. Nobody saw them there."
    with running.client(authorization=f"Bearer {running.secret}") as proxied:
        answer = posted(proxied, f"{base}/predict", to_predict(text, extent=(0, 10)))
        assert all(item.get_covered_text() in text for item in predictions(answer))

        first, second = [(0, 3, "PER")], [(0, 3, "PER"), (8, 11, "PER"), (17, 21, "LOC")]
        posted(proxied, f"{base}/train", to_train(document(text, first)), 204)
        assert shown(proxied, running.project, "Ida met") == ("in_progress", [(0, "PER")])
        posted(proxied, f"{base}/train", to_train(document(text, second)), 204)
        locations = [(0, "PER"), (8, "PER"), (17, "LOC")]
        assert shown(proxied, running.project, "Ida met") == ("in_progress", locations)
        posted(proxied, f"{base}/finished/train", to_train(document(text, second)), 204)
        assert shown(proxied, running.project, "Ida met") == ("submitted", locations)

        external = document(text, first, layer=OWN_LAYER)
        posted(proxied, f"{base}/train", to_train(external, layer=OWN_LAYER), 422)
