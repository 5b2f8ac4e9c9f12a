"""What waits for the model is bounded, shared out fairly, and dropped with its client."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.types import ASGIApp, Message

from app.http import routes
from app.http.common import authentication
from app.http.common.errors import ApiError
from app.http.common.limits import A_MINUTE_LOCALLY, COST_CHARACTERS, MOST_TEXT, Rate, cost
from app.http.predictions import prediction
from app.http.predictions.batching import Batcher
from app.http.predictions.prediction_queue import (
    MOST_IN_ALL,
    MOST_OF_PERSON,
    TOGETHER,
    TOGETHER_CHARACTERS,
    Job,
    PredictionQueue,
)
from app.services.suggestions.predictor import CancelledPredictionError
from app.settings import Settings
from app.web import health
from app.web.gate import Gate
from core.types import Prediction, SamplerSettings, Trace
from tests.app.http.api.test_api import Served, served
from tests.coroutines import result_of
from tests.waiting import eventually, until

__all__ = ["served"]
LONGEST = "語" * MOST_TEXT
ROOM = MOST_OF_PERSON // cost(LONGEST)
"""How many of the longest texts a person may have waiting."""


@dataclass
class Blocking:
    """A model that reads until it is let go, or until nobody waits for its answer."""

    model_version_id: int = 1
    path: Path = Path("model")
    read: list[str] = field(default_factory=list)
    stopped: list[str] = field(default_factory=list)
    release: threading.Event = field(default_factory=threading.Event)

    def in_background(self) -> Blocking:
        return self

    def predict(
        self, text: str, settings: SamplerSettings, *, cancelled: Callable[[], bool]
    ) -> Prediction:
        self.read.append(text)
        until(lambda: self.release.is_set() or cancelled())
        if cancelled():
            self.stopped.append(text)
            raise CancelledPredictionError
        return Prediction(text, ())

    def predict_together(self, texts: Sequence[str], settings: SamplerSettings) -> list[Prediction]:
        return [self.predict(text, settings, cancelled=lambda: False) for text in texts]

    def trace(self, text: str, settings: SamplerSettings) -> Trace:
        raise NotImplementedError


@dataclass
class Client:
    """One connection of a program, which it may close before it is answered."""

    app: ASGIApp
    closed: asyncio.Event = field(default_factory=asyncio.Event)
    answer: dict[str, Any] = field(default_factory=dict)

    async def ask(self, path: str, body: object = None) -> int:
        """The status of the answer."""
        content = b"" if body is None else json.dumps(body).encode()
        received = iter([{"type": "http.request", "body": content, "more_body": False}])

        async def receive() -> Message:
            message = next(received, None)
            if message is None:
                await self.closed.wait()
            return message or {"type": "http.disconnect"}

        async def send(message: Message) -> None:
            self.answer |= message

        scope = {
            "type": "http",
            "http_version": "1.1",
            "method": "GET" if body is None else "POST",
            "scheme": "http",
            "path": path,
            "raw_path": path.encode(),
            "query_string": b"",
            "root_path": "",
            "headers": [(b"host", b"localhost"), (b"content-type", b"application/json")],
            "client": ("127.0.0.1", 5000),
            "server": ("127.0.0.1", 80),
        }
        await self.app(scope, receive, send)
        status: int = self.answer["status"]
        return status


@pytest.fixture
def model(monkeypatch: pytest.MonkeyPatch) -> Blocking:
    blocking = Blocking()
    monkeypatch.setattr(
        "app.http.predictions.prediction.active_predictor", lambda sessions: blocking
    )
    monkeypatch.setattr(prediction, "batcher", Batcher())
    return blocking


def site() -> ASGIApp:
    guard = Middleware(Gate, settings=Settings.from_environment)
    return Starlette(routes=[*health.ROUTES, *routes.ROUTES], middleware=[guard])


def test_texts_beyond_the_queue_are_refused_and_everything_else_is_answered_meanwhile(
    served: Served, model: Blocking, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(authentication, "local_rate", Rate(10**6))

    async def story() -> list[int]:
        app = site()
        clients = [Client(app) for _ in range(45)]
        asked = [
            asyncio.ensure_future(client.ask("/api/v1/predict", {"text": LONGEST}))
            for client in clients
        ]
        await eventually(lambda: sum(task.done() for task in asked) == 45 - ROOM)
        refused = next(client for client in clients if client.answer)
        assert (b"retry-after", b"60") in refused.answer["headers"]
        assert await Client(app).ask("/readyz") in (200, 503)
        assert await Client(app).ask("/api/v1/projects") == 200
        model.release.set()
        return sorted(await asyncio.gather(*asked))

    assert result_of(story()) == [200] * ROOM + [429] * (45 - ROOM)
    assert len(model.read) == ROOM


def test_a_client_that_hangs_up_leaves_the_queue_and_stops_what_is_read_for_it(
    served: Served, model: Blocking, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(authentication, "local_rate", Rate(10**6))

    async def story() -> None:
        app = site()
        texts = [f"{number}{LONGEST[1:]}" for number in range(ROOM + 1)]
        clients = [Client(app) for _ in texts]
        tasks = []
        for client, text in zip(clients[:-1], texts, strict=False):
            tasks.append(asyncio.ensure_future(client.ask("/api/v1/predict", {"text": text})))
            await eventually(lambda: bool(model.read))
        clients[1].closed.set()
        assert await tasks[1] == 499
        tasks.append(asyncio.ensure_future(clients[-1].ask("/api/v1/predict", {"text": texts[-1]})))
        clients[0].closed.set()
        assert await tasks[0] == 499
        await eventually(lambda: len(model.read) == 2)
        model.release.set()

        assert await tasks[-1] == 200
        assert model.stopped == texts[:1]
        assert model.read == [texts[0], texts[-1]]

    assert ROOM == 2
    result_of(story())


@pytest.mark.parametrize(
    ("length", "expected"),
    [(0, 1), (1, 1), (COST_CHARACTERS, 1), (COST_CHARACTERS + 1, 2), (MOST_TEXT, 200)],
)
def test_a_text_counts_by_its_length(length: int, expected: int) -> None:
    assert cost("x" * length) == expected


def test_long_texts_use_up_a_tokens_minute_faster(
    served: Served, model: Blocking, monkeypatch: pytest.MonkeyPatch
) -> None:
    model.release.set()
    monkeypatch.setattr(authentication, "rate", Rate(300, clock=lambda: 0.0))
    headers = served.bearer("long")

    def ask(text: str) -> int:
        body = {"text": text}
        return served.client.post("/api/v1/predict", json=body, headers=headers).status_code

    assert [ask(LONGEST), ask(LONGEST), ask("Ada")] == [200, 429, 200]


def test_this_machines_own_programs_have_a_limit_too(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(authentication, "local_rate", Rate(2, clock=lambda: 0.0))

    responses = [served.client.get("/api/v1/projects") for _ in range(3)]

    assert [answer.status_code for answer in responses] == [200, 200, 429]
    assert f"at most {A_MINUTE_LOCALLY} a minute" in responses[2].json()["error"]["expected"]


def test_an_error_of_the_model_is_that_of_all_who_asked_in_one_call() -> None:
    class Broken(Blocking):
        def predict_together(self, *_: object) -> list[Prediction]:
            raise ZeroDivisionError

    async def story() -> list[BaseException | Prediction]:
        batcher, broken = Batcher(), Broken()
        asked = [batcher.predict(broken, text, SamplerSettings(), "Ada") for text in "ab"]
        return await asyncio.gather(*asked, return_exceptions=True)

    assert [type(answer) for answer in result_of(story())] == [ZeroDivisionError] * 2


def jobs(person: str, texts: Sequence[str], group: str | None = None) -> list[Job]:
    return [Job(person, text, lambda texts, _: texts, group) for text in texts]


def in_a_loop(test: Callable[[], None]) -> Coroutine[Any, Any, None]:
    async def run() -> None:
        test()

    return run()


def test_people_take_turns_however_much_one_of_them_asks() -> None:
    def story() -> None:
        queue = PredictionQueue()
        queue.add(jobs("Ada", ["a1", "a2", "a3"]))
        queue.add(jobs("Bo", ["b1", "b2"]))

        assert [queue.next()[0].text for _ in range(5)] == ["a1", "b1", "a2", "b2", "a3"]
        assert queue.next() == []

    result_of(in_a_loop(story))


def test_one_person_leaves_room_for_others_and_all_together_have_a_bound() -> None:
    async def story() -> None:
        queue, people = PredictionQueue(), range(MOST_IN_ALL // MOST_OF_PERSON)
        waiting = [jobs(f"p{number}", [LONGEST] * ROOM) for number in people]
        for more in waiting:
            queue.add(more)
            with pytest.raises(ApiError, match="too many texts are waiting"):
                queue.add(jobs(more[0].person, ["one more"]))
        with pytest.raises(ApiError, match="too many texts are waiting"):
            queue.add(jobs("another", ["one more"]))
        waiting[0][0].answer.cancel()
        await asyncio.gather(waiting[0][0].answer, return_exceptions=True)
        queue.add(jobs("another", ["one more"]))

    result_of(story())


@given(lengths=st.lists(st.integers(0, COST_CHARACTERS), max_size=3 * TOGETHER))
def test_short_texts_share_calls_that_are_bounded_and_none_is_left_out(lengths: list[int]) -> None:
    def story() -> None:
        queue = PredictionQueue()
        waiting = jobs("Ada", ["x" * length for length in lengths], "group")
        queue.add(waiting)
        calls = []
        while call := queue.next():
            calls.append(call)

        assert sorted(map(id, waiting)) == sorted(id(job) for call in calls for job in call)
        for call in calls:
            assert len(call) <= TOGETHER
            assert sum(len(job.text) for job in call) <= TOGETHER_CHARACTERS
        assert len(calls) <= 1 + len(lengths) // 2

    result_of(in_a_loop(story))


def test_texts_of_different_groups_share_no_call() -> None:
    def story() -> None:
        queue = PredictionQueue()
        queue.add([*jobs("Ada", ["a"], "one"), *jobs("Ada", ["b"], "two"), *jobs("Ada", ["c"])])

        assert [[job.text for job in queue.next()] for _ in range(3)] == [["a"], ["b"], ["c"]]

    result_of(in_a_loop(story))
