"""INCEpTION asks as its external recommender does, and sends its people's work again and again."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import cassis
import pytest

from app.http import inception
from app.http.batching import Batcher
from app.http.limits import MOST_TEXT
from app.http.text_parts import PART, PartReader
from app.services.annotation.annotation import AnnotationService
from app.services.interchange import refusals
from app.services.retraining.jobs import Jobs
from app.services.suggestions.predictor import ModelPredictor
from app.services.team import assignment
from core.types import Entity, Prediction, SamplerSettings
from storage.repository import annotation_sets, assignments, operations
from tests.app.http.inception_requests import (
    LAYER,
    OWN_LAYER,
    document,
    predictions,
    to_predict,
    to_train,
)
from tests.app.http.test_api import Counting, Served, served
from tests.app.material import tiny_model
from tests.coroutines import result_of

__all__ = ["served"]
TEXT = "Eve saw 🦊 Rome."
SENTENCES = [f"Eve met Ida in 🦊 Rome {number:03} . " for number in range(400)]
LONG = "".join(SENTENCES[:100])


@pytest.fixture(autouse=True)
def nothing_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inception, "reader", PartReader(Batcher()))
    monkeypatch.setattr(refusals, "_noted", OrderedDict())


@dataclass
class Finder:
    """A model that finds every Ida, and counts its texts."""

    model_version_id: int = 1
    path: Path = Path("model")
    texts: list[str] = field(default_factory=list)

    def predict(self, text: str, settings: SamplerSettings) -> Prediction:
        return self.predict_together([text], settings)[0]

    def predict_together(self, texts: list[str], settings: SamplerSettings) -> list[Prediction]:
        self.texts += texts
        return [Prediction(text, tuple(_idas(text))) for text in texts]


def _idas(text: str) -> list[Entity]:
    starts = [index for index in range(len(text)) if text.startswith("Ida", index)]
    return [Entity(start, start + 3, "PER", 0.9) for start in starts]


@pytest.fixture
def finder(served: Served, monkeypatch: pytest.MonkeyPatch) -> Finder:
    model = Finder()
    monkeypatch.setattr("app.http.prediction.active_predictor", lambda sessions: model)
    return model


def predict(served: Served, body: dict[str, Any], place: str = "") -> dict[str, Any]:
    answer = served.client.post(f"/inception/{served.project}{place}/predict", json=body)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def train(served: Served, *documents: dict[str, Any], place: str = "") -> None:
    answer = served.client.post(
        f"/inception/{served.project}{place}/train", json=to_train(*documents)
    )
    assert answer.status_code == 204, answer.text


def document_id(served: Served, search: str = "Eve") -> int:
    path = f"/api/v1/projects/{served.project}/documents"
    (found,) = served.client.get(path, params={"search": search}).json()["documents"]
    number: int = found["id"]
    return number


def shown(served: Served) -> tuple[str, list[tuple[int, int, str]]]:
    path = f"/api/v1/documents/{document_id(served)}/annotations"
    said = served.client.get(path).json()
    spans = [(span["start"], span["end"], span["label"]) for span in said["entities"]]
    return said["status"], sorted(spans)


def test_the_document_comes_back_with_predictions_in_the_layer_that_is_asked_for(
    served: Served,
) -> None:
    (found,) = predictions(predict(served, to_predict("Ada 🦊 Li")))

    assert (found.begin, found.end, found.value) == (0, 8, "PER")
    assert found.value_score == pytest.approx(0.9)


def test_only_the_range_is_predicted_and_its_offsets_are_right(
    served: Served, finder: Finder
) -> None:
    width = len(SENTENCES[0].encode("utf-16-le")) // 2
    begin = 40 * width

    found = predictions(predict(served, to_predict(LONG, extent=(begin, begin + width))))

    assert len(finder.texts) == 1
    assert PART <= len(finder.texts[0].split()) < 2 * PART
    covered = [item.get_covered_text() for item in found]
    assert set(covered) == {"Ida"}
    asked = LONG.index("Ida", LONG.index("Rome 039"))
    assert asked in {item.begin for item in found}, "cassis counts code points"


def test_what_was_predicted_before_is_in_every_answer_and_is_not_predicted_again(
    served: Served, finder: Finder
) -> None:
    predict(served, to_predict(LONG, extent=(0, 10)))
    predict(served, to_predict(LONG, extent=(1_000, 1_010)))
    asked = len(finder.texts)
    both = predictions(predict(served, to_predict(LONG, extent=(0, 10))))
    whole = predictions(predict(served, to_predict(LONG)))
    edited = LONG.replace("Rome", "Bern", 1)
    predict(served, to_predict(edited))

    assert asked == 2
    assert {item.begin < 800 for item in both} == {True, False}
    assert len(whole) == 100
    assert len(finder.texts) == len(set(finder.texts)), "no part twice, even of a changed text"


def test_the_parts_of_a_text_are_predicted_as_the_whole_is(tmp_path: Path) -> None:
    model = ModelPredictor(1, tiny_model(tmp_path / "model"))
    settings = SamplerSettings(threshold=0.0)

    found = result_of(PartReader(Batcher()).predict(model, LONG, settings, 0, len(LONG)))

    whole = model.predict(LONG, settings)
    assert found.unread == 0
    assert whole.entities
    assert {entity.key for entity in found.prediction.entities} == {
        entity.key for entity in whole.entities
    }


def test_a_text_that_takes_too_long_is_answered_in_part_and_goes_on_with_the_next_request(
    served: Served, finder: Finder, monkeypatch: pytest.MonkeyPatch
) -> None:
    times = iter(range(0, 10_000, 15))
    reader = PartReader(Batcher(), seconds=20, clock=lambda: float(next(times)))
    monkeypatch.setattr(inception, "reader", reader)
    text = "".join(SENTENCES)

    counts = [len(predictions(predict(served, to_predict(text)))) for _ in range(9)]

    assert 0 < counts[0] < 400
    assert counts == sorted(counts)
    assert counts[-1] == 400
    assert len(finder.texts) == len(set(finder.texts))


def test_the_parts_that_are_remembered_are_bounded(
    served: Served, finder: Finder, monkeypatch: pytest.MonkeyPatch
) -> None:
    reader = PartReader(Batcher(), most=3)
    monkeypatch.setattr(inception, "reader", reader)
    predict(served, to_predict(LONG))

    assert len(reader._read) == 3


@pytest.mark.parametrize("extent", [(0, 99), (3, 1), (9, 16)])
def test_a_range_that_does_not_fit_the_text_is_refused(
    served: Served, extent: tuple[int, int]
) -> None:
    body = to_predict(TEXT, extent=extent)

    answer = served.client.post(f"/inception/{served.project}/predict", json=body)

    assert answer.status_code == 400
    assert "16 UTF-16 units" in answer.json()["error"]["what"]


def test_what_somebody_has_annotated_so_far_is_a_draft_that_follows_them(served: Served) -> None:
    train(served, document(TEXT, [(0, 3, "PER")]))
    assert shown(served) == ("in_progress", [(0, 3, "PER")])

    four = [(0, 3, "PER"), (4, 7, "ACT"), (8, 9, "ANIMAL"), (10, 14, "LOC")]
    train(served, document(TEXT, four))
    assert shown(served) == ("in_progress", four)

    train(served, document(TEXT, [(10, 14, "CITY")]))
    assert shown(served) == ("in_progress", [(10, 14, "CITY")])
    with served.sessions() as session:
        draft = annotation_sets.draft_of(session, document_id(served))
        assert draft is not None
        assert draft.person == "ada"
        log = [row.payload["op"] for row in operations.of_document(session, document_id(served))]
    assert log == ["follow", "follow"], "each later state is a step that can be taken back"


def test_the_same_state_sent_again_changes_nothing(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[int] = []
    load = cassis.load_cas_from_xmi
    monkeypatch.setattr(
        cassis, "load_cas_from_xmi", lambda *a, **k: read.append(1) or load(*a, **k)
    )
    train(served, document(TEXT, [(0, 3, "PER")]))
    train(served, document(TEXT, [(0, 3, "PER")]))
    assert len(read) == 1, "it is not even read"

    train(served, document(TEXT, [(0, 3, "PER")], changed=1_700_000_000_000))

    with served.sessions() as session:
        assert operations.of_document(session, document_id(served)) == []


def test_only_an_address_that_says_so_submits_and_later_states_follow(served: Served) -> None:
    train(served, document(TEXT, [(0, 3, "PER")]), place="/finished")
    assert shown(served) == ("submitted", [(0, 3, "PER")])

    train(served, document(TEXT, [(0, 3, "PER"), (10, 14, "LOC")]), place="/finished")
    assert shown(served) == ("submitted", [(0, 3, "PER"), (10, 14, "LOC")])


def test_a_draft_that_is_finished_there_is_submitted_here(served: Served) -> None:
    train(served, document(TEXT, [(0, 3, "PER")]))
    train(served, document(TEXT, [(0, 3, "PER")]), place="/finished")

    assert shown(served) == ("submitted", [(0, 3, "PER")])


def test_what_was_stored_earlier_and_overtook_on_the_way_does_not_come_back(
    served: Served,
) -> None:
    train(served, document(TEXT, [(0, 3, "PER"), (10, 14, "LOC")], changed=1_700_000_002_000))
    train(served, document(TEXT, [(0, 3, "PER")], changed=1_700_000_001_000))

    assert shown(served) == ("in_progress", [(0, 3, "PER"), (10, 14, "LOC")])


def test_work_that_is_open_here_is_not_touched_and_its_history_says_once_what_came(
    served: Served,
) -> None:
    train(served, document(TEXT, [(0, 3, "PER")]))
    number, service = document_id(served), AnnotationService(served.sessions)
    added = {"seq": 1, "op": "add", "id": "p", "start": 10, "end": 14, "label": "PER"}
    assert service.apply(number, "page", [added], "Bo").error is None

    later = [(0, 3, "PER"), (8, 9, "ANIMAL")]
    train(served, document(TEXT, later))
    train(served, document(TEXT, later, changed=1_700_000_000_000))

    assert shown(served) == ("in_progress", [(0, 3, "PER"), (10, 14, "PER")])
    with served.sessions() as session:
        (row,) = (row for row in operations.of_document(session, number) if row.refused)
    assert row.payload["spans"] == [[0, 3, "PER"], [8, 9, "ANIMAL"]]
    assert "somebody is working on the document here" in str(row.refused)
    (refusal,) = refusals.of_project(served.sessions, served.project)
    assert "history says why" in refusal.reason


def test_what_was_submitted_here_is_not_changed_by_unfinished_work_there(served: Served) -> None:
    train(served, document(TEXT, [(0, 3, "PER")]))
    AnnotationService(served.sessions).submit(document_id(served), "Bo")

    train(served, document(TEXT, [(8, 9, "ANIMAL")]))

    assert shown(served) == ("submitted", [(0, 3, "PER")])


def test_what_was_corrected_here_since_stands_though_finished_work_is_sent_again(
    served: Served,
) -> None:
    train(served, document(TEXT, [(0, 3, "PER")]), place="/finished")
    number, service = document_id(served), AnnotationService(served.sessions)
    service.reopen(number, "Bo")
    added = {"seq": 1, "op": "add", "id": "p", "start": 10, "end": 14, "label": "PER"}
    assert service.apply(number, "page", [added], "Bo").error is None
    service.submit(number, "Bo")

    train(served, document(TEXT, [(0, 3, "PER")], changed=1_700_000_000_000), place="/finished")

    assert shown(served) == ("submitted", [(0, 3, "PER"), (10, 14, "PER")])


def test_a_second_persons_answer_to_a_text_replaces_nothing_and_is_on_record(
    served: Served,
) -> None:
    train(served, document(TEXT, [(0, 3, "PER")], user="ada"))
    train(served, document(TEXT, [(10, 14, "LOC")], user="bo"))

    assert shown(served) == ("in_progress", [(0, 3, "PER")])
    with served.sessions() as session:
        (row,) = (r for r in operations.of_document(session, document_id(served)) if r.refused)
    assert (row.person, row.payload["spans"]) == ("bo", [[10, 14, "LOC"]])
    assert "'ada'" in str(row.refused)
    assert "2 or more" in str(row.refused)


def test_where_several_annotate_each_document_everybodys_answer_is_their_own(
    served: Served,
) -> None:
    assignment.set_annotators(served.sessions, served.project, 2)
    ada, bo = [(0, 3, "PER")], [(10, 14, "LOC")]
    train(served, document(TEXT, ada, user="ada"))
    train(served, document(TEXT, bo, user="bo"))
    train(served, document(TEXT, [*ada, (8, 9, "ANIMAL")], user="ada"), place="/finished")

    number = document_id(served)
    with served.sessions() as session:
        own = annotation_sets.submitted_of(session, number, "ada")
        begun = annotation_sets.draft_of(session, number, "bo")
        parts = {part.person: part.status for part in assignments.of_document(session, number)}
    assert parts == {"ada": "submitted", "bo": "in_progress"}
    assert own is not None
    assert [(s.start, s.end, s.label) for s in annotation_sets.spans_of(own)] == [
        (0, 3, "PER"),
        (8, 9, "ANIMAL"),
    ]
    assert begun is not None
    assert [(s.start, s.label) for s in annotation_sets.spans_of(begun)] == [(10, "LOC")]


def test_no_training_queues_a_retraining(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[int] = []
    monkeypatch.setattr(Jobs, "start", lambda self, project: started.append(project))
    for number in range(3):
        train(served, document(TEXT, [(0, 3, f"L{number}")]), place="/finished")

    assert started == []


@pytest.mark.parametrize("verb", ["predict", "train"])
def test_a_layer_that_nobody_said_holds_entities_is_refused_with_the_address_that_says_so(
    served: Served, verb: str
) -> None:
    sentiment = "webanno.custom.Sentiment"
    body = to_predict(TEXT, layer=sentiment)
    body["documents"] = [document(TEXT, [(0, 3, "positive")], layer=sentiment)]

    answer = served.client.post(f"/inception/{served.project}/{verb}", json=body)

    assert answer.status_code == 422
    assert LAYER in answer.json()["error"]["expected"]
    address = f"/inception/{served.project}/{sentiment}/value"
    assert address in answer.json()["error"]["remedy"]
    path = f"/api/v1/projects/{served.project}/documents?search=Eve"
    assert served.client.get(path).json()["total"] == 0


@pytest.mark.parametrize("place", ["", "/finished"])
def test_a_layer_that_the_address_names_is_predicted_and_followed(
    served: Served, place: str
) -> None:
    place = f"{place}/{OWN_LAYER}/value"
    answer = predict(served, to_predict(TEXT, layer=OWN_LAYER), place)
    assert [item.value for item in predictions(answer, layer=OWN_LAYER)] == ["PER"]

    sent = to_train(document(TEXT, [(0, 3, "PER")], layer=OWN_LAYER), layer=OWN_LAYER)
    path = f"/inception/{served.project}{place}/train"
    assert served.client.post(path, json=sent).status_code == 204
    assert shown(served)[1] == [(0, 3, "PER")]


def test_an_address_with_a_word_that_it_does_not_know_says_which_it_knows(served: Served) -> None:
    path = f"/inception/{served.project}/done/train"
    answer = served.client.post(path, json=to_train(document(TEXT, [(0, 3, "PER")])))

    assert answer.status_code == 404
    assert "finished" in answer.json()["error"]["expected"]


def test_a_document_that_cannot_be_read_is_named_and_the_others_come_in(served: Served) -> None:
    broken = {"xmi": "<a/>", "documentId": 8, "userId": "ada"}
    train(served, broken, document(TEXT, [(0, 3, "PER")]))

    assert shown(served) == ("in_progress", [(0, 3, "PER")])
    (refusal,) = refusals.of_project(served.sessions, served.project)
    assert refusal.tool == "INCEpTION"
    assert "document 8 was not taken" in refusal.reason

    alone = to_train(broken)
    answer = served.client.post(f"/inception/{served.project}/train", json=alone)
    assert answer.status_code == 400


def test_an_unfinished_document_without_annotations_is_not_added(served: Served) -> None:
    train(served, document(TEXT, [(0, 3, None)]))

    path = f"/api/v1/projects/{served.project}/documents?search=Eve"
    assert served.client.get(path).json()["total"] == 0


def test_the_types_are_read_once_however_many_documents_come_with_them(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    load, read = cassis.load_typesystem, []
    monkeypatch.setattr(cassis, "load_typesystem", lambda file: read.append(1) or load(file))
    train(served, *(document(f"{name} Li", [(0, 1, "PER")], number=name) for name in "ABC"))

    path = f"/api/v1/projects/{served.project}/documents?search=inception-"
    assert served.client.get(path).json()["total"] == 3
    assert len(read) == 1


@pytest.mark.parametrize("verb", ["predict", "train"])
def test_a_text_has_the_length_of_any_other_at_most(served: Served, verb: str) -> None:
    text = "Li" * (MOST_TEXT // 2) + "!"
    body = to_predict(text)
    body["documents"] = [document(text, [(0, 2, "PER")])]

    answer = served.client.post(f"/inception/{served.project}/{verb}", json=body)

    assert answer.status_code == 413
    assert answer.json()["error"]["got"] == MOST_TEXT + 1
    path = f"/api/v1/projects/{served.project}/documents?search=LiLi"
    assert served.client.get(path).json()["total"] == 0


def test_a_feature_that_the_layer_lacks_is_named(served: Served) -> None:
    body = to_predict("Ada", layer=OWN_LAYER)
    body["metadata"]["feature"] = "kind"
    place = f"/inception/{served.project}/{OWN_LAYER}/kind"

    answer = served.client.post(f"{place}/predict", json=body)

    assert answer.status_code == 400
    assert "no feature kind" in answer.json()["error"]["what"]


def test_the_model_is_told_whether_entities_may_lie_within_others(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = Counting()
    monkeypatch.setattr("app.http.prediction.active_predictor", lambda sessions: model)

    predict(served, to_predict("Ada"))

    assert [settings.flat for settings in model.settings] == [False]
