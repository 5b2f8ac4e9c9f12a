"""Requests to a server: errors that say what to do, and retries where nothing is done twice."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from ..connection_errors import explain
from ..whole_files import whole_file

_TRIES = 5
_PAUSE = 0.5
"""Seconds before the second try; each later one waits twice as long."""
_LONGEST_PAUSE = 60.0
_BUSY = (429, 503)
_TIMEOUT = httpx.Timeout(10.0, read=600.0)


class ServerError(Exception):
    """An answer that is no success: `status`, and what the server says of it."""

    def __init__(self, status: int, what: str, got: Any, expected: str, remedy: str) -> None:
        lines = [f"{status}: {what}"]
        lines += [f"got {got}"] if got is not None else []
        lines += [f"expected {expected}"] if expected else []
        super().__init__("; ".join([*lines, *([remedy] if remedy else [])]))
        self.status, self.what, self.remedy = status, what, remedy


class Connection:
    """One server, asked in the name of a token."""

    def __init__(
        self,
        url: str,
        token: str | None,
        transport: httpx.BaseTransport | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        base = url.rstrip("/") + "/api/v1"
        self._url, self._sleep = url, sleep
        self._client = httpx.Client(
            base_url=base, headers=headers, timeout=_TIMEOUT, transport=transport
        )

    def close(self) -> None:
        self._client.close()

    def ask(self, method: str, path: str, *, repeatable: bool | None = None, **request: Any) -> Any:
        """The answer's JSON, or None where it has none. A server that is busy or cannot be reached
        is asked again up to five times, if the request is `repeatable`: by default those that only
        read, replace or delete. Raises `ServerError`, and httpx.TransportError, which says why and
        what to do, where no answer came."""
        again = method in ("GET", "PUT", "DELETE") if repeatable is None else repeatable
        for tries_left in reversed(range(_TRIES)):
            pause = _PAUSE * 2 ** (_TRIES - 1 - tries_left)
            try:
                answer = self._client.request(method, path, **request)
            except httpx.TransportError as error:
                if not (again and tries_left):
                    raise self._explained(error) from error
            else:
                if not (answer.status_code in _BUSY and again and tries_left):
                    return _json(answer)
                pause = _asked_pause(answer, pause)
            self._sleep(min(pause, _LONGEST_PAUSE))
        raise AssertionError("the last try returns or raises")

    @contextmanager
    def stream(self, path: str, **request: Any) -> Iterator[httpx.Response]:
        """An answer that is read part by part. Raises as `ask`; it is tried once."""
        try:
            with self._client.stream("GET", path, **request) as answer:
                if not answer.is_success:
                    answer.read()
                    _json(answer)
                yield answer
        except httpx.TransportError as error:
            raise self._explained(error) from error

    def save(self, path: str, out: Path, **request: Any) -> httpx.Headers:
        """Write an answer into a file, which gets its name once it is whole; returns the headers.
        Raises as `stream`; what was there before then stays."""
        with self.stream(path, **request) as answer, whole_file(out) as file:
            for received in answer.iter_bytes():
                file.write(received)
        return answer.headers

    def _explained(self, error: httpx.TransportError) -> httpx.TransportError:
        """Another of its class, for those who catch it, in words that help."""
        reason = explain(error, self._url) or str(error)
        return type(error)(reason, request=error.request)


def _asked_pause(answer: httpx.Response, otherwise: float) -> float:
    asked = answer.headers.get("retry-after", "")
    return float(asked) if asked.isdecimal() else otherwise


def _json(answer: httpx.Response) -> Any:
    if answer.is_success:
        return answer.json() if answer.content else None
    try:
        error = answer.json()["error"]
        raise ServerError(
            answer.status_code, error["what"], error["got"], error["expected"], error["remedy"]
        )
    except (ValueError, KeyError, TypeError):
        raise ServerError(
            answer.status_code,
            f"no answer of Spanneal's: {answer.text[:200]!r}",
            None,
            f"a Spanneal page at {answer.url.scheme}://{answer.url.host}",
            "Check the address; a proxy in front of it may have answered.",
        ) from None
