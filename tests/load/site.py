"""What is put under load: a project, accounts, and page processes on one database."""

from __future__ import annotations

import http.client
import json
import os
import random
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from http.cookies import SimpleCookie
from pathlib import Path
from urllib.parse import urlencode, urlsplit

from sqlalchemy import select

from app.services.interchange.importing import import_file
from app.services.team import accounts, members
from app.settings import ROOT
from app.worker.supervisor import page_command
from storage.engine import Sessions, create_engine_from, session_factory, upgrade, writing
from storage.models import Document
from storage.repository import projects
from tests.bench_interchange import lines

PASSWORD = "seven grey herons rowing"
START_LIMIT = 120.0
"""Seconds until a page process must answer."""


@dataclass(frozen=True)
class Project:
    """What was imported, and who works on it."""

    id: int
    documents: list[int]
    people: list[str]

    def query(self, number: int) -> str:
        """The address that the annotator of this number begins at, each at another document."""
        return urlencode({"project": self.id, "document": self.documents[number]})


def imported(url: str, folder: Path, people: int, count: int, *, suggested: bool) -> Project:
    """A project of so many documents, with suggestions or not, in an empty database."""
    source = folder / "documents.jsonl"
    with source.open("wb") as out:
        for line in lines(count, seed=0):
            out.write(line if suggested else _bare(line))
    with opened(url) as sessions:
        return _filled(sessions, source, [f"annotator {number:03d}" for number in range(people)])


def _filled(sessions: Sessions, source: Path, names: list[str]) -> Project:
    with writing(sessions) as session:
        project = projects.create(session, "Load")
        projects.ensure_labels(session, project.id, ("LOC", "ORG", "PER"))
    import_file(sessions, project.id, source, as_suggestions=True, split="train")
    for name in names:
        accounts.add(sessions, name, PASSWORD)
        members.assign(sessions, project.id, name, "annotator")
    with sessions() as session:
        ids = session.scalars(select(Document.id).where(Document.project_id == project.id)).all()
    return Project(project.id, random.Random(0).sample(ids, len(names)), names)


@contextmanager
def opened(url: str) -> Iterator[Sessions]:
    """The database with its newest tables."""
    engine = create_engine_from(url)
    upgrade(engine)
    yield session_factory(engine)
    engine.dispose()


def _bare(line: bytes) -> bytes:
    return json.dumps({"text": json.loads(line)["text"]}).encode() + b"\n"


@contextmanager
def serving(url: str, folder: Path, count: int, *, model: bool) -> Iterator[list[Page]]:
    """So many page processes, ready, ended at the end."""
    environment = {
        **os.environ,
        "SPANNEAL_DATA": str(folder / "data"),
        "SPANNEAL_DATABASE": url,
        "SPANNEAL_AUTH": "accounts",
        "OMP_NUM_THREADS": "1",
    }
    if not model:
        environment["SPANNEAL_MODEL"] = str(folder / "no-model")
    running: list[Page] = []
    try:
        for number in range(count):
            running.append(_start(environment, folder / f"page-{number}.log"))
            running[-1].wait()
        yield running
    finally:
        for page in running:
            page.process.kill()
            page.process.wait()


@dataclass(frozen=True)
class Page:
    """A page process."""

    port: int
    process: subprocess.Popen[bytes]
    log: Path

    def wait(self) -> None:
        """Until it answers. Raises `RuntimeError` with the end of its log if it does not."""
        deadline = time.monotonic() + START_LIMIT
        while time.monotonic() < deadline and self.process.poll() is None:
            try:
                if _get(self.port, "/_stcore/health") == b"ok":
                    return
            except OSError:
                time.sleep(0.1)
        raise RuntimeError(f"the page did not start:\n{self.log.read_text()[-4000:]}")


def _start(environment: Mapping[str, str], log: Path) -> Page:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    with log.open("wb") as out:
        process = subprocess.Popen(
            page_command("127.0.0.1", port),
            cwd=ROOT,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
        )
    return Page(port, process, log)


def _get(port: int, path: str) -> bytes:
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=5)) as connection:
        connection.request("GET", path)
        return connection.getresponse().read()


def sign_in(site: str, name: str) -> dict[str, str]:
    """The cookies that a browser has after the form was sent. Raises `PermissionError`."""
    form = urlencode({"name": name, "password": PASSWORD, "next": "/"})
    kind = {"Content-Type": "application/x-www-form-urlencoded", "Connection": "close"}
    with closing(http.client.HTTPConnection(urlsplit(site).netloc, timeout=120)) as connection:
        connection.request("POST", "/sign-in", form, kind)
        answer = connection.getresponse()
        answer.read()
    if answer.status != 303:
        raise PermissionError(f"{name} could not sign in: {answer.status} {answer.reason}")
    given = SimpleCookie("; ".join(answer.headers.get_all("Set-Cookie") or ()))
    return {key: morsel.value for key, morsel in given.items()}
