"""One annotator: opens documents, works on them at a person's pace, and waits for "saved"."""

from __future__ import annotations

import asyncio
import random
import time
from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from tests.load.hand import Hand
from tests.load.tab import Tab

PACE = (2.0, 4.0)
"""Seconds from one step to the next."""
RESEND, SLOWEST = 3.0, 24.0
"""Seconds without an answer after which the component sends again what is not acknowledged; each
time in vain it waits twice as long."""
ARRIVALS = 3.0
"""How many come in a second."""
PATIENCE = 60.0
"""Seconds for the last answers, and for a page to show a document."""


@dataclass
class Tally:
    """What one annotator did and saw. Times are seconds."""

    sent: dict[int, float] = field(default_factory=dict)
    """When each operation was sent first, by its number."""
    saves: dict[int, float] = field(default_factory=dict)
    """How long each acknowledged one took."""
    openings: list[float] = field(default_factory=list)
    """From asking for the next document to seeing it."""
    refusals: Counter[str] = field(default_factory=Counter)
    problems: Counter[str] = field(default_factory=Counter)
    received: int = 0


class Annotator:
    """Plays the component's outbox (`outbox.js`) and the person before it."""

    def __init__(
        self,
        site: str,
        query: str,
        cookies: Mapping[str, str],
        name: str,
        seed: int,
        comes: float,
    ) -> None:
        """`comes` after so many seconds."""
        self.client = f"load-{name}"
        self.tally = Tally()
        self._chance = random.Random(seed)
        self._tab = Tab(site, "annotate", query, cookies, self._mounted)
        self._data: Mapping[str, Any] = {}
        self._shown = asyncio.Event()
        self._unsaved: list[tuple[int, dict[str, Any]]] = []
        self._seq = 0
        self._comes = comes
        self._flushed, self._patience = 0.0, RESEND

    async def annotate(self, seconds: float) -> Tally:
        """Works for so long, then waits for the last answers."""
        await asyncio.sleep(self._comes)
        personal = [asyncio.create_task(self._tab.stay_open()), asyncio.create_task(self._insist())]
        try:
            await self._see(self._shown)
            until = time.monotonic() + seconds
            while time.monotonic() < until:
                await self._document(until)
            await self._saved()
        except TimeoutError:
            self.tally.problems["the page gave no answer"] += 1
        for task in personal:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
        self.tally.problems.update(self._tab.problems)
        self.tally.received = self._tab.received
        return self.tally

    async def _document(self, until: float) -> None:
        """Works on the document that is shown, submits it, and goes on to the next."""
        hand = Hand(self.client, self._chance)
        while not self._data["read_only"]:
            await asyncio.sleep(self._chance.uniform(*PACE))
            if time.monotonic() > until:
                return
            ops = hand.next(self._data, {op.get("id", "") for _, op in self._unsaved})
            await self._push(ops)
            if ops[-1]["op"] == "submit":
                await self._saved()
        began = time.monotonic()
        self._shown.clear()
        await self._tab.trigger("navigate", "next")
        await self._see(self._shown)
        self.tally.openings.append(time.monotonic() - began)

    async def _push(self, ops: list[dict[str, Any]]) -> None:
        for op in ops:
            self._seq += 1
            sent = {"seq": self._seq, "base_version": self._data["version"], **op}
            self._unsaved.append((self._data["doc_id"], sent))
            self.tally.sent[self._seq] = time.monotonic()
        await self._flush()

    async def _flush(self) -> None:
        """Sends all that is unacknowledged of the first document that has any."""
        self._flushed = time.monotonic()
        if self._unsaved:
            document = self._unsaved[0][0]
            ops = [op for item, op in self._unsaved if item == document]
            message = {
                "doc_id": document,
                "client": self.client,
                "sibling_clients": [self.client],
                "ops": ops,
            }
            await self._tab.set_state("ops", message)

    async def _insist(self) -> None:
        while True:
            await asyncio.sleep(RESEND / 10)
            if self._unsaved and time.monotonic() - self._flushed > self._patience:
                self._patience = min(2 * self._patience, SLOWEST)
                await self._flush()

    async def _saved(self) -> None:
        async with asyncio.timeout(PATIENCE):
            while self._unsaved:
                await asyncio.sleep(0.05)

    async def _see(self, shown: asyncio.Event) -> None:
        async with asyncio.timeout(PATIENCE):
            await shown.wait()

    def _mounted(self, data: Mapping[str, Any]) -> None:
        ack, now = data["ack"], time.monotonic()
        if ack and ack["client"] == self.client:
            done = [op["seq"] for _, op in self._unsaved if op["seq"] <= ack["seq"]]
            if done:
                self._patience = RESEND
            for seq in done:
                self.tally.saves[seq] = now - self.tally.sent[seq]
            if done and data["error"]:
                self.tally.refusals[data["error"]] += 1
            self._unsaved = [item for item in self._unsaved if item[1]["seq"] > ack["seq"]]
        if data["doc_id"] != self._data.get("doc_id"):
            self._shown.set()
        self._data = data
