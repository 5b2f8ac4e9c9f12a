"""People first: what reads in the background makes way, and answers the same."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.services.suggestions import predictor
from app.services.suggestions.predictor import (
    BackgroundPredictor,
    CancelledPredictionError,
    ModelPredictor,
)
from app.services.suggestions.priority_lock import PriorityLock
from core.types import Entity, Prediction, SamplerSettings
from tests.app.material import tiny_model
from tests.waiting import until

PARTS = 20
LONG = 10.0
"""Seconds after which a thread has certainly been forgotten."""


def test_a_person_who_waits_goes_before_the_background_that_waited_longer() -> None:
    turns, order = PriorityLock(), []
    waiting = threading.Barrier(3)

    def acquire(name: str, background: bool) -> None:
        waiting.wait(LONG)
        with turns.taken(background):
            order.append(name)

    with turns.taken():
        threads = [
            threading.Thread(target=acquire, args=("background", True)),
            threading.Thread(target=acquire, args=("person", False)),
        ]
        for thread in threads:
            thread.start()
        waiting.wait(LONG)
        while turns.waiting() == 0:  # until the person stands in the queue
            assert threads[1].is_alive()
    for item in threads:
        item.join(LONG)
    assert order == ["person", "background"]


def test_what_reads_in_the_background_takes_turns_in_order_of_arrival() -> None:
    turns, order = PriorityLock(), []

    def read(name: str) -> None:
        for _ in range(PARTS):
            with turns.taken(background=True):
                order.append(name)
                until(lambda: len(order) > 2 * PARTS - 2 or turns.waiting(background=True) == 1)

    threads = [threading.Thread(target=read, args=(name,)) for name in "ab"]
    for thread in threads:
        thread.start()
    for item in threads:
        item.join(LONG)

    assert "".join(order) in ("ab" * PARTS, "ba" * PARTS)


def test_a_reading_that_fails_gives_its_turn_back() -> None:
    turns = PriorityLock()
    with pytest.raises(ZeroDivisionError), turns.taken():
        raise ZeroDivisionError
    with turns.taken(background=True):
        pass


class SlowPipeline:
    """Reads a long text in many parts; the first waits until a person has asked."""

    model = None
    read: list[str]
    begun: threading.Event
    asked: threading.Event
    inside = 0

    @classmethod
    def from_pretrained(cls, folder: Path) -> SlowPipeline:
        return cls()

    def parts(self, text: str, *_: object) -> Iterator[Prediction]:
        cls = type(self)
        for number in range(PARTS if text == "long" else 1):
            cls.inside += 1
            assert cls.inside == 1
            cls.read.append(f"{text} {number}")
            if text == "long" and number == 0:
                cls.begun.set()
                assert cls.asked.wait(LONG)
            cls.inside -= 1
            yield Prediction(text, (Entity(PARTS - number, PARTS + 1, "PER"),))


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> Iterator[type[SlowPipeline]]:
    import core.inference.pipeline

    SlowPipeline.read = []
    SlowPipeline.begun, SlowPipeline.asked = threading.Event(), threading.Event()
    monkeypatch.setattr(core.inference.pipeline, "Pipeline", SlowPipeline)
    predictor._slots.clear()
    yield SlowPipeline
    predictor._slots.clear()


def test_a_person_waits_for_one_part_of_a_long_background_reading(
    slow: type[SlowPipeline], tmp_path: Path
) -> None:
    responses: list[Prediction] = []
    turns = predictor._slot(tmp_path).turns

    def background() -> None:
        responses.append(BackgroundPredictor(1, tmp_path).predict("long", SamplerSettings()))

    def person() -> None:
        ModelPredictor(1, tmp_path).predict("short", SamplerSettings())

    threads = [threading.Thread(target=item) for item in (background, person)]
    threads[0].start()
    assert slow.begun.wait(LONG)
    threads[1].start()
    while turns.waiting() == 0:
        assert threads[1].is_alive()
    slow.asked.set()
    for thread in threads:
        thread.join(LONG)
    assert slow.read[:3] == ["long 0", "short 0", "long 1"]
    assert len(slow.read) == PARTS + 1
    (answer,) = responses
    assert len(answer.entities) == PARTS
    assert list(answer.entities) == sorted(answer.entities)


def test_a_person_waits_for_one_part_of_what_another_person_has_read(
    slow: type[SlowPipeline], tmp_path: Path
) -> None:
    model, turns = ModelPredictor(1, tmp_path), predictor._slot(tmp_path).turns
    threads = [
        threading.Thread(target=model.predict, args=(text, SamplerSettings()))
        for text in ("long", "short")
    ]
    threads[0].start()
    assert slow.begun.wait(LONG)
    threads[1].start()
    until(lambda: turns.waiting() == 1)
    slow.asked.set()
    for thread in threads:
        thread.join(LONG)

    assert slow.read.index("short 0") <= 3
    assert len(slow.read) == PARTS + 1


def test_a_reading_that_nobody_waits_for_stops_after_the_part_it_is_at(
    slow: type[SlowPipeline], tmp_path: Path
) -> None:
    slow.asked.set()
    background = BackgroundPredictor(1, tmp_path)

    with pytest.raises(CancelledPredictionError):
        background.predict("long", SamplerSettings(), cancelled=lambda: len(slow.read) == 3)

    assert slow.read == ["long 0", "long 1", "long 2"]
    assert len(background.predict("long", SamplerSettings()).entities) == PARTS


def test_in_the_background_a_real_model_answers_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(predictor, "PART", 4)
    folder = tiny_model(tmp_path / "model")
    settings = SamplerSettings(steps=2, num_spans=8, threshold=0.0)
    text = "Anna Haag met Bo Li in Oslo. The Bank of China hired her. Nothing was said."
    fixed = [Entity(0, 9, "PER"), Entity(1, 9, "ORG")]
    for given in ([], fixed):
        person = ModelPredictor(1, folder).predict(text, settings, given)
        background = BackgroundPredictor(1, folder).predict(text, settings, given)
        assert background.uncovered == person.uncovered
        locations = [(entity.start, entity.end, entity.label) for entity in person.entities]
        assert [
            (entity.start, entity.end, entity.label) for entity in background.entities
        ] == locations
    looked = BackgroundPredictor(1, folder).uncertainty(text, settings)
    assert len(looked.vector) == 32
    result = BackgroundPredictor(1, folder).review(text, [Entity(0, 9, "PER")])
    assert [item.entity for item in result] == [Entity(0, 9, "PER")]
    assert BackgroundPredictor(1, folder).threshold() == 0.5
