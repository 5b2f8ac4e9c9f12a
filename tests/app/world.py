"""A project with people in it, as the tests of permissions ask it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from app.services.annotation.annotation import AnnotationService
from app.services.interchange.read_records import Incoming
from app.services.retraining.jobs import Jobs
from app.services.retraining.training_data import RetrainingSettings
from app.services.team.permissions import Acting, for_person
from storage.engine import Sessions
from storage.records import Submission
from tests.app.pages_kit import PretendedModel


@dataclass
class World:
    """A project with documents and members, seen by one person's sessions."""

    sessions: Sessions
    people: dict[str, Acting]
    project: int
    document: int
    label: int
    folder: Path
    who: str = "administrator"

    def on(self, who: str) -> World:
        personal = for_person(self.sessions, self.people[who])
        return World(
            personal, self.people, self.project, self.document, self.label, self.folder, who
        )

    @property
    def name(self) -> str:
        return self.people[self.who].name

    @property
    def annotation(self) -> AnnotationService:
        return AnnotationService(self.sessions, PretendedModel(names=()))

    @property
    def jobs(self) -> Jobs:
        """One queued job, without DBOS behind it."""
        job = SimpleNamespace(
            workflow_id="job",
            input={"args": [self.project, RetrainingSettings().to_json()]},
            status="ENQUEUED",
            output=None,
            created_at=0,
            completed_at=None,
        )
        jobs = object.__new__(Jobs)
        jobs._client = SimpleNamespace(  # type: ignore[assignment]
            list_workflows=lambda **_: [job], cancel_workflow=lambda _: None
        )
        jobs._settings = SimpleNamespace(data=Path("nowhere"))  # type: ignore[assignment]
        return jobs.on(self.sessions)

    @property
    def incoming(self) -> Incoming:
        return Incoming(b"A text of its own.", "text.txt", "text", self.name)

    @property
    def submission(self) -> Submission:
        """As a page could make it up."""
        given: dict[str, Any] = dict.fromkeys(Submission.__dataclass_fields__)
        return Submission(**{**given, "document_id": self.document})
