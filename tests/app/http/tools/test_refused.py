"""What a tool sends in vain is counted and shown, since the tool itself shows it to nobody."""

from __future__ import annotations

import logging
from typing import Any

import pytest
from prometheus_client import generate_latest

from app.services.interchange import refusals
from app.services.operations.metrics import REGISTRY
from app.services.team import accounts, members
from tests.app.http.api.test_api import Served, served
from tests.app.http.tools.inception_requests import document, nothing_remembered, to_train
from tests.app.http.tools.test_label_studio_webhook import CONFIG, event, region

__all__ = ["nothing_remembered", "served"]
ANNOTATED = event("ANNOTATION_CREATED", region(0, 3, "PER"))


def noted(served: Served) -> list[tuple[str, int, str]]:
    result = refusals.of_project(served.sessions, served.project)
    return [(refusal.tool, refusal.number, refusal.reason) for refusal in result]


def test_a_webhook_without_a_token_says_where_it_goes_once_sign_in_is_on(
    served: Served, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("SPANNEAL_AUTH", "accounts")
    path = f"/label-studio/{served.project}/webhook"
    with caplog.at_level(logging.WARNING):
        responses = [served.client.post(path, json=ANNOTATED) for _ in range(3)]

    assert {answer.status_code for answer in responses} == {401}
    remedy = responses[0].json()["error"]["remedy"]
    assert "Webhooks" in remedy
    assert "Authorization, with the value Bearer" in remedy
    monkeypatch.setenv("SPANNEAL_AUTH", "off")
    ((tool, number, reason),) = noted(served)
    assert (tool, number) == ("Label Studio", 3)
    assert reason.startswith("/webhook: a valid token is required")
    assert len([line for line in caplog.messages if "webhook' was refused" in line]) == 1
    counted = 'spanneal_refused_requests_total{status="401",tool="Label Studio"}'
    assert counted in generate_latest(REGISTRY).decode()


def test_the_webhook_comes_in_with_the_header_that_the_documents_name(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SPANNEAL_AUTH", "accounts")
    accounts.add(served.sessions, "Ada", None)
    members.assign(served.sessions, served.project, "Ada", "reviewer")
    headers = served.bearer("label studio", "Ada", served.project)

    path = f"/label-studio/{served.project}/webhook"
    answer = served.client.post(path, json=ANNOTATED, headers=headers)

    assert answer.status_code == 201
    assert answer.json()["added"] == 1


@pytest.mark.parametrize(
    ("path", "body", "reason"),
    [
        ("label-studio/{}/webhook", {"action": "ANNOTATION_CREATED"}, "Send payload"),
        ("label-studio/{}/setup", {"schema": "<View/>"}, "no <Labels>"),
        ("inception/{}/train", {"documents": []}, "is invalid"),
    ],
)
def test_every_answer_that_is_an_error_is_noted_with_what_to_do(
    served: Served, path: str, body: dict[str, Any], reason: str
) -> None:
    answer = served.client.post("/" + path.format(served.project), json=body)

    assert answer.status_code >= 400
    ((_, number, noted_reason),) = noted(served)
    assert number == 1
    assert reason in noted_reason


def test_an_annotation_that_cannot_be_followed_is_noted_though_the_answer_is_a_success(
    served: Served,
) -> None:
    outside = region(0, 3, "PER")
    outside["value"] = {"start": 90, "end": 99, "text": "nowhere", "labels": ["PER"]}
    path = f"/label-studio/{served.project}/webhook"

    answer = served.client.post(path, json=event("ANNOTATION_CREATED", outside))

    assert answer.status_code == 201
    ((_, _, reason),) = noted(served)
    assert reason.startswith("annotation 1 was not taken")


def test_what_is_remembered_is_bounded_and_forgotten_once_it_was_seen(served: Served) -> None:
    for number in range(refusals.MOST + 10):
        refusals.note(served.project, "Tool", f"reason {number}")
    assert len(noted(served)) == refusals.MOST
    assert noted(served)[0] == ("Tool", 1, f"reason {refusals.MOST + 9}")

    refusals.dismiss(served.sessions, served.project)

    assert noted(served) == []


@pytest.mark.parametrize("named", ["Contracts", "0", "99"])
@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("label-studio/{}/setup", {"schema": CONFIG}),
        ("label-studio/{}/webhook", ANNOTATED),
        ("inception/{}/train", to_train(document("Ada ran.", [(0, 3, "PER")]))),
    ],
    ids=["setup", "webhook", "train"],
)
def test_an_address_that_names_no_project_says_where_its_number_stands(
    served: Served, path: str, body: dict[str, Any], named: str
) -> None:
    answer = served.client.post("/" + path.format(named), json=body)

    assert answer.status_code in (404, 422)
    error = answer.json()["error"]
    assert "number" in error["expected"]
    assert "Documents page, under Settings" in error["remedy"]


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_label_studio_is_told_the_version_that_suggests(served: Served, method: str) -> None:
    path = f"/label-studio/{served.project}/versions"
    body = {"project": "1.1700000000"} if method == "POST" else None

    assert served.client.request(method, path, json=body).json() == {"versions": ["1"]}


def test_made_up_addresses_cannot_crowd_out_what_was_refused_nor_flood_the_log(
    served: Served, caplog: pytest.LogCaptureFixture
) -> None:
    refusals.note(served.project, "Label Studio", "/webhook: first")
    with caplog.at_level(logging.WARNING):
        for number in range(30):
            served.client.get(f"/label-studio/project{number}/verb{number}")

    assert ("Label Studio", 1, "/webhook: first") in noted(served)
    assert len(refusals._noted) == 2
    assert len([line for line in caplog.messages if "was refused" in line]) == 2
