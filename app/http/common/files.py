"""Files that come with a request or go with an answer, part by part."""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

from app.http.common.authentication import Caller
from app.http.common.errors import ApiError
from app.http.common.limits import COST_BYTES

_PART = 2**16


async def receive(request: Request, caller: Caller, out: IO[bytes], most: int, remedy: str) -> None:
    """Writes the request's body, and counts it. Raises `ApiError` for more than `most` bytes, as
    soon as they have come, with what would help."""
    size = 0
    async for part in request.stream():
        size += len(part)
        if size > most:
            raise ApiError(
                413,
                "the file is too large",
                got=f"more than {most} bytes",
                expected=f"at most {most} bytes",
                remedy=remedy,
            )
        await run_in_threadpool(out.write, part)
    caller.count(size // COST_BYTES, divisible=False)


def parts(file: IO[bytes]) -> Iterator[bytes]:
    """The file from its beginning on; it is closed once all of it was sent, or nobody reads on."""
    with file:
        file.seek(0)
        while part := file.read(_PART):
            yield part
