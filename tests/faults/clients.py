"""A client process: a page that sends what is not acknowledged until it is.

    python -m tests.faults.clients SOCKET CLIENT SEED OPERATIONS DOCUMENT...

It says each acknowledgement on its standard output, as a line with a number.
"""

from __future__ import annotations

import json
import random
import socket
import sys
import time
from collections.abc import Iterator
from typing import Any

SPANS = 40
"""Operations on a document before it goes on to the next one."""


class Connection:
    """One that is made anew when the other side dies."""

    def __init__(self, location: str) -> None:
        self._place = location
        self._stream: Any = None

    def ask(self, message: dict[str, Any]) -> dict[str, Any] | None:
        """The answer; None where there was none, and it is not known what became of the message."""
        try:
            if self._stream is None:
                connection = socket.socket(socket.AF_UNIX)
                connection.connect(self._place)
                self._stream = connection.makefile("rwb")
            self._stream.write(json.dumps(message).encode() + b"\n")
            self._stream.flush()
            answer: dict[str, Any] = json.loads(self._stream.readline())
            return answer
        except (OSError, ValueError):
            self._stream = None
            return None


def operations(client: str, chance: random.Random, count: int) -> Iterator[dict[str, Any]]:
    """Adds, and now and then a change to what was added before."""
    added: list[str] = []
    for seq in range(1, count + 1):
        if (seq - 1) % SPANS == 0:
            added = []
        if added and chance.random() < 0.3:
            op = {"op": chance.choice(["delete", "relabel"]), "id": chance.choice(added)}
            if op["op"] == "delete":
                added.remove(op["id"])
            else:
                op["label"] = chance.choice(["PER", "ORG", "LOC"])
        else:
            start = chance.randrange(900)
            op = {"op": "add", "id": f"{client}.{seq}", "start": start, "label": "PER"}
            op["end"] = start + chance.randrange(1, 90)
            added.append(op["id"])
        yield {"seq": seq, **op}


def task(location: str, client: str, seed: int, count: int, documents: list[int]) -> None:
    chance = random.Random(seed)
    connection = Connection(location)
    made = list(operations(client, chance, count))
    for first in range(0, count, SPANS):
        _on_one_document(
            connection,
            client,
            documents[first // SPANS % len(documents)],
            made[first : first + SPANS],
            chance,
        )


def _on_one_document(
    connection: Connection,
    client: str,
    document: int,
    ops: list[dict[str, Any]],
    chance: random.Random,
) -> None:
    typed = acknowledged = 0
    while acknowledged < len(ops):
        typed = min(len(ops), max(typed, acknowledged) + chance.randrange(1, 4))
        pending = ops[acknowledged:typed]
        answer = connection.ask({"doc_id": document, "client": client, "ops": pending})
        if answer is None or answer["ack"] is None:
            time.sleep(0.02)
            continue
        acknowledged = sum(op["seq"] <= answer["ack"] for op in ops)
        print(answer["ack"], answer["error"] or "", flush=True)


if __name__ == "__main__":
    task(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]), list(map(int, sys.argv[5:])))
