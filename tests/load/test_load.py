"""A short run of the load: few annotators, on a page process, for some seconds."""

from __future__ import annotations

import asyncio
import random
from dataclasses import replace
from pathlib import Path

import pytest

from storage.engine import Sessions
from tests.coroutines import result_of
from tests.load.checking import Kept, check_stored
from tests.load.hand import Hand
from tests.load.machine import Cost
from tests.load.relay import sticky
from tests.load.running import Plan, run

SHOWN = {
    "doc_id": 1,
    "tokens": "0 4 1 4",
    "labels": [{"name": "PER"}, {"name": "LOC"}],
    "spans": [
        {"id": "e1", "start": 0, "end": 4, "label": "PER", "status": "suggested"}
        | {"source": "model", "score": None}
    ],
}

COSTS = {"page": Cost(0.4, 300), "database": Cost(0.2, 30), "clients": Cost(0.5, 90)}


@pytest.mark.browser
def test_what_annotators_on_real_connections_were_told_is_saved_is_in_the_database(
    database_url: str, tmp_path: Path
) -> None:
    plan = Plan(annotators=3, seconds=5, pages=1, documents=60, model=False)
    result = run(plan, database_url, tmp_path)
    assert result.sent == result.acknowledged > 0
    assert (result.stored, result.problems) == (Kept(lost=0, doubled=0, torn=0), {})
    assert result.saves.count == result.acknowledged
    assert result.costs["page"].cores > 0
    assert result.busy > 0
    whole = replace(result, annotators=90, costs=COSTS)
    assert whole.annotators_per_core == 150, "the clients do not serve"
    assert whole.json()["annotators_per_core"] == 150


def test_an_acknowledged_operation_that_is_not_in_the_database_is_lost(sessions: Sessions) -> None:
    assert check_stored(sessions, {"load-0": {1, 2}}, {"load-0": 2}) == Kept(
        lost=2, doubled=0, torn=0
    )


def test_a_persons_steps_follow_from_the_seed_and_end_in_a_submission() -> None:
    first, second = (
        [hand.next(SHOWN, set()) for _ in range(40)]
        for hand in (Hand("a", random.Random(1)), Hand("a", random.Random(1)))
    )
    assert first == second
    assert any(ops[-1]["op"] == "submit" for ops in first)


async def _asked(port: int, cookie: str) -> str:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(f"POST / HTTP/1.1\r\n{cookie}\r\n".encode())
    await writer.drain()
    writer.write(b"form")
    answer = (await reader.read()).decode()
    writer.close()
    return answer


def test_who_came_to_a_page_process_stays_with_it() -> None:
    async def serve(name: str) -> asyncio.Server:
        async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.readuntil(b"\r\n\r\nform")
            writer.write(f"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n{name}".encode())
            writer.close()

        return await asyncio.start_server(answer, "127.0.0.1", 0)

    async def visits() -> list[str]:
        servers = [await serve(name) for name in ("a", "b")]
        async with sticky([item.sockets[0].getsockname()[1] for item in servers]) as port:
            cookies = (
                "",
                "",
                "Cookie: x=1; page=1\r\n",
                "Cookie: page=1\r\n",
                "Cookie: page=0\r\n",
            )
            responses = [await _asked(port, cookie) for cookie in cookies]
        for server in servers:
            server.close()
        return responses

    responses = result_of(visits())
    assert [item[-1] for item in responses] == ["a", "b", "b", "b", "a"]
    assert ["Set-Cookie: page=" in item for item in responses] == [True, True, False, False, False]
