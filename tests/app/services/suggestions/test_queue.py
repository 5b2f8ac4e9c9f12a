"""The queue: which document comes next, by each order, and where held-out ones come in."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from app.services.suggestions import queue, signals
from app.services.suggestions.queue import next_document, upcoming
from storage.engine import Sessions, writing
from storage.enums import DocumentStatus, QueueOrder, Split
from storage.models import Project
from storage.repository import documents, model_versions, projects
from storage.repository.signals import put

pytestmark = pytest.mark.both_databases


class Shelf:
    """A project whose documents are known by a number from 0."""

    def __init__(self, sessions: Sessions, order: QueueOrder = "arrival") -> None:
        self.sessions = sessions
        self.ids: list[int] = []
        with writing(sessions) as session:
            project = projects.create(session, "News")
            self.project_id = project.id
            self.version = model_versions.ensure_active(session, "model", ["PER"]).id
        self.order(order)

    def order(self, order: QueueOrder, share: float = 0.2) -> None:
        with writing(self.sessions) as session:
            project = session.get_one(Project, self.project_id)
            project.queue, project.holdout_share = order, share

    def add(self, count: int, split: Split = "train") -> None:
        with writing(self.sessions) as session:
            for _ in range(count):
                text = f"Document number {len(self.ids)}."
                added = documents.add(session, self.project_id, name="d", text=text, split=split)
                assert added is not None
                self.ids.append(added.id)

    def signal(
        self,
        number: int,
        uncertainty: float = 0.0,
        disagreement: float = 0.0,
        vector: Sequence[float] = (1.0, 0.0),
        version: int | None = None,
    ) -> None:
        with writing(self.sessions) as session:
            put(
                session,
                self.ids[number],
                version or self.version,
                doubt=uncertainty,
                disagreement=disagreement,
                vector=signals.packed(vector),
            )

    def mark(self, number: int, status: DocumentStatus = "submitted") -> None:
        with writing(self.sessions) as session:
            documents.get(session, self.ids[number]).status = status

    def next(self, after: int | None = None) -> int | None:
        here = None if after is None else self.ids[after]
        result = next_document(self.sessions, self.project_id, here)
        return None if result is None else self.ids.index(result)

    def upcoming(self, count: int, after: int | None = None) -> list[int]:
        here = None if after is None else self.ids[after]
        result = upcoming(self.sessions, self.project_id, here, count)
        return [self.ids.index(item) for item in result]

    def done_in_turn(self) -> list[int]:
        """Every document, as a person who submits one after the other meets them."""
        met: list[int] = []
        here = self.next()
        while here is not None:
            met.append(here)
            self.mark(here)
            here = self.next(here)
        return met


@pytest.fixture
def shelf(sessions: Sessions) -> Shelf:
    return Shelf(sessions)


def test_by_arrival_the_oldest_after_this_one_comes_next_and_then_from_the_start(
    shelf: Shelf,
) -> None:
    shelf.add(4)
    assert shelf.next() == 0
    assert shelf.next(after=1) == 2
    assert shelf.next(after=3) == 0
    shelf.mark(2)
    shelf.mark(0, "skipped")
    shelf.mark(3, "in_progress")
    assert shelf.next(after=1) == 3
    assert shelf.upcoming(3, after=1) == [3]


def test_where_nothing_else_is_open_nothing_comes_next(shelf: Shelf) -> None:
    assert shelf.next() is None
    shelf.add(1)
    for order in ("arrival", "random", "doubt", "disagreement", "diversity"):
        shelf.order(order)
        assert shelf.next() == 0
        assert shelf.next(after=0) is None


def test_what_another_person_has_can_be_left_out(shelf: Shelf) -> None:
    shelf.add(3)
    assert next_document(shelf.sessions, shelf.project_id, None, [shelf.ids[0]]) == shelf.ids[1]


def test_the_random_order_is_one_shuffle_that_stays(shelf: Shelf) -> None:
    shelf.order("random")
    shelf.add(30)
    order = shelf.upcoming(30)
    assert sorted(order) == list(range(30)) != order
    shelf.mark(order[0])
    shelf.mark(order[5])
    assert shelf.next(after=order[4]) == order[6]
    assert shelf.next(after=order[29]) == order[1]
    shelf.add(5)
    assert [item for item in shelf.upcoming(40) if item < 30] == order[1:5] + order[6:]


@pytest.mark.parametrize("order", ["doubt", "disagreement"])
def test_the_highest_signal_comes_first_and_those_without_one_last(
    shelf: Shelf, order: QueueOrder
) -> None:
    shelf.order(order)
    shelf.add(5)
    for number, value in ((1, 0.2), (2, 0.9), (4, 0.5)):
        other = 1 - value
        uncertainty, disagreement = (value, other) if order == "doubt" else (other, value)
        shelf.signal(number, uncertainty, disagreement)
    assert shelf.upcoming(5) == [2, 4, 1, 0, 3]


def test_only_the_active_models_signals_count(shelf: Shelf) -> None:
    shelf.order("doubt")
    shelf.add(2)
    with writing(shelf.sessions) as session:
        other = model_versions.register(session, "other", ["PER"]).id
    shelf.signal(1, uncertainty=0.9, version=other)
    shelf.signal(0, uncertainty=0.1)
    assert shelf.upcoming(2) == [0, 1]


def test_diversity_goes_to_what_is_least_like_all_that_is_done(shelf: Shelf) -> None:
    shelf.order("diversity")
    shelf.add(6)
    directions = [(1.0, 0.0), (2.0, 0.1), (0.0, 1.0), (0.1, 3.0), (-1.0, 0.0)]
    for number, vector in enumerate(directions):
        shelf.signal(number, vector=vector)
    shelf.mark(0)
    assert shelf.upcoming(2) == [4, 2]
    met = shelf.done_in_turn()
    assert met[:2] == [4, 2]
    assert met[-1] == 5  # no model has looked at it


def test_diversity_begins_with_the_document_in_the_middle(shelf: Shelf) -> None:
    shelf.order("diversity")
    shelf.add(3)
    for number, vector in enumerate([(1.0, 0.0), (0.7, 0.7), (0.0, 1.0)]):
        shelf.signal(number, vector=vector)
    assert shelf.next() == 1


@pytest.mark.parametrize("order", ["doubt", "disagreement", "diversity"])
def test_held_out_documents_come_at_their_share_whatever_the_signals_say(
    shelf: Shelf, order: QueueOrder
) -> None:
    shelf.order(order, share=0.25)
    shelf.add(12)
    shelf.add(4, "holdout")
    for number in range(12):
        shelf.signal(number, uncertainty=0.5, disagreement=0.5)
    met = shelf.done_in_turn()
    assert [location for location, item in enumerate(met) if item >= 12] == [3, 7, 11, 15]
    holdout = [item for item in met if item >= 12]
    shelf.order("random")
    for item in holdout:
        shelf.mark(item, "new")
    assert holdout == shelf.upcoming(4)  # drawn, not in order of arrival


def test_when_one_side_is_done_the_other_goes_on(shelf: Shelf) -> None:
    shelf.order("doubt", share=0.5)
    shelf.add(1)
    shelf.add(3, "holdout")
    assert len(shelf.done_in_turn()) == 4
    shelf.order("doubt", share=0.0)
    shelf.mark(2, "new")
    assert shelf.next() == 2


def test_diversity_compares_no_more_than_a_page_can_wait_for(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queue, "COMPARED", 3)
    shelf.order("diversity")
    shelf.add(10)
    for number in range(10):
        shelf.signal(number, vector=(1.0, number))
    assert len(set(shelf.upcoming(10))) == 10
