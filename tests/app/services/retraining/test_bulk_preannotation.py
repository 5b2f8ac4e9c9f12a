"""A pass over many documents: once for each, paused and resumed, whatever goes wrong."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest
from sqlalchemy import select

from app.services.annotation.annotation import AnnotationService
from app.services.retraining import bulk_preannotation
from app.services.retraining.bulk_preannotation import PreannotationError
from app.services.retraining.preannotation_worker import PreannotationWorker
from app.services.suggestions import by_parts
from core.types import Prediction
from storage.engine import Sessions, writing
from storage.models import AnnotationSet
from storage.repository import annotation_sets, documents, model_versions, projects
from tests.app.fake_model import FakeModel
from tests.app.parts_kit import OLENA, Finder
from tests.app.parts_kit import TEXT as LONG_TEXT

pytestmark = pytest.mark.both_databases

MANY = 7


@dataclass
class Reader(FakeModel):
    """Fails on what it is told to, and lets something happen in the middle."""

    fails_on: str = ""
    happens: list[object] = field(default_factory=list)

    def predict(self, text: str, *given: object, **named: object) -> Prediction:
        if self.happens:
            self.happens.pop()()  # type: ignore[operator]
        if self.fails_on and self.fails_on in text:
            raise RuntimeError("out of memory")
        return FakeModel.predict(self, text, *given, **named)  # type: ignore[arg-type]


@pytest.fixture
def project_id(sessions: Sessions) -> int:
    """Seven documents that wait, and one each that is held out, worked on, and imported."""
    with writing(sessions) as session:
        project = projects.create(session, "P")
        projects.ensure_labels(session, project.id, ["PER", "ORG"])
        model_versions.ensure_active(session, "one", ["PER", "ORG"])
        for number in range(MANY):
            _add(session, project.id, f"Anna met Bob in Rome, {number}.")
        _add(session, project.id, "Anna met Bob, held out.", split="holdout")
        _add(session, project.id, "Anna met Bob, begun.", status="in_progress")
        imported = _add(session, project.id, "Anna met Bob, imported.")
        annotation_sets.add_prediction(
            session, imported, (), model_version_id=None, provenance={"imported": "f"}
        )
        return project.id


def _add(session: object, project_id: int, text: str, **given: str) -> int:
    made = documents.add(
        session,  # type: ignore[arg-type]
        project_id,
        name=text[:40],
        text=text,
        **{"split": "train", **given},  # type: ignore[arg-type]
    )
    assert made is not None
    return made.id


def _predicted(sessions: Sessions) -> list[int]:
    with sessions() as session:
        query = select(AnnotationSet.document_id).where(AnnotationSet.model_version_id == 1)
        return sorted(session.scalars(query))


def _hands(sessions: Sessions, model: FakeModel, name: str = "w") -> PreannotationWorker:
    return PreannotationWorker(sessions, name, predictor=lambda *_: model)


def test_every_document_that_waits_is_predicted_once(sessions: Sessions, project_id: int) -> None:
    model = Reader()
    begun = bulk_preannotation.start(sessions, project_id, "Ada", batch=3)
    assert (begun.documents, begun.state) == (MANY, "running")
    with pytest.raises(PreannotationError, match="already running"):
        bulk_preannotation.start(sessions, project_id, "Ada")
    hands = _hands(sessions, model)

    assert [hands.step() for _ in range(5)] == [True, True, True, False, False]

    done = bulk_preannotation.latest(sessions, project_id)
    assert done is not None
    assert (done.state, done.tally.looked_at, done.tally.failed) == ("done", MANY, 0)
    assert _predicted(sessions) == list(range(1, MANY + 1))
    assert len(model.asked) == MANY
    with pytest.raises(PreannotationError, match="nothing to pre-annotate"):
        bulk_preannotation.start(sessions, project_id, "Ada")


class Killed(BaseException):
    """The end of a worker, which it cannot handle."""


def test_a_batch_whose_worker_died_in_its_middle_is_ended_by_another_and_nothing_is_done_twice(
    sessions: Sessions, project_id: int
) -> None:
    def die() -> None:
        raise Killed

    bulk_preannotation.start(sessions, project_id, "Ada", batch=3)
    with pytest.raises(Killed):
        _hands(sessions, Reader(happens=[die, lambda: None]), "dying").step()
    assert _predicted(sessions) == [1]

    heir = Reader()
    hands = _hands(sessions, heir, "heir")
    assert [hands.step() for _ in range(4)] == [True, True, True, False]

    done = bulk_preannotation.latest(sessions, project_id)
    assert done is not None
    assert (done.state, done.tally.looked_at, done.tally.failed) == ("done", MANY, 0)
    assert _predicted(sessions) == list(range(1, MANY + 1))
    assert len(heir.asked) == MANY - 1


def test_a_pause_takes_hold_in_the_middle_of_a_batch_and_nothing_is_done_twice(
    sessions: Sessions, project_id: int
) -> None:
    model = Reader()
    model.happens = [lambda: bulk_preannotation.pause(sessions, project_id, "Ada")]
    bulk_preannotation.start(sessions, project_id, "Ada", batch=4)
    hands = _hands(sessions, model)
    hands.step()
    assert len(_predicted(sessions)) == 1
    assert not hands.step()

    bulk_preannotation.resume(sessions, project_id, "Ada")
    while hands.step():
        pass

    assert _predicted(sessions) == list(range(1, MANY + 1))
    assert len(model.asked) == MANY


def test_what_was_cancelled_is_gone_on_with_by_another_pass(
    sessions: Sessions, project_id: int
) -> None:
    bulk_preannotation.start(sessions, project_id, "Ada", batch=4)
    hands = _hands(sessions, Reader())
    hands.step()
    assert bulk_preannotation.cancel(sessions, project_id, "Ada").state == "cancelled"
    assert not hands.step()
    with pytest.raises(PreannotationError, match="it must be paused"):
        bulk_preannotation.resume(sessions, project_id, "Ada")

    assert bulk_preannotation.start(sessions, project_id, "Ada").documents == MANY - 4


def test_a_document_that_fails_is_counted_and_holds_up_none(
    sessions: Sessions, project_id: int
) -> None:
    bulk_preannotation.start(sessions, project_id, "Ada")
    hands = _hands(sessions, Reader(fails_on="Rome, 3"))
    while hands.step():
        pass

    done = bulk_preannotation.latest(sessions, project_id)
    assert done is not None
    assert (done.state, done.tally.failed) == ("done", 1)
    assert done.tally.error == "document 4: out of memory"
    assert len(_predicted(sessions)) == MANY - 1


def test_a_model_that_cannot_be_loaded_pauses_the_pass_and_says_why(
    sessions: Sessions, project_id: int
) -> None:
    bulk_preannotation.start(sessions, project_id, "Ada")
    PreannotationWorker(sessions, "w").step()  # the folder "one" is not there

    paused = bulk_preannotation.latest(sessions, project_id)
    assert paused is not None
    assert paused.state == "paused"
    assert paused.reason is not None
    assert "model version 1 cannot be loaded" in paused.reason


def test_who_opens_a_document_meanwhile_keeps_their_work(
    sessions: Sessions, project_id: int
) -> None:
    """The page predicts it first; the worker finds that nothing waits there any more."""
    page = FakeModel()
    service = AnnotationService(sessions, page)
    add = {"op": "add", "id": "s1", "start": 5, "end": 8, "label": "PER"}

    def open_and_edit() -> None:
        service.open(1, "Ada")
        assert service.apply(1, "page", [{"seq": 1, **add}], "Ada").ack == 1

    bulk_preannotation.start(sessions, project_id, "Ada")
    model = Reader()
    model.happens = [open_and_edit]
    hands = _hands(sessions, model)
    while hands.step():
        pass

    assert _predicted(sessions) == list(range(1, MANY + 1))
    assert "s1" in {span.id for span in service.open(1, "Ada").spans}


def test_what_was_read_in_part_waits_and_only_the_rest_of_it_is_read(
    sessions: Sessions, project_id: int
) -> None:
    with writing(sessions) as session:
        long = _add(session, project_id, LONG_TEXT)
    finder = Finder()
    AnnotationService(sessions, finder).open(long, "Bo")
    assert by_parts.read_next(sessions, lambda version_id: finder, long)
    everything = len(by_parts.cut(LONG_TEXT))

    begun = bulk_preannotation.start(sessions, project_id, "Ada", batch=3)
    assert begun.documents == MANY + 1
    hands = _hands(sessions, finder)
    while hands.step():
        pass

    done = bulk_preannotation.latest(sessions, project_id)
    assert done is not None
    assert (done.state, done.tally.looked_at, done.tally.failed) == ("done", MANY + 1, 0)
    assert len(finder.read) == everything + MANY
    with sessions() as session:
        prediction = annotation_sets.latest_prediction(session, long)
        assert by_parts.unread(prediction) == []
        assert prediction is not None
        starts = [
            span.start for span in annotation_sets.spans_of(prediction) if span.label == "PER"
        ]
    assert starts == OLENA
    with pytest.raises(PreannotationError, match="nothing to pre-annotate"):
        bulk_preannotation.start(sessions, project_id, "Ada")
