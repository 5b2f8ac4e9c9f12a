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
"""Seconds after which the component sends again what had no answer; each time in vain it waits
twice as long."""
SOON = 0.02
"""Seconds from an edit, or from an answer, to the next message (`outbox.js`)."""
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
    """From submitting a document to seeing the next one's text."""
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
        self._opened = 0
        """How many documents came with an answer."""
        self._followed = asyncio.Event()
        """Set while the page's runs know of all of them."""
        self._followed.set()
        self._unsaved: list[tuple[int, dict[str, Any]]] = []
        self._seq = 0
        self._comes = comes
        self._pushed = asyncio.Event()
        self._listening: tuple[str, asyncio.Task[None]] | None = None
        """To which stream of changes."""

    async def annotate(self, seconds: float) -> Tally:
        """Works for so long, then waits for the last answers."""
        await asyncio.sleep(self._comes)
        personal = [asyncio.create_task(self._tab.stay_open()), asyncio.create_task(self._send())]
        try:
            await self._see(self._shown)
            until = time.monotonic() + seconds
            while time.monotonic() < until:
                await self._document(until)
            await self._saved()
        except TimeoutError:
            self.tally.problems["the page gave no answer"] += 1
        for task in [*personal, *([self._listening[1]] if self._listening else [])]:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
        self.tally.problems.update(self._tab.problems)
        self.tally.received = self._tab.received
        return self.tally

    async def _document(self, until: float) -> None:
        """Works on the document that is shown, and submits it: the next one comes with the answer,
        or is asked for."""
        hand, document = Hand(self.client, self._chance), self._data["doc_id"]
        if self._data["reading"]:
            await self._see(self._followed)
        while not self._data["read_only"]:
            await asyncio.sleep(self._chance.uniform(*PACE))
            if time.monotonic() > until:
                return
            ops = hand.next(self._data, {op.get("id", "") for _, op in self._unsaved})
            await self._push(ops)
            if ops[-1]["op"] == "submit":
                await self._saved()
            if self._data["doc_id"] != document:
                return
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
        self._pushed.set()

    async def _send(self) -> None:
        """One message at a time, until nothing is unacknowledged."""
        patience = RESEND
        while True:
            if not self._unsaved:
                await self._pushed.wait()
            self._pushed.clear()
            await asyncio.sleep(SOON)
            while self._unsaved:
                answer = await self._tab.post(self._data["edits"], self._message())
                answered = answer is not None and answer["ack"] is not None
                if answer is not None:
                    self._receive(answer)
                    await self._go_on(answer["next"])
                await asyncio.sleep(SOON if answered else patience)
                patience = RESEND if answered else min(2 * patience, SLOWEST)

    def _message(self) -> dict[str, Any]:
        """All that is unacknowledged of the first document that has any."""
        document = self._unsaved[0][0]
        ops = [op for item, op in self._unsaved if item == document]
        return {
            "doc_id": document,
            "client": self.client,
            "sibling_clients": [self.client],
            "version": self._data["version"] if document == self._data["doc_id"] else None,
            "go_on": ops[-1]["op"] == "submit",
            "ops": ops,
        }

    async def _saved(self) -> None:
        async with asyncio.timeout(PATIENCE):
            while self._unsaved:
                await asyncio.sleep(0.05)

    async def _see(self, shown: asyncio.Event) -> None:
        async with asyncio.timeout(PATIENCE):
            await shown.wait()

    def _receive(self, answer: Mapping[str, Any]) -> None:
        ack, now = answer["ack"], time.monotonic()
        for _, op in self._unsaved if ack else ():
            if op["seq"] <= ack["seq"]:
                self.tally.saves[op["seq"]] = now - self.tally.sent[op["seq"]]
        if answer["error"]:
            self.tally.refusals[answer["error"]] += 1
        if ack:
            self._unsaved = [item for item in self._unsaved if item[1]["seq"] > ack["seq"]]
        if answer["state"] and answer["doc_id"] == self._data["doc_id"]:
            self._data = {**self._data, **answer["state"]}
        if answer["next"]:
            self.tally.openings.append(now - self.tally.sent[self._seq])
            self._data = {**self._data, **answer["next"]["data"]}
            self._listen()

    async def _go_on(self, following: Mapping[str, Any] | None) -> None:
        """Has the page follow to a document that came with an answer (`page_follower.js`)."""
        if following:
            self._opened += 1
            self._followed.clear()
            event = {"doc_id": following["data"]["doc_id"], "number": self._opened}
            await self._tab.trigger("opened", {**event, "ready": following["ready"]})

    def _mounted(self, data: Mapping[str, Any]) -> None:
        if data["opened"] < self._opened:
            return  # of the document before
        self._followed.set()
        if data["doc_id"] != self._data.get("doc_id"):
            self._shown.set()
        elif data["version"] < self._data["version"]:
            return  # an answer has come since
        self._data = data
        self._listen()

    def _listen(self) -> None:
        """Hears of changes to the document that is shown (`live_changes.js`)."""
        address = f"{self._data['edits']}/changes/{self._data['doc_id']}"
        if self._listening:
            before, stream = self._listening
            if before == address:
                return
            stream.cancel()
        self._listening = address, asyncio.create_task(self._tab.listen(address))
