"""Label Studio and INCEpTION ask as their own programs do."""

from __future__ import annotations

import pytest

from app.http.common import authentication
from app.http.common.limits import Rate
from app.services.labels import changes as label_changes
from storage.repository import projects
from tests.app.http.api.test_api import Counting, Served, served
from tests.app.http.tools.inception_requests import predictions, to_predict

__all__ = ["served"]
CONFIG = (
    '<View><Labels name="ner" toName="body"><Label value="PER"/></Labels>'
    '<Text name="body" value="$body"/></View>'
)


def test_label_studio_finds_the_backend_up_and_set_up(served: Served) -> None:
    base = f"/label-studio/{served.project}"
    assert served.client.get(f"{base}/health").json()["status"] == "UP"
    body = {"project": "1.1700000000", "schema": CONFIG, "hostname": "", "access_token": ""}
    assert served.client.post(f"{base}/setup", json=body).json() == {"model_version": "1"}


def test_label_studio_gets_regions_named_as_its_configuration_says(served: Served) -> None:
    tasks = [{"id": 7, "data": {"body": "Ada"}}, {"id": 8, "data": {"body": "Bo Li"}}]
    body = {"tasks": tasks, "project": "1.17", "label_config": CONFIG, "params": {}}

    message = served.client.post(f"/label-studio/{served.project}/predict", json=body).json()

    assert message["model_version"] == "1"
    first, second = message["results"]
    assert first["result"] == [
        {
            "id": "e1",
            "from_name": "ner",
            "to_name": "body",
            "type": "labels",
            "score": 0.9,
            "value": {"start": 0, "end": 3, "text": "Ada", "labels": ["PER"]},
        }
    ]
    assert second["result"][0]["value"]["text"] == "Bo Li"


def test_of_no_regions_there_is_no_score(served: Served) -> None:
    config = CONFIG.replace('value="PER"', 'value="ORG"')
    tasks = [{"id": 1, "data": {"body": "Ada"}}]
    body = {"tasks": tasks, "label_config": config}

    answer = served.client.post(f"/label-studio/{served.project}/predict", json=body).json()

    assert answer["results"] == [{"result": [], "model_version": "1"}]


def test_the_texts_of_one_request_share_calls_of_the_model_and_count_one_by_one(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = Counting()
    monkeypatch.setattr("app.http.predictions.prediction.active_predictor", lambda sessions: model)
    monkeypatch.setattr(authentication, "rate", Rate(30, clock=lambda: 0.0))
    path, headers = f"/label-studio/{served.project}/predict", served.bearer("label studio")
    texts = [f"Text {number}" for number in range(20)]
    body = {"tasks": [{"id": 1, "data": {"body": text}} for text in texts], "label_config": CONFIG}

    message = served.client.post(path, json=body, headers=headers).json()

    assert [item["result"][0]["value"]["text"] for item in message["results"]] == texts
    assert sorted(len(call) for call in model.calls) == [4, 16]
    assert served.client.post(path, json=body, headers=headers).status_code == 429
    assert served.client.get("/api/v1/projects", headers=headers).status_code == 200


HYPERTEXT = CONFIG.replace("<Text ", "<HyperText ")
BY_ADDRESS = CONFIG.replace('value="$body"', 'value="$body" valueType="url"')


@pytest.mark.parametrize(
    ("config", "text", "reason"),
    [
        (HYPERTEXT, "<p>Ada</p>", "the text is HTML"),
        (CONFIG, "https://example.org/ada.txt", "is where a text lies, and not the text"),
        (CONFIG, "/data/upload/1/ada.txt", "is where a text lies, and not the text"),
        (BY_ADDRESS, "ada", "the configuration says that the task holds where the text lies"),
        (CONFIG, None, "a task's data has no text in 'body'"),
    ],
)
def test_a_task_whose_people_see_another_text_is_refused_and_the_others_are_not(
    served: Served, config: str, text: str | None, reason: str
) -> None:
    path = f"/label-studio/{served.project}/predict"
    strange, good = ({"id": 1, "data": {"body": body}} for body in (text, "Ada"))
    body = {"tasks": [strange, good, strange], "label_config": config}

    single = served.client.post(path, json={**body, "tasks": [strange]})

    assert single.status_code == 422
    assert reason in single.json()["error"]["what"]
    if config != BY_ADDRESS:
        first, second, third = served.client.post(path, json=body).json()["results"]
        assert first == third
        assert (first["result"], first["model_version"]) == ([], "1")
        assert "score" not in first
        assert reason in first["error"]["what"]
        assert first["error"]["remedy"]
        assert second["result"][0]["value"]["text"] == "Ada"


def test_tags_in_a_text_that_is_shown_as_it_stands_are_text(served: Served) -> None:
    body = {"tasks": [{"id": 1, "data": {"body": "<p>Ada</p>"}}], "label_config": CONFIG}
    answer = served.client.post(f"/label-studio/{served.project}/predict", json=body)

    assert answer.status_code == 200


def test_a_configuration_with_entities_of_its_own_is_refused(served: Served) -> None:
    bomb = '<!DOCTYPE a [<!ENTITY b "c">]><View>&b;</View>'
    answer = served.client.post(f"/label-studio/{served.project}/setup", json={"schema": bomb})
    assert answer.status_code == 400
    assert "refused" in answer.json()["error"]["what"]


def test_a_label_that_was_renamed_is_called_by_its_name_of_today_in_every_protocol(
    served: Served,
) -> None:
    with served.sessions() as session:
        (label,) = (item for item in projects.labels(session, served.project) if item.name == "PER")
    label_changes.rename(served.sessions, served.project, label.id, "PERSON", "Ada")

    base, body = "/api/v1/predict", {"text": "Ada"}
    plain = served.client.post(base, json=body).json()
    named = served.client.post(base, json={**body, "project": served.project}).json()
    personal = served.bearer("narrow", project=served.project)
    by_token = served.client.post(base, json={**body, "trace": False}, headers=personal).json()
    config = CONFIG.replace("PER", "PERSON")
    task = {"tasks": [{"id": 7, "data": {"body": "Ada"}}], "label_config": config}
    studio = served.client.post(f"/label-studio/{served.project}/predict", json=task).json()
    sent = served.client.post(f"/inception/{served.project}/predict", json=to_predict("Ada"))
    (inception,) = predictions(sent.json())

    assert plain["entities"][0]["label"] == "PER", "which project's names, nobody said"
    assert named["entities"][0]["label"] == by_token["entities"][0]["label"] == "PERSON"
    assert studio["results"][0]["result"][0]["value"]["labels"] == ["PERSON"]
    assert inception.value == "PERSON"
    assert served.client.post(base, json={**body, "project": 99}).status_code == 404


@pytest.mark.parametrize("nested", [True, False], ids=["nested", "flat"])
def test_other_programs_get_suggestions_within_others_where_the_project_wants_them(
    served: Served, monkeypatch: pytest.MonkeyPatch, nested: bool
) -> None:
    model = Counting()
    monkeypatch.setattr("app.http.predictions.prediction.active_predictor", lambda sessions: model)
    with served.sessions.begin() as session:
        projects.get(session, served.project).nested = nested
    tasks = {"tasks": [{"id": 7, "data": {"body": "Ada"}}], "label_config": CONFIG}

    served.client.post(f"/label-studio/{served.project}/predict", json=tasks)
    for message in ({}, {"flat": nested}, {"flat": not nested}):
        body = {"text": "Ada", "project": served.project, **message}
        assert served.client.post("/api/v1/predict", json=body).status_code == 200
    assert served.client.post("/api/v1/predict", json={"text": "Ada"}).status_code == 200

    assert [setting.flat for setting in model.settings] == [
        not nested,
        not nested,
        nested,
        not nested,
        False,
    ]
