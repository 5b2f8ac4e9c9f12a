"""Work for a client that may not wait for it."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

from starlette.requests import Request

from app.http.common.errors import ApiError

Result = TypeVar("Result")
CLIENT_CLOSED_REQUEST = 499
"""What nginx logs for it; nobody reads the answer."""


async def unless_hung_up(request: Request, coroutine: Coroutine[Any, Any, Result]) -> Result:
    """The result of the coroutine. Once the client has closed the connection, cancels it and raises
    `ApiError`."""
    working = asyncio.ensure_future(coroutine)
    listening = asyncio.ensure_future(_hung_up(request))
    try:
        await asyncio.wait((working, listening), return_when=asyncio.FIRST_COMPLETED)
        if not working.done():
            raise ApiError(CLIENT_CLOSED_REQUEST, "the client has closed the connection")
        return working.result()
    finally:
        for task in (working, listening):
            task.cancel()
        await asyncio.gather(working, listening, return_exceptions=True)


async def _hung_up(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass
