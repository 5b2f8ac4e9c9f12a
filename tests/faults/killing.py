"""Clients at work while the process that serves them is killed, and what is there afterwards."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.editing import Draft, parse_operation, reduce
from app.services.annotation import drafts
from storage.engine import Sessions, writing
from storage.models import Document, Operation
from storage.repository import annotation_sets, documents, operations, projects

ROOT = Path(__file__).parents[2]
LABELS = ("PER", "ORG", "LOC")


@dataclass
class Outcome:
    """What a run did, and what was there afterwards."""

    operations: int = 0
    acknowledged: int = 0
    kills: int = 0
    lost: int = 0
    doubled: int = 0
    refused: int = 0
    torn: list[str] = field(default_factory=list)
    """Documents whose draft is not what their operations make."""
    empty: list[str] = field(default_factory=list)
    """Documents without a span, though operations were sent to them."""
    seconds: float = 0.0


def seeded_project(sessions: Sessions, count: int) -> list[int]:
    """The ids of so many documents of a thousand characters."""
    with writing(sessions) as session:
        project = projects.create(session, "Faults")
        projects.ensure_labels(session, project.id, LABELS)
        made = [
            documents.add(session, project.id, name=str(n), text=f"{n:04d}" * 250, split="train")
            for n in range(count)
        ]
        return [item.id for item in made if item is not None]


class Killed:
    """The serving process and its clients, all of them processes of their own."""

    def __init__(self, url: str, clients: int, item: int, seed: int) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="faults-")
        self._place = f"{self._folder.name}/page"
        self._url = url
        self._chance = random.Random(seed)
        self._clients, self._each, self._seed = clients, item, seed
        self._acks: dict[str, int] = {}
        self._errors: Counter[str] = Counter()
        self._progress = threading.Condition()

    def run(self, document_ids: list[int], kills: int) -> Outcome:
        began = time.monotonic()
        environment = {**os.environ, "OMP_NUM_THREADS": "1"}
        server = self._serve(environment)
        clients = [self._client(n, document_ids, environment) for n in range(self._clients)]
        readers = [threading.Thread(target=self._read, args=client) for client in clients]
        for reader in readers:
            reader.start()
        total = self._clients * self._each
        points = sorted(self._chance.sample(range(1, total - total // 20), kills))
        for point in points:
            self._wait_for(point)
            time.sleep(self._chance.random() * 0.05)  # anywhere in what is being done just now
            server.send_signal(signal.SIGKILL)
            server.wait()
            server = self._serve(environment)
        for reader in readers:
            reader.join()
        server.kill()
        server.wait()
        self._folder.cleanup()
        return Outcome(
            operations=total,
            acknowledged=sum(self._acks.values()),
            kills=kills,
            refused=sum(self._errors.values()),
            seconds=time.monotonic() - began,
        )

    @property
    def acknowledged(self) -> dict[str, int]:
        """The last number that was acknowledged, by client."""
        return self._acks

    def _serve(self, environment: dict[str, str]) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "tests.faults.serving", self._url, self._place]
        server = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE)
        assert server.stdout is not None
        assert server.stdout.readline() == b"ready\n"
        server.stdout.close()
        return server

    def _client(
        self, number: int, document_ids: list[int], environment: dict[str, str]
    ) -> tuple[str, subprocess.Popen[str]]:
        name = f"client-{number}"
        turned = document_ids[number:] + document_ids[:number]
        given = [self._place, name, self._seed + number, self._each, *turned]
        client = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.clients", *map(str, given)],
            cwd=ROOT,
            env=environment,
            stdout=subprocess.PIPE,
            text=True,
        )
        return name, client

    def _read(self, name: str, client: subprocess.Popen[str]) -> None:
        assert client.stdout is not None
        with client.stdout as message:
            for line in message:
                number, _, error = line.strip().partition(" ")
                with self._progress:
                    self._acks[name] = max(self._acks.get(name, 0), int(number))
                    if error:
                        self._errors[error] += 1
                    self._progress.notify_all()
        client.wait()

    def _wait_for(self, point: int) -> None:
        with self._progress:
            reached = self._progress.wait_for(lambda: sum(self._acks.values()) >= point, 300)
        assert reached, f"{sum(self._acks.values())} acknowledged, waited for {point}"


def examine(sessions: Sessions, acknowledged: dict[str, int], outcome: Outcome) -> Outcome:
    """Counts what was lost or doubled, and makes every draft anew from the log."""
    with sessions() as session:
        stored = Counter(session.scalars(select(Operation.client)))
        rows = Counter(map(tuple, session.execute(select(Operation.client, Operation.seq))))
        sent = set(session.scalars(select(Operation.document_id)))
        outcome.doubled = sum(number - 1 for number in rows.values())
        for client, last in acknowledged.items():
            outcome.lost += sum((client, seq) not in rows for seq in range(1, last + 1))
            outcome.doubled += max(0, stored[client] - last)
        for document in session.scalars(select(Document)):
            if not _follows(session, document):
                outcome.torn.append(document.name)
            draft = annotation_sets.draft_of(session, document.id)
            if document.id in sent and (draft is None or not draft.entities):
                outcome.empty.append(document.name)
    return outcome


def _follows(session: Session, document: Document) -> bool:
    """Whether the draft is what the recorded operations make of the text, in their order."""
    draft = annotation_sets.draft_of(session, document.id)
    stored = annotation_sets.spans_of(draft) if draft else ()
    replayed = Draft(document.length, frozenset(LABELS))
    rows = operations.since(session, document.id, 0)
    for row in rows:
        replayed = reduce(replayed, parse_operation(row.payload))
    numbered = [row.version for row in rows] == list(range(1, document.version + 1))
    return numbered and set(drafts.to_records(replayed.spans)) == set(stored)
