"""Denoising the rest: what a person decided is kept, refused, and never overwritten."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from sqlalchemy.orm import Session, sessionmaker

from app.editing import EditError
from app.services.annotation.annotation import AnnotationService
from app.services.operations import chosen_documents
from app.services.suggestions.resuggest import Change, touched
from app.services.suggestions.suggest import Hint
from core.types import Entity, Prediction
from storage.engine import writing
from storage.repository import documents
from tests.app.fake_model import FakeModel, seed
from tests.operation_log import log_of

DECIDE: list[dict[str, Any]] = [
    {"seq": 1, "op": "accept", "id": "m1.1"},
    {"seq": 2, "op": "reject", "id": "m1.2"},
]


class AttentiveModel(FakeModel):
    """Remembers what it was told to keep and to leave; finds one thing more where it was told."""

    constraints_given: tuple[Sequence[Entity], Sequence[Entity]] = ((), ())
    num_spans = 0

    def predict(
        self,
        text: str,
        settings: Any,
        fixed: Sequence[Entity] = (),
        suppressed: Sequence[Entity] = (),
    ) -> Prediction:
        self.constraints_given = fixed, suppressed
        self.num_spans = settings.num_spans
        if not fixed:
            return super().predict(text, settings)
        return Prediction(text, (*fixed, Entity(13, 15, "LOC", 0.7), Entity(16, 20, "LOC", 0.4)))


@pytest.fixture
def document_id(sessions: sessionmaker[Session]) -> int:
    return seed(sessions)


@pytest.fixture
def model() -> AttentiveModel:
    return AttentiveModel()


@pytest.fixture
def service(sessions: sessionmaker[Session], model: AttentiveModel) -> AnnotationService:
    return AnnotationService(sessions, model)


def test_the_model_is_told_what_was_decided_and_its_news_are_suggested(
    service: AnnotationService, model: AttentiveModel, document_id: int
) -> None:
    service.open(document_id, "Ann")
    service.apply(document_id, "c", DECIDE, "Ann")

    change = service.resuggest(document_id, "Ann")

    assert model.constraints_given == ([Entity(0, 4, "PER")], [Entity(9, 12, "ORG")])
    view = service.open(document_id, "Ann")
    assert change == Change(added=1, gone=0)
    assert [(span.start, span.status) for span in view.spans] == [
        (0, "accepted"),
        (9, "rejected"),
        (13, "suggested"),
    ]
    assert view.spans[2].score == pytest.approx(0.7)


def test_a_second_look_is_in_the_documents_history_with_its_model(
    service: AnnotationService, sessions: sessionmaker[Session], document_id: int
) -> None:
    service.open(document_id, "Ann")
    service.apply(document_id, "c", DECIDE, "Ann")
    service.resuggest(document_id, "Ann")

    with sessions() as session:
        last = log_of(session, document_id)[-1]
    assert (last.payload["op"], last.payload["model_version_id"], last.person) == (
        "suggest",
        1,
        "Ann",
    )


def test_only_the_sentences_around_a_correction_are_read_again(
    sessions: sessionmaker[Session], document_id: int
) -> None:
    text = "Ada met Bo. Then Li came."
    with writing(sessions) as session:
        project = documents.get(session, document_id).project_id
        added = documents.add(session, project, name="two", text=text, split="train")
        assert added is not None
    model = FakeModel(entities=(Entity(0, 3, "PER", 0.9), Entity(17, 19, "PER", 0.9)))
    service = AnnotationService(sessions, model)
    service.open(added.id, "Ann")
    model.entities = (Entity(8, 12, "LOC", 0.83),)

    service.resuggest(added.id, "Ann", around=[(18, 19)])

    assert model.asked[-1] == "Then Li came."
    spans = service.open(added.id, "Ann").spans
    assert [(text[span.start : span.end], span.label) for span in spans] == [
        ("Ada", "PER"),
        ("Li", "PER"),
        ("came", "LOC"),
    ]


@pytest.mark.parametrize(
    ("sentence", "times", "num_spans"), [("Anna. ", 200, 60), ("Anna met ", 90, 90)]
)
def test_as_many_spans_are_denoised_as_the_fullest_sentence_needs(
    sessions: sessionmaker[Session],
    service: AnnotationService,
    model: AttentiveModel,
    document_id: int,
    sentence: str,
    times: int,
    num_spans: int,
) -> None:
    with writing(sessions) as session:
        project = documents.get(session, document_id).project_id
        text = sentence * times
        added = documents.add(session, project, name="long", text=text, split="train")
        assert added is not None
    service.open(added.id, "Ann")
    starts = [number * len(sentence) for number in range(times)]
    ops = [
        {"seq": seq, "op": "add", "id": f"p{seq}", "start": start, "end": start + 4, "label": "LOC"}
        for seq, start in enumerate(starts, 1)
    ]
    assert service.apply(added.id, "page", ops, "Ann").error is None
    service.resuggest(added.id, "Ann")

    assert len(model.constraints_given[0]) == times
    assert model.num_spans == num_spans


def test_stretches_touch_the_sentences_they_overlap() -> None:
    text = "Ada met Bo. Then Li came. Nobody left."

    assert touched(text, [(8, 14)]) == [(0, 11), (12, 25)]
    assert touched(text, []) == []


def test_a_document_that_is_held_out_or_submitted_is_not_read_again(
    service: AnnotationService, sessions: sessionmaker[Session], document_id: int
) -> None:
    with writing(sessions) as session:
        project = documents.get(session, document_id).project_id
        held = documents.add(session, project, name="held", text="Bo Li.", split="holdout")
        assert held is not None
    service.open(held.id, "Ann")
    with pytest.raises(EditError, match="held out"):
        service.resuggest(held.id, "Ann")

    service.open(document_id, "Ann")
    service.apply(document_id, "c", [{"seq": 1, "op": "accept_all"}], "Ann")
    service.submit(document_id, "Ann")
    with pytest.raises(EditError, match="is submitted; reopen it"):
        service.resuggest(document_id, "Ann")


def test_an_edit_made_while_the_model_reads_stands_and_the_rest_is_suggested(
    sessions: sessionmaker[Session], document_id: int
) -> None:
    class SlowModel(FakeModel):
        def predict(self, text: str, settings: Any, *rest: Any) -> Prediction:
            if not self.asked:
                return super().predict(text, settings, *rest)
            service.apply(document_id, "c", DECIDE, "Ann")
            reported = (
                Entity(0, 4, "LOC", 0.9),
                Entity(9, 12, "ORG", 0.9),
                Entity(16, 20, "LOC", 0.9),
            )
            return Prediction(text, reported)

    service = AnnotationService(sessions, SlowModel())
    service.open(document_id, "Ann")

    assert service.resuggest(document_id, "Ann") == Change(added=1, gone=0)

    spans = service.open(document_id, "Ann").spans
    assert [(span.start, span.label, span.status) for span in spans] == [
        (0, "PER", "accepted"),
        (9, "ORG", "rejected"),
        (16, "LOC", "suggested"),
    ]


def test_a_held_out_document_is_shown_without_suggestions(
    service: AnnotationService,
    model: AttentiveModel,
    sessions: sessionmaker[Session],
    document_id: int,
) -> None:
    with writing(sessions) as session:
        project = documents.get(session, document_id).project_id
        held = documents.add(session, project, name="held", text="Bo Li.", split="holdout")
        assert held is not None

    view = service.open(held.id, "Ann")

    assert (view.spans, view.predicted, view.held_out, model.asked) == ((), "never", True, [])


@pytest.mark.parametrize("opened", [True, False])
def test_a_document_that_is_held_out_later_shows_none_of_its_suggestions(
    service: AnnotationService,
    sessions: sessionmaker[Session],
    document_id: int,
    opened: bool,
) -> None:
    if opened:
        assert service.open(document_id, "Ann").spans
    else:
        service.prefetch(document_id)
    with sessions() as session:
        project = documents.get(session, document_id).project_id
    assert chosen_documents.move(sessions, project, [document_id], "holdout").moved == 1
    view = service.open(document_id, "Ann")
    assert (view.spans, view.hints, view.predicted, view.held_out) == ((), (), "never", True)

    chosen_documents.move(sessions, project, [document_id], "train")
    assert len(service.open(document_id, "Ann").spans) == 2


def test_what_lies_just_below_the_filter_is_a_hint_and_no_suggestion(
    sessions: sessionmaker[Session], document_id: int
) -> None:
    result = (Entity(0, 4, "PER", 0.9), Entity(9, 12, "ORG", 0.4))
    service = AnnotationService(sessions, FakeModel(entities=result))

    view = service.open(document_id, "Ann")

    assert [span.start for span in view.spans] == [0]
    assert view.hints == (Hint(9, 12, "ORG", pytest.approx(0.4)),)


def test_a_document_predicted_ahead_opens_without_asking_the_model_again(
    service: AnnotationService, model: AttentiveModel, document_id: int
) -> None:
    assert service.prefetch(document_id)
    assert not service.prefetch(document_id)

    view = service.open(document_id, "Ann")

    assert len(model.asked) == 1
    assert len(view.spans) == 2


def test_what_was_suggested_and_corrected_is_not_suggested_again(
    service: AnnotationService, model: AttentiveModel, document_id: int
) -> None:
    service.open(document_id, "Ann")
    moved = {"seq": 1, "op": "move", "id": "m1.2", "start": 9, "end": 15}
    relabelled = {"seq": 2, "op": "relabel", "id": "m1.1", "label": "LOC"}
    service.apply(document_id, "c", [moved, relabelled], "Ann")

    service.resuggest(document_id, "Ann")

    assert model.constraints_given == (
        [Entity(0, 4, "LOC"), Entity(9, 15, "ORG")],
        [Entity(0, 4, "PER"), Entity(9, 12, "ORG")],
    )


def test_what_a_slip_drove_away_may_come_back_once_the_slip_is_gone(
    sessions: sessionmaker[Session], document_id: int
) -> None:
    model = FakeModel(entities=(Entity(9, 12, "ORG", 0.9),))
    service = AnnotationService(sessions, model)
    service.open(document_id, "Ann")
    slip = {"seq": 1, "op": "add", "id": "u1", "start": 5, "end": 10, "label": "LOC"}
    service.apply(document_id, "c", [slip], "Ann")
    assert service.resuggest(document_id, "Ann") == Change(added=0, gone=1)

    service.apply(document_id, "c", [{"seq": 2, "op": "delete", "id": "u1"}], "Ann")

    assert service.resuggest(document_id, "Ann") == Change(added=1, gone=0)


def test_a_document_stays_skipped_when_a_model_looks_again(
    service: AnnotationService, document_id: int
) -> None:
    service.open(document_id, "Ann")
    service.apply(document_id, "c", DECIDE, "Ann")
    service.skip(document_id, "Ann", "hard")

    assert service.resuggest(document_id, "Ann").added == 1

    view = service.open(document_id, "Ann")
    assert (view.status, view.skip_reason) == ("skipped", "hard")
    accept = {"seq": 1, "op": "accept", "id": view.spans[-1].id}
    assert service.apply(document_id, "d", [accept], "Ann").status == "in_progress"


def test_a_document_that_is_skipped_while_the_model_reads_stays_so(
    sessions: sessionmaker[Session], document_id: int
) -> None:
    class SlowModel(AttentiveModel):
        def predict(self, text: str, settings: Any, *rest: Any) -> Prediction:
            if self.asked:
                annotating.skip(document_id, "Ann", "wrong language")
            return super().predict(text, settings, *rest)

    annotating = AnnotationService(sessions, SlowModel())
    annotating.open(document_id, "Ann")
    annotating.resuggest(document_id, "Ann")

    view = annotating.open(document_id, "Ann")
    assert (view.status, view.skip_reason) == ("skipped", "wrong language")
