"""What the client does where the server is busy, away, wrong, or not Spanneal."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from core.client.connection import Connection, ServerError

Answer = httpx.Response | httpx.TransportError
BUSY = {"error": {"what": "busy", "got": None, "expected": "", "remedy": "Wait."}}


def busy(after: str = "7") -> httpx.Response:
    return httpx.Response(503, json=BUSY, headers={"Retry-After": after})


def asked(
    *responses: Answer, token: str | None = None
) -> tuple[Connection, list[httpx.Request], list[float]]:
    """A connection that gets these responses; what it sent, and how long it paused."""
    left: Iterator[Answer] = iter(responses)
    sent: list[httpx.Request] = []
    pauses: list[float] = []

    def handle(request: httpx.Request) -> httpx.Response:
        sent.append(request)
        answer = next(left)
        if isinstance(answer, httpx.TransportError):
            raise answer
        return answer

    transport = httpx.MockTransport(handle)
    return Connection("http://page:8501/", token, transport, pauses.append), sent, pauses


def test_the_token_goes_along_to_the_interface() -> None:
    connection, sent, _ = asked(httpx.Response(200, json=[]), token="spanneal_x")
    assert connection.ask("GET", "/projects") == []
    assert str(sent[0].url) == "http://page:8501/api/v1/projects"
    assert sent[0].headers["authorization"] == "Bearer spanneal_x"


@pytest.mark.parametrize(
    ("first", "pause"), [(busy(), 7.0), (busy("soon"), 0.5), (httpx.ConnectError("away"), 0.5)]
)
def test_what_may_be_asked_twice_is_asked_again(first: Answer, pause: float) -> None:
    connection, sent, pauses = asked(first, httpx.Response(200, json={"done": True}))
    assert connection.ask("GET", "/projects") == {"done": True}
    assert (len(sent), pauses) == (2, [pause])


@pytest.mark.parametrize("first", [busy(), httpx.ConnectError("away")])
def test_what_would_be_done_twice_is_sent_once(first: Answer) -> None:
    connection, sent, _ = asked(first)
    with pytest.raises((ServerError, httpx.TransportError)):
        connection.ask("POST", "/projects", json={"name": "x"})
    assert len(sent) == 1


def test_it_gives_up_after_five_tries_and_never_waits_longer_than_a_minute() -> None:
    connection, sent, pauses = asked(*[busy("9000")] * 5)
    with pytest.raises(ServerError, match="503: busy; Wait"):
        connection.ask("GET", "/projects")
    assert (len(sent), pauses) == (5, [60.0] * 4)


def test_an_error_says_what_the_server_says() -> None:
    body = {"what": "no such label", "got": "X", "expected": "PER", "remedy": "Add it."}
    connection, _, _ = asked(httpx.Response(409, json={"error": body}))
    with pytest.raises(ServerError) as caught:
        connection.ask("POST", "/x")
    assert str(caught.value) == "409: no such label; got X; expected PER; Add it."
    assert caught.value.status == 409


@pytest.mark.parametrize("make", [lambda: httpx.Response(502, text="<html>Bad gateway</html>")])
def test_what_stands_in_front_of_the_server_is_no_answer(
    make: Callable[[], httpx.Response],
) -> None:
    connection, _, _ = asked(make())
    with pytest.raises(ServerError, match="proxy in front of it"):
        connection.ask("GET", "/projects")


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("http://page:8501", "nothing listens at page:8501; check the port"),
        ("page:8501", "such as http://127.0.0.1:8501; got 'page:8501'"),
    ],
)
def test_a_server_that_gives_no_answer_is_told_with_what_to_do(url: str, sentence: str) -> None:
    def refuse(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("[Errno 111] Connection refused") from ConnectionRefusedError(111)

    connection = Connection(url, None, httpx.MockTransport(refuse), lambda _: None)
    with pytest.raises(httpx.ConnectError, match=re.escape(sentence)):
        connection.ask("GET", "/projects")
    with pytest.raises(httpx.ConnectError, match=re.escape(sentence)), connection.stream("/file"):
        pass


class BrokenOff(httpx.SyncByteStream):
    """A body whose connection is lost after its first part."""

    def __iter__(self) -> Iterator[bytes]:
        yield b"half"
        raise httpx.ReadError("reset")


def test_a_file_that_comes_whole_gets_its_name(tmp_path: Path) -> None:
    connection, _, _ = asked(httpx.Response(200, content=b"whole", headers={"documents": "3"}))
    assert connection.save("/export", tmp_path / "out.jsonl")["documents"] == "3"
    assert [path.read_bytes() for path in tmp_path.iterdir()] == [b"whole"]


@pytest.mark.parametrize(
    "answer", [httpx.Response(200, stream=BrokenOff()), httpx.Response(503, json=BUSY)]
)
def test_a_file_that_breaks_off_leaves_what_was_there_before(
    answer: httpx.Response, tmp_path: Path
) -> None:
    out = tmp_path / "out.jsonl"
    out.write_bytes(b"yesterday's")
    connection, _, _ = asked(answer)

    with pytest.raises((httpx.TransportError, ServerError)):
        connection.save("/export", out)
    assert [path.read_bytes() for path in tmp_path.iterdir()] == [b"yesterday's"]
