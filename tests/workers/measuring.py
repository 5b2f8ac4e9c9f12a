"""One pass of a model over a project on PostgreSQL, by so many workers."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from app.services.model_registry.registry import ModelRegistry
from app.services.operations.startup import open_database
from app.services.retraining import bulk_preannotation
from app.services.retraining.bulk_preannotation import Pass
from app.settings import Settings
from storage.engine import Sessions, writing
from storage.repository import documents, projects
from tests.app.hosts import Host
from tests.load.machine import Meter
from tests.waiting import until

BATCH = 4
"""Documents: few, so that little is counted wrongly at the beginning and the end."""


@dataclass(frozen=True)
class Rate:
    """What was done after every worker had finished a batch, and so loaded the model."""

    workers: int
    documents: int
    sentences: int
    seconds: float
    cores: float
    """That the workers were given, of those that other programs left."""

    @property
    def a_core(self) -> float:
        """Sentences a second of a core's own time."""
        return self.sentences / self.seconds / self.cores

    def as_text(self) -> str:
        item, all_ = self.documents / self.seconds, self.sentences / self.seconds
        return f"{self.workers:7} {item:12.2f} {all_:12.1f} {self.cores:6.2f} {self.a_core:17.1f}"


HEAD = (
    f"{'workers':>7} {'documents/s':>12} {'sentences/s':>12} {'cores':>6} {'sentences/core-s':>17}"
)


def measure(
    folder: Path, url: str, model: Path, texts: Sequence[str], within: Sequence[Sequence[str]]
) -> Rate:
    """A worker for each of `within`, which is a command that it is started by; the texts have a
    sentence a line. Raises `ValueError` for too few texts."""
    least = 4 * BATCH * len(within)
    if len(texts) < least:
        raise ValueError(f"{len(within)} workers need at least {least} documents, got {len(texts)}")
    given = {"SPANNEAL_DATA": str(folder / "data"), "SPANNEAL_MODEL": str(model)}
    given |= {"SPANNEAL_DATABASE": url, "SPANNEAL_JOBS": url}
    settings = Settings.from_environment(given)
    sessions = open_database(settings)
    ModelRegistry(sessions).ensure_bundled(settings.model)
    project = _project(sessions, texts)
    bulk_preannotation.start(sessions, project, "bench", BATCH)
    hosts = [Host(folder / f"host-{number}", given, way) for number, way in enumerate(within)]
    try:
        for host in hosts:
            host.start()
        return _observe(sessions, project, hosts, texts)
    finally:
        for host in hosts:
            host.kill()
        sessions.kw["bind"].dispose()


def _observe(sessions: Sessions, project: int, hosts: Sequence[Host], texts: Sequence[str]) -> Rate:
    """From when all are at work until the first of them could find nothing more."""

    def now() -> Pass:
        result = bulk_preannotation.latest(sessions, project)
        assert result is not None
        assert result.state != "paused", result.reason
        return result

    until(lambda: now().tally.workers == len(hosts), patience=600)
    meter, began, stood = Meter([host.workers[-1].pid for host in hosts]), time.monotonic(), now()
    until(lambda: now().tally.looked_at >= len(texts) - BATCH * len(hosts), patience=3600)
    seconds, cost, done = time.monotonic() - began, meter.cost(), now()
    assert done.tally.failed == 0, done.tally.error
    some = done.tally.looked_at - stood.tally.looked_at
    a_document = len(texts[0].splitlines())
    return Rate(len(hosts), some, some * a_document, seconds, cost.cores)


def _project(sessions: Sessions, texts: Sequence[str]) -> int:
    with writing(sessions) as session:
        project = projects.create(session, "Many")
        for number, text in enumerate(texts):
            documents.add(session, project.id, name=str(number), text=text, split="train")
        return project.id
