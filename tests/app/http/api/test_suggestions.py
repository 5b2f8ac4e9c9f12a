"""A text is suggested the same wherever it is asked about: on the page, in bulk, by programs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from app.services.labels import rules as rule_service
from app.services.retraining import bulk_preannotation
from app.services.retraining.preannotation_worker import PreannotationWorker
from storage.engine import Sessions
from tests.app.http.api.test_api import Served, served
from tests.app.http.tools.inception_requests import nothing_remembered, predictions, to_predict
from tests.app.instant_kit import PERSON, TEXTS, Classroom, open_classroom

__all__ = ["nothing_remembered", "served"]
TEXT = "He took 20 mg of ibuprofen and some codeine, then paracetamol."
RULED = ("paracetamol", "DRUG", "rule")
LEARNT = ("codeine", "DRUG", "instant")
Shown = tuple[str, str, str | None]
"""Words, label and source."""
CONFIG = (
    '<View><Labels name="ner" toName="body"><Label value="DRUG"/><Label value="DOSE"/></Labels>'
    '<Text name="body" value="$body"/></View>'
)


@dataclass
class Hospital:
    """A project that has learnt from documents and has a rule, and whoever asks it."""

    served: Served
    room: Classroom

    @property
    def sessions(self) -> Sessions:
        return self.room.sessions

    def post(self, path: str, body: dict[str, Any]) -> Any:
        answer = self.served.client.post(path, json=body)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def reject(self, words: str) -> None:
        """In a new document, which is left open."""
        document_id = self.room.add(f"Some {words}, number {next(self.room.numbers)}.")
        view = self.room.service.open(document_id, PERSON)
        spans = [span for span in view.spans if view.text[span.start : span.end] == words]
        ops = [{"seq": next(self.room.numbers), "op": "reject", "id": span.id} for span in spans]
        assert ops
        assert self.room.service.apply(document_id, "page", ops, PERSON).error is None


@pytest.fixture
def hospital(served: Served, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Hospital:
    room = open_classroom(served.sessions, tmp_path)
    monkeypatch.setattr(
        "app.http.predictions.prediction.active_predictor", lambda sessions: room.model
    )
    return Hospital(served, room)


def teach(hospital: Hospital) -> None:
    hospital.room.submit_all(*TEXTS)
    hospital.room.learn()
    rule_service.import_rules(
        hospital.sessions, hospital.room.project_id, b"paracetamol,DRUG", "a.csv", PERSON
    )


def on_the_page(hospital: Hospital) -> set[Shown]:
    return set(hospital.room.suggested(TEXT))


def in_bulk(hospital: Hospital) -> set[Shown]:
    document_id = hospital.room.add(TEXT)
    bulk_preannotation.start(hospital.sessions, hospital.room.project_id, PERSON)
    worker = PreannotationWorker(hospital.sessions, "w", predictor=lambda *_: hospital.room.model)
    while worker.step():
        pass
    return unopened(hospital, document_id)


def predicted_ahead(hospital: Hospital) -> set[Shown]:
    document_id = hospital.room.add(TEXT)
    assert hospital.room.service.prefetch(document_id)
    return unopened(hospital, document_id)


def unopened(hospital: Hospital, document_id: int) -> set[Shown]:
    answer = hospital.served.client.get(f"/api/v1/documents/{document_id}/annotations").json()
    assert answer["status"] == "new"
    return {
        (TEXT[span["start"] : span["end"]], span["label"], span["source"])
        for span in answer["entities"]
    }


def by_http(hospital: Hospital) -> set[Shown]:
    body = {"text": TEXT, "project": hospital.room.project_id}
    entities = hospital.post("/api/v1/predict", body)["entities"]
    return {(entity["text"], entity["label"], entity["source"]) for entity in entities}


def by_http_with_steps(hospital: Hospital) -> set[Shown]:
    body = {"text": TEXT, "project": hospital.room.project_id, "trace": True}
    entities = hospital.post("/api/v1/predict", body)["entities"]
    return {(entity["text"], entity["label"], entity["source"]) for entity in entities}


def by_label_studio(hospital: Hospital) -> set[Shown]:
    body = {"tasks": [{"id": 1, "data": {"body": TEXT}}], "label_config": CONFIG}
    answer = hospital.post(f"/label-studio/{hospital.room.project_id}/predict", body)
    regions = [region["value"] for region in answer["results"][0]["result"]]
    return {(value["text"], value["labels"][0], None) for value in regions}


def by_inception(hospital: Hospital) -> set[Shown]:
    answer = hospital.post(f"/inception/{hospital.room.project_id}/predict", to_predict(TEXT))
    sources = {
        "learnt from submitted documents": "instant",
        "matched by a rule": "rule",
        None: "model",
    }
    return {
        (item.get_covered_text(), item.value, sources[item.value_score_explanation])
        for item in predictions(answer)
    }


PATHS = (in_bulk, predicted_ahead, by_http, by_http_with_steps, by_label_studio, by_inception)


@pytest.mark.parametrize("path", PATHS)
def test_every_path_suggests_what_the_page_does_and_says_where_it_comes_from(
    hospital: Hospital, path: Callable[[Hospital], set[Shown]]
) -> None:
    teach(hospital)

    result = path(hospital)

    page = hospital.room.suggested(f"{TEXT} ")
    assert {RULED, LEARNT} <= set(page)
    named = path is not by_label_studio  # Label Studio has no place for it
    assert result == {(words, label, source if named else None) for words, label, source in page}


@pytest.mark.parametrize("path", [on_the_page, *PATHS])
def test_a_rule_that_was_rejected_too_often_is_silent_in_every_path(
    hospital: Hospital, path: Callable[[Hospital], set[Shown]]
) -> None:
    teach(hospital)
    hospital.reject("paracetamol")
    hospital.reject("paracetamol")

    assert "paracetamol" not in {words for words, _, _ in path(hospital)}


@pytest.mark.parametrize("rejected", [False, True])
def test_a_second_look_brings_what_was_learnt_and_imported_since_but_no_silent_rule(
    hospital: Hospital, rejected: bool
) -> None:
    document_id = hospital.room.add(TEXT)
    service = hospital.room.service
    assert not {RULED, LEARNT} & shown(hospital, document_id)
    service.apply(document_id, "first page", [{"seq": 1, "op": "comment", "text": "begun"}], PERSON)
    teach(hospital)
    for _ in range(2 * rejected):
        hospital.reject("paracetamol")

    service.resuggest(document_id, PERSON)

    result = shown(hospital, document_id)
    assert LEARNT in result
    assert (RULED in result) is not rejected


def test_what_a_rule_suggests_at_a_second_look_counts_and_stays_refused(
    hospital: Hospital,
) -> None:
    document_id = hospital.room.add(TEXT)
    service = hospital.room.service
    service.open(document_id, PERSON)
    service.apply(document_id, "first page", [{"seq": 1, "op": "comment", "text": "begun"}], PERSON)
    teach(hospital)
    service.resuggest(document_id, PERSON)
    (span,) = (span for span in service.open(document_id, PERSON).spans if span.source == "rule")
    op = {"op": "relabel", "id": span.id, "label": "DOSE"}
    assert service.apply(document_id, "next page", [{"seq": 1, **op}], PERSON).error is None

    service.resuggest(document_id, PERSON)

    (rule,) = rule_service.listed(hospital.sessions, hospital.room.project_id).rules
    assert (rule.accepted, rule.rejected) == (0, 1)
    assert ("paracetamol", "DRUG") not in {item[:2] for item in shown(hospital, document_id)}


def test_a_program_decides_on_what_nobody_has_opened(hospital: Hospital) -> None:
    teach(hospital)
    document_id = hospital.room.add(TEXT)
    path = f"/api/v1/documents/{document_id}/annotations"
    (span,) = hospital.served.client.get(path).json()["entities"]

    body = {"operations": [{"op": "accept", "id": span["id"]}]}
    (entity,) = hospital.post(path, body)["entities"]

    assert (entity["id"], entity["status"], entity["source"]) == (span["id"], "accepted", "rule")


def test_the_model_alone_answers_for_no_project_and_for_a_threshold(hospital: Hospital) -> None:
    teach(hospital)

    for body in ({}, {"project": hospital.room.project_id, "threshold": 0.0}):
        entities = hospital.post("/api/v1/predict", {"text": TEXT, **body})["entities"]
        assert {entity["source"] for entity in entities} <= {"model"}


@pytest.mark.parametrize("number", [-(2**70), 0, 2**31, 2**70])
def test_a_project_that_no_database_can_number_is_a_wrong_field(
    hospital: Hospital, number: int
) -> None:
    """SQLite's driver knows no such numbers."""
    answer = hospital.served.client.post("/api/v1/predict", json={"text": TEXT, "project": number})

    assert answer.status_code == 422
    assert answer.json()["error"]["what"] == "body.project is invalid"


def test_inception_is_suggested_what_was_learnt_since_it_asked_last(hospital: Hospital) -> None:
    assert not {RULED, LEARNT} & by_inception(hospital)
    teach(hospital)

    assert {RULED, LEARNT} <= by_inception(hospital)


def shown(hospital: Hospital, document_id: int) -> set[Shown]:
    view = hospital.room.service.open(document_id, PERSON)
    return {(TEXT[span.start : span.end], span.label, span.source) for span in view.spans}


def test_what_was_suppressed_comes_back_from_no_other_source(hospital: Hospital) -> None:
    teach(hospital)
    text, label, _ = next(shown for shown in by_http(hospital) if shown[2] == "rule")
    start = TEXT.index(text)
    decided = {"start": start, "end": start + len(text), "label": label}
    body = {"text": TEXT, "project": hospital.room.project_id, "suppressed": [decided]}
    entities = hospital.post("/api/v1/predict", body)["entities"]
    assert (text, label) not in {(item["text"], item["label"]) for item in entities}
