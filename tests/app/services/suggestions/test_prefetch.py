"""What is done before anybody waits for it: the next documents' suggestions, and signals."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field

import pytest

from app.services.annotation.annotation import AnnotationService
from app.services.suggestions import signals
from app.services.suggestions.prefetch import Prefetcher
from core.inference.uncertainty import Uncertainty
from core.types import Entity, SamplerSettings
from storage.engine import Sessions, writing
from storage.enums import QueueOrder, Split
from storage.models import AnnotationSet, DocumentSignal, Project
from storage.repository import annotation_sets, documents, model_versions, projects
from tests.app.fake_model import FakeModel

SETTINGS = SamplerSettings()


@dataclass
class FakeReader(FakeModel):
    """Also looks at whole texts."""

    looked: list[str] = field(default_factory=list)
    blind_to: str = ""
    uncertainties: dict[str, float] = field(default_factory=dict)

    def uncertainty(self, text: str, settings: SamplerSettings) -> Uncertainty:
        self.looked.append(text)
        if text == self.blind_to:
            raise RuntimeError("out of memory")
        return Uncertainty(self.uncertainties.get(text, 0.25), 0.5, (1.0, -2.0))


@dataclass
class Workspace:
    sessions: Sessions
    project_id: int
    reader: FakeReader
    prefetcher: Prefetcher
    ids: list[int] = field(default_factory=list)

    def add(self, text: str, split: Split = "train") -> int:
        with writing(self.sessions) as session:
            added = documents.add(session, self.project_id, name="d", text=text, split=split)
            assert added is not None
            self.ids.append(added.id)
            return added.id

    def order(self, order: QueueOrder) -> None:
        with writing(self.sessions) as session:
            session.get_one(Project, self.project_id).queue = order

    def predicted(self) -> list[bool]:
        with self.sessions() as session:
            return [
                annotation_sets.latest_prediction(session, item) is not None for item in self.ids
            ]

    def run(self) -> int:
        """Everything that is to do, in this thread; returns in how many steps."""
        steps = 0
        while self.prefetcher.step():
            steps += 1
            assert steps < 50
        return steps


@pytest.fixture
def desk(sessions: Sessions, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    with writing(sessions) as session:
        project_id = projects.create(session, "P").id
        projects.ensure_labels(session, project_id, ["PER", "ORG"])
        version = model_versions.ensure_active(session, "one", ["PER"]).id
    reader = FakeReader(version, entities=(Entity(0, 4, "PER", 0.9),))
    monkeypatch.setattr(threading.Thread, "start", lambda self: None)
    return Workspace(sessions, project_id, reader, Prefetcher(sessions, lambda: reader, SETTINGS))


def test_the_next_two_documents_have_their_suggestions_before_they_are_opened(
    desk: Workspace,
) -> None:
    for number in range(5):
        desk.add(f"Anna {number}")
    desk.prefetcher.request(desk.project_id, desk.ids[1])
    desk.run()
    assert desk.predicted() == [False, False, True, True, False]
    before = list(desk.reader.asked)
    view = AnnotationService(desk.sessions, desk.reader, SETTINGS).open(desk.ids[2], "Ada")
    assert [span.status for span in view.spans] == ["suggested"]
    assert desk.reader.asked == before


def test_a_later_request_takes_the_place_of_an_earlier_one(desk: Workspace) -> None:
    for number in range(9):
        desk.add(f"Anna {number}")
    desk.prefetcher.request(desk.project_id, desk.ids[0])
    desk.prefetcher.request(desk.project_id, desk.ids[5])
    assert desk.run() == 1
    assert desk.predicted() == [False] * 6 + [True, True, False]


def test_what_is_held_out_is_not_predicted(desk: Workspace) -> None:
    desk.add("Anna 0")
    desk.add("Anna 1", "holdout")
    desk.add("Anna 2")
    desk.prefetcher.request(desk.project_id, desk.ids[0])
    desk.run()
    assert desk.predicted() == [False, False, True]


def test_signals_are_made_for_orders_that_need_them_and_kept_as_they_were_told(
    desk: Workspace,
) -> None:
    desk.add("Anna 0")
    desk.add("Anna 1", "holdout")
    desk.prefetcher.request(desk.project_id, None)
    desk.run()
    assert not desk.reader.looked
    desk.order("doubt")
    desk.prefetcher.request(desk.project_id, None)
    desk.run()
    assert desk.reader.looked == ["Anna 0"]
    with desk.sessions() as session:
        stored = session.get_one(DocumentSignal, (desk.ids[0], desk.reader.model_version_id))
    assert (stored.doubt, stored.disagreement) == (0.25, 0.5)
    assert stored.vector == signals.packed([1.0, -2.0]) == bytes.fromhex("0000803f000000c0")


def test_a_request_goes_before_the_signals_that_are_left(desk: Workspace) -> None:
    desk.order("doubt")
    for number in range(4):
        desk.add(f"Anna {number}")
    desk.prefetcher.request(desk.project_id, None)
    assert desk.prefetcher.step()
    assert desk.prefetcher.step()
    assert desk.reader.looked == ["Anna 0"]
    asked = len(desk.reader.asked)
    desk.prefetcher.request(desk.project_id, desk.ids[0])
    assert desk.prefetcher.step()
    assert (len(desk.reader.asked) > asked, desk.reader.looked) == (True, ["Anna 0"])
    desk.run()
    assert desk.reader.looked == [f"Anna {number}" for number in range(4)]


def test_when_the_signals_are_there_what_comes_next_by_them_is_predicted(desk: Workspace) -> None:
    desk.order("doubt")
    for number in range(5):
        desk.add(f"Anna {number}")
    desk.reader.uncertainties = {"Anna 3": 0.9, "Anna 4": 0.8}
    desk.prefetcher.request(desk.project_id, desk.ids[0])
    desk.run()
    assert desk.predicted() == [False, True, True, True, True]
    assert len(desk.reader.asked) == 4


def test_the_same_request_again_is_no_work_until_the_model_changes(desk: Workspace) -> None:
    for number in range(3):
        desk.add(f"Anna {number}")
    desk.prefetcher.request(desk.project_id, desk.ids[0])
    desk.run()
    with writing(desk.sessions) as session:
        session.query(AnnotationSet).delete()
    desk.prefetcher.request(desk.project_id, desk.ids[0])
    desk.run()
    assert desk.predicted() == [False, False, False]
    with writing(desk.sessions) as session:
        desk.reader.model_version_id = model_versions.register(session, "two", ["PER"]).id
    desk.prefetcher.request(desk.project_id, desk.ids[0])
    desk.run()
    assert desk.predicted() == [False, True, True]


def test_diversity_also_looks_at_what_is_done_after_all_that_is_open(desk: Workspace) -> None:
    for number in range(3):
        desk.add(f"Anna {number}")
    with writing(desk.sessions) as session:
        documents.get(session, desk.ids[0]).status = "submitted"
    for order, looked in (("disagreement", ["Anna 1", "Anna 2"]), ("diversity", ["Anna 0"])):
        desk.reader.looked.clear()
        desk.order(order)  # type: ignore[arg-type]
        desk.prefetcher.request(desk.project_id, None)
        desk.run()
        assert desk.reader.looked == looked


def test_a_document_that_the_model_cannot_look_at_is_not_tried_for_ever(
    desk: Workspace, caplog: pytest.LogCaptureFixture
) -> None:
    desk.order("doubt")
    desk.add("Anna 0")
    desk.add("Anna 1")
    desk.reader.blind_to = "Anna 0"
    desk.prefetcher.request(desk.project_id, None)
    desk.run()
    assert desk.reader.looked == ["Anna 0", "Anna 1"]
    assert "cannot process document" in caplog.text


def test_without_a_model_a_request_is_forgotten(sessions: Sessions, desk: Workspace) -> None:
    prefetcher = Prefetcher(sessions, lambda: None, SETTINGS)
    prefetcher.request(desk.project_id, None)
    assert not prefetcher.step()


def test_the_thread_ends_when_all_is_done_and_a_failure_is_only_logged(
    sessions: Sessions,
    desk: Workspace,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.undo()
    desk.add("Anna 0")
    reached = threading.Event()

    def reader() -> FakeReader:
        if not reached.is_set():
            reached.set()
            raise RuntimeError("no disk")
        return desk.reader

    prefetcher = Prefetcher(sessions, reader, SETTINGS)
    for predicted in (False, True):
        prefetcher.request(desk.project_id, None)
        thread = prefetcher._thread
        if thread is not None:
            thread.join(10)
            assert not thread.is_alive()
        assert desk.predicted() == [predicted]
    assert "could not predict in advance" in caplog.text
