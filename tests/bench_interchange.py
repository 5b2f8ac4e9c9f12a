"""How fast many documents come in, go out and are found: `python -m tests.bench_interchange`.

The documents follow from the seed: short, with nested entities, emoji and CRLF. While they come in,
somebody saves; what they wait is told, too. Times are wall clock, and in brackets the processor's
own, which other programs on the machine do not lengthen.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import resource
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from app.services.interchange.exporting import export
from app.services.interchange.importing import import_file
from storage.engine import Sessions, create_engine_from, session_factory, upgrade, writing
from storage.models import Project
from storage.repository import projects
from storage.repository.listing import list_documents

PROSE = (
    "the of and a in harbour reopens after winter storm council voted to keep its old bridge "
    "while trains from north were late again 😊 nobody minded Ärzte sagten gestern nichts 会議 "
    "because tickets cost less than before and every seat was taken by noon"
)
WORDS = PROSE.split()
NAMES = (
    ("Bank of China", "ORG", "China", "LOC"),
    ("Anna Haag", "PER", "Anna", "PER"),
    ("University of Kyiv", "ORG", "Kyiv", "LOC"),
    ("New Oslo", "LOC", "Oslo", "LOC"),
)
SEARCHES = ("", "harbour", "bank of china", "ÄRZTE", "会議", "nothing like it", "12345", "e")
PAGES, ROWS = 20, 25
PAUSE = 0.05
"""Seconds between two saves of the person who works during the import."""


@dataclass
class Took:
    wall: float = 0.0
    cpu: float = 0.0

    def __str__(self) -> str:
        return f"{self.wall:.1f} s ({self.cpu:.1f})"


def lines(count: int, seed: int) -> Iterator[bytes]:
    """That many different records of our JSONL."""
    draw = random.Random(seed)
    for number in range(count):
        text, entities = f"Report {number}.\r\n", []
        for _ in range(draw.randint(1, 3)):
            text += " ".join(draw.choices(WORDS, k=draw.randint(3, 9))) + " "
            outer, label, inner, inner_label = draw.choice(NAMES)
            start = len(text)
            inside = start + outer.index(inner)
            entities += [
                {"start": start, "end": start + len(outer), "label": label},
                {"start": inside, "end": inside + len(inner), "label": inner_label},
            ]
            text += outer + ". "
        yield json.dumps({"text": text, "entities": entities}).encode() + b"\n"


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        source = folder / "many.jsonl"
        with source.open("wb") as out:
            out.writelines(lines(options.count, options.seed))
        engine = create_engine_from(f"sqlite:///{folder}/bench.db")
        upgrade(engine)
        sessions = session_factory(engine)
        with writing(sessions) as session:
            project = projects.create(session, "Many").id
        print(f"load average before: {os.getloadavg()[0]:.1f}")
        _imports(sessions, project, source)
        _exports(sessions, project, folder / "out.jsonl")
        for search in SEARCHES:
            _searches(sessions, project, search)
        engine.dispose()
    return 0


def _imports(sessions: Sessions, project: int, source: Path) -> None:
    waited: list[float] = []
    done = threading.Event()
    saver = threading.Thread(target=_save, args=(sessions, project, waited, done))
    saver.start()
    with _timed() as took:
        report = import_file(sessions, project, source)
    done.set()
    saver.join()
    print(f"import: {report.added:,} documents in {took}, {source.stat().st_size:,} bytes")
    print(f"peak memory: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MB")
    print(f"{len(waited)} saves meanwhile: p95 {_p95(waited):.0f} ms, at most {max(waited):.0f} ms")


def _save(sessions: Sessions, project: int, waited: list[float], done: threading.Event) -> None:
    while not done.wait(PAUSE):
        start = time.perf_counter()
        with writing(sessions) as session:
            session.get_one(Project, project).guidelines = f"saved {len(waited)} times"
        waited.append(1000 * (time.perf_counter() - start))


def _exports(sessions: Sessions, project: int, path: Path) -> None:
    with _timed() as took, path.open("wb") as out:
        report = export(sessions, project, "jsonl", out)
    print(f"export: {report.passed:,} documents in {took}, {path.stat().st_size:,} bytes")
    print(f"peak memory: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MB")


def _searches(sessions: Sessions, project: int, search: str) -> None:
    wall, personal, total = [], [], 0
    for number in range(PAGES):
        with _timed() as took, sessions() as session:
            offset = number * max(1, total // PAGES)
            total = list_documents(session, project, search=search, limit=ROWS, offset=offset).total
        wall.append(1000 * took.wall)
        personal.append(1000 * took.cpu)
    print(f"list {search!r}: {total:,} found, p95 {_p95(wall):.0f} ms ({_p95(personal):.0f})")


@contextmanager
def _timed() -> Iterator[Took]:
    took = Took()
    wall, personal = time.perf_counter(), time.process_time()
    yield took
    took.wall, took.cpu = time.perf_counter() - wall, time.process_time() - personal


def _p95(values: list[float]) -> float:
    return sorted(values)[int(0.95 * (len(values) - 1))] if values else 0.0


if __name__ == "__main__":
    sys.exit(main())
