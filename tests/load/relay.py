"""A small proxy before several page processes: who came to one stays with it, by a cookie."""

from __future__ import annotations

import asyncio
import itertools
import re
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress

COOKIE = "page"
_CHOSEN = re.compile(rb"^cookie:.*\bpage=(\d+)", re.IGNORECASE | re.MULTILINE)
_HEAD_END = b"\r\n\r\n"
_PIECE = 1 << 16


@asynccontextmanager
async def sticky(ports: Sequence[int]) -> AsyncIterator[int]:
    """The port to come to. A connection without the cookie goes to the next process in turn, and
    its first answer brings the cookie."""
    turns = itertools.cycle(range(len(ports)))

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError, asyncio.IncompleteReadError):
            head = await reader.readuntil(_HEAD_END)
            result = _CHOSEN.search(head)
            chosen = int(result[1]) % len(ports) if result else next(turns)
            inner, outer = await asyncio.open_connection("127.0.0.1", ports[chosen])
            outer.write(head)
            await asyncio.gather(
                _pipe(reader, outer), _answer(inner, writer, None if result else chosen)
            )

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1]


async def _answer(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, chosen: int | None
) -> None:
    """What the process answers; with the cookie where one was chosen just now."""
    if chosen is not None:
        with suppress(OSError, asyncio.IncompleteReadError):
            head = await reader.readuntil(_HEAD_END)
            cookie = f"\r\nSet-Cookie: {COOKIE}={chosen}; Path=/; HttpOnly".encode()
            writer.write(head.removesuffix(_HEAD_END) + cookie + _HEAD_END)
    await _pipe(reader, writer)


async def _pipe(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Until one side closes; then the other is closed."""
    with suppress(OSError):
        while piece := await reader.read(_PIECE):
            writer.write(piece)
            await writer.drain()
    with suppress(OSError):
        writer.close()
