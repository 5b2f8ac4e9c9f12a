"""The whole play on two hosts: import, pre-annotate, annotate, kill a host in training, go on on
the other, promote, roll back."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import func, select

from app.services.annotation.annotation import AnnotationService
from app.services.interchange.importing import import_file
from app.services.model_registry import promotions
from app.services.model_registry.registry import ModelRegistry
from app.services.operations.startup import open_database
from app.services.retraining import bulk_preannotation
from app.services.retraining.job_log import TrainingProgress
from app.services.retraining.jobs import Jobs
from app.services.retraining.training_data import RetrainingSettings
from app.services.retraining.worker_heartbeat import workers
from app.settings import Settings
from storage.engine import Sessions
from storage.enums import Split
from storage.models import AnnotationSet, Document, PreannotationBatch
from storage.repository import annotation_sets
from tests.app.hosts import Host
from tests.app.material import NEWS, environment_in, new_project, tiny_model
from tests.waiting import until

MANY, HELD_OUT, ANNOTATED = 40, 4, 8
EPOCHS = 12
pytestmark = pytest.mark.postgresql


@dataclass
class Team:
    """What the page of a team sees, and the hosts that its workers are on."""

    settings: Settings
    sessions: Sessions
    jobs: Jobs
    project: int
    hosts: tuple[Host, Host]

    def bring_in(self, count: int, split: Split) -> None:
        lines = "".join(
            json.dumps({"text": f"{NEWS[number % 3][0]} ({split} {number})"}) + "\n"
            for number in range(count)
        )
        report = import_file(
            self.sessions, self.project, lines.encode(), name=f"{split}.jsonl", split=split
        )
        assert (report.added, report.done) == (count, True)

    def pre_annotate(self) -> int:
        """Begins a pass; returns its model version."""
        return bulk_preannotation.start(
            self.sessions, self.project, "Ada", batch=2
        ).model_version_id

    @contextmanager
    def all_batches_but_one(self) -> Iterator[None]:
        """Taken, as by a worker that is at them for long."""
        first = select(func.min(PreannotationBatch.id)).scalar_subquery()
        query = select(PreannotationBatch).where(PreannotationBatch.id > first)
        with self.sessions() as holding:
            holding.scalars(query.with_for_update()).all()
            yield

    @property
    def present(self) -> bulk_preannotation.Pass:
        result = bulk_preannotation.latest(self.sessions, self.project)
        assert result is not None
        return result

    def predicted(self, version: int) -> list[int]:
        """How often the version predicted each document, of those that it did."""
        query = select(func.count()).where(AnnotationSet.model_version_id == version)
        with self.sessions() as session:
            return list(session.scalars(query.group_by(AnnotationSet.document_id)))

    def documents(self, split: str) -> list[int]:
        query = select(Document.id).where(Document.split == split).order_by(Document.id)
        with self.sessions() as session:
            return list(session.scalars(query))

    def annotate(self, document: int) -> None:
        """Rejects what was suggested, marks what is there, and submits."""
        service = AnnotationService(self.sessions)
        text = service.open(document, "Ada").text
        marked = next(marked for news, marked in NEWS if text.startswith(news))
        locations = [(text.index(part), text.index(part) + len(part), of) for part, of in marked]
        operations: list[dict[str, object]] = [
            {"op": "reject_all"},
            *(
                {"op": "add", "id": f"u{start}", "start": start, "end": end, "label": label}
                for start, end, label in locations
            ),
            {"op": "submit"},
        ]
        numbered = [{"seq": seq, **operation} for seq, operation in enumerate(operations, 1)]
        applied = service.apply(document, f"page-{document}", numbered, "Ada")
        assert (applied.error, applied.status) == (None, "submitted")

    def submitted(self) -> list[tuple[int, object]]:
        with self.sessions() as session:
            result = [
                (document, annotation_sets.submitted_of(session, document))
                for document in self.documents("train") + self.documents("holdout")
            ]
            return [(item, annotation_sets.spans_of(spans)) for item, spans in result if spans]

    def trains(self, job: str) -> tuple[Host, Host]:
        """The host that carries a job out, and the other."""
        (status,) = self.jobs._client.list_workflows(workflow_ids=[job])
        single, other = self.hosts
        return (single, other) if single.owns(str(status.executor_id)) else (other, single)


@pytest.fixture
def team(tmp_path: Path, database_url: str) -> Iterator[Team]:
    shared = environment_in(tmp_path)
    shared |= {"SPANNEAL_DATABASE": database_url, "SPANNEAL_JOBS": database_url}
    settings = Settings.from_environment(shared)
    sessions = open_database(settings)
    ModelRegistry(sessions).ensure_bundled(tiny_model(settings.model))
    hosts = Host(tmp_path / "host-1", shared), Host(tmp_path / "host-2", shared)
    jobs = Jobs(settings, sessions)
    yield Team(settings, sessions, jobs, new_project(sessions, filled=False), hosts)
    for host in hosts:
        host.kill()
    jobs.close()
    sessions.kw["bind"].dispose()


def test_a_team_goes_from_texts_to_a_better_model_while_a_host_dies(team: Team) -> None:
    team.bring_in(MANY, "train")
    team.bring_in(HELD_OUT, "holdout")
    _both_pre_annotate(team)
    for document in team.documents("train")[:ANNOTATED] + team.documents("holdout"):
        team.annotate(document)
    decided = team.submitted()
    assert len(decided) == ANNOTATED + HELD_OUT

    old = ModelRegistry(team.sessions).active()
    new = _retrained_though_a_host_died(team)
    assert old is not None
    assert ModelRegistry(team.sessions).active() == old, "a person decides, not the job"

    ModelRegistry(team.sessions).promote(new, "better")
    assert team.pre_annotate() == new
    until(lambda: team.present.state == "done")
    assert team.predicted(new) == [1] * (MANY - ANNOTATED)

    assert promotions.roll_back(team.sessions, "not better").id == old.id
    moves = [(move.before, move.after, move.back) for move in promotions.log(team.sessions)]
    assert moves == [(new, old.id, True), (old.id, new, False)]
    assert team.submitted() == decided, "what people decided is nobody's to change"


def _both_pre_annotate(team: Team) -> None:
    """The first host finds one batch free and then stands still until the second has done another,
    so that both have a part."""
    version = team.pre_annotate()
    single, other = team.hosts
    with team.all_batches_but_one():
        single.start()
        until(lambda: team.present.tally.looked_at > 0)
        single.freeze()
    other.start()
    until(lambda: team.present.tally.workers == 2)
    single.thaw()
    until(lambda: team.present.state == "done")
    assert (team.present.tally.looked_at, team.present.tally.failed) == (MANY, 0)
    assert team.predicted(version) == [1] * MANY


def _retrained_though_a_host_died(team: Team) -> int:
    """Whichever host trains dies frozen, so that it cannot be done first; returns the version."""
    assert workers(team.settings) == 2
    job = team.jobs.start(team.project, RetrainingSettings(epochs=EPOCHS))
    until(lambda: team.jobs.get(job).state == "running")
    dying, heir = team.trains(job)
    until(lambda: _scored_and_saved(team.jobs.progress(job)))
    dying.freeze()
    stood = team.jobs.progress(job)
    assert team.jobs.get(job).step == "train"
    dying.kill()

    until(lambda: not team.jobs.get(job).active)

    ended = team.jobs.get(job)
    assert (ended.state, ended.reason) == ("done", None)
    assert team.trains(job) == (heir, dying)
    progress = team.jobs.progress(job)
    assert progress.step > stood.step
    assert progress.resumed_at is not None
    assert progress.resumed_at >= stood.evaluations[0].step, "it went on from the checkpoint"
    assert progress.evaluations[0] == stood.evaluations[0]
    assert ended.version_id is not None
    return ended.version_id


def _scored_and_saved(progress: TrainingProgress) -> bool:
    """Whether a training is beyond its first evaluation, and so beyond the checkpoint of it."""
    return bool(progress.evaluations) and progress.step > progress.evaluations[0].step
