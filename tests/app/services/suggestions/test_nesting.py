"""A project whose guidelines know no entity within another gets flat suggestions, however asked."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest
from sqlalchemy import select

from app.services.annotation.annotation import AnnotationService
from app.services.model_registry.comparison import compare
from app.services.retraining import bulk_preannotation
from app.services.retraining.fine_tuning import _sampler
from app.services.retraining.preannotation_worker import PreannotationWorker
from app.services.retraining.training_data import Snapshot, take_snapshot
from app.services.suggestions import signals
from app.services.suggestions.resuggest import Change
from core.inference.uncertainty import Uncertainty
from core.types import Entity, Prediction, SamplerSettings
from storage.engine import Sessions, writing
from storage.models import Document, Project
from storage.repository import documents
from tests.app.fake_model import FakeModel, seed
from tests.app.material import new_project
from tests.app.pages_kit import PretendedModel, Site

BOTH = pytest.mark.parametrize("nested", [True, False], ids=["nested", "flat"])


@dataclass
class Listening(FakeModel):
    """Remembers the settings that it is asked with."""

    heard: list[SamplerSettings] = field(default_factory=list)

    def predict(self, text: str, settings: Any, *decided: Sequence[Entity]) -> Prediction:
        self.heard.append(settings)
        return super().predict(text, settings, *decided)

    def uncertainty(self, text: str, settings: SamplerSettings) -> Uncertainty:
        self.heard.append(settings)
        return Uncertainty(0.5, 0.5, (1.0, 0.0))


def wants(sessions: Sessions, project_id: int, nested: bool) -> None:
    with writing(sessions) as session:
        session.get_one(Project, project_id).nested = nested


def _open(sessions: Sessions, model: Listening, document: int) -> None:
    AnnotationService(sessions, model).open(document, "Ann")


def _ahead(sessions: Sessions, model: Listening, document: int) -> None:
    assert AnnotationService(sessions, model).prefetch(document)


def _pass(sessions: Sessions, model: Listening, document: int) -> None:
    with sessions() as session:
        project = documents.get(session, document).project_id
    bulk_preannotation.start(sessions, project, "Ada")
    assert PreannotationWorker(sessions, "w", predictor=lambda *_: model).step()


def _measure(sessions: Sessions, model: Listening, document: int) -> None:
    signals.measure(sessions, model, document, SamplerSettings())


def _again(sessions: Sessions, model: Listening, document: int) -> None:
    service = AnnotationService(sessions, model)
    service.open(document, "Ann")
    model.heard.clear()
    service.resuggest(document, "Ann")


@BOTH
@pytest.mark.parametrize("ask", [_open, _ahead, _pass, _measure, _again])
def test_every_way_to_ask_asks_as_the_project_wants(
    sessions: Sessions, ask: Callable[[Sessions, Listening, int], None], nested: bool
) -> None:
    document = seed(sessions)
    wants(sessions, 1, nested)
    model = Listening()

    ask(sessions, model, document)

    assert model.heard
    assert {item.flat for item in model.heard} == {not nested}


def test_a_suggestion_is_sure_enough_by_the_threshold_of_its_decoding(sessions: Sessions) -> None:
    """The model's φ is 0.5, and 0.4 for flat decoding: what lies between is a hint, or said."""
    document = seed(sessions)
    service = AnnotationService(sessions, FakeModel(entities=(Entity(0, 4, "PER", 0.43),)))
    wants(sessions, 1, False)

    assert [span.start for span in service.open(document, "Ann").spans] == [0]
    wants(sessions, 1, True)
    with sessions() as session:
        other = session.scalars(select(Document.id).where(Document.id != document)).one()
    view = service.open(other, "Ann")
    assert (view.spans, [hint.start for hint in view.hints]) == ((), [0])


@BOTH
def test_a_second_look_puts_nothing_over_what_is_there_in_a_flat_project(
    sessions: Sessions, nested: bool
) -> None:
    document = seed(sessions)
    model = FakeModel()
    service = AnnotationService(sessions, model)
    service.open(document, "Ann")
    service.apply(document, "c", [{"seq": 1, "op": "accept", "id": "m1.1"}], "Ann")
    wants(sessions, 1, nested)
    model.entities = (Entity(0, 12, "ORG", 0.97), Entity(16, 20, "LOC", 0.97))

    change = service.resuggest(document, "Ann")

    locations = [(span.start, span.end) for span in service.open(document, "Ann").spans]
    assert change == Change(added=2 if nested else 1, gone=0)
    assert ((0, 12) in locations) is nested
    assert (16, 20) in locations


@BOTH
def test_a_second_look_takes_back_what_lies_within_a_drawn_span_of_a_flat_project(
    sessions: Sessions, nested: bool
) -> None:
    document = seed(sessions)
    service = AnnotationService(sessions, FakeModel())
    suggested = service.open(document, "Ann").spans[0]
    wants(sessions, 1, nested)
    drawn = {"seq": 1, "op": "add", "id": "p1", "label": "ORG"}
    service.apply(document, "c", [drawn | {"start": 0, "end": suggested.end + 3}], "Ann")

    change = service.resuggest(document, "Ann")

    left = {span.id for span in service.open(document, "Ann").spans}
    assert change == Change(added=0, gone=0 if nested else 1)
    assert (suggested.id in left) is nested


@BOTH
def test_models_are_compared_and_retrained_by_what_the_project_sees(
    sessions: Sessions, tmp_path: Any, nested: bool
) -> None:
    from app.services.model_registry.registry import ModelRegistry
    from tests.app.material import tiny_model

    project_id = new_project(sessions)
    wants(sessions, project_id, nested)
    first, second = PretendedModel(1), PretendedModel(2)
    compare(sessions, project_id, first, second)
    assert {item.flat for item in (*first.predicted, *second.predicted)} == {not nested}

    ModelRegistry(sessions).ensure_bundled(tiny_model(tmp_path / "model"))
    snapshot = take_snapshot(sessions, project_id, tmp_path / "job")
    assert _sampler(snapshot).flat is not nested
    assert Snapshot.from_json(snapshot.to_json()) == snapshot


def test_the_dials_of_a_flat_project_begin_with_its_threshold_and_ask_flat(site: Site) -> None:
    document = site.add()
    wants(site.sessions, site.project_id, False)
    site.open("denoise", document=document)

    assert site.app.slider(key="phi_1_flat").value == 0.4
    assert site.model.asked[-1] == SamplerSettings(flat=True)
