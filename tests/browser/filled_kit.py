"""A database in which no page is empty: people, work, differences, versions, and the trash."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from app.services.annotation.annotation import AnnotationService
from app.services.interchange.importing import importing
from app.services.interchange.read_records import Incoming
from app.services.model_registry.registry import ModelRegistry
from app.services.operations import trash
from app.services.team import accounts, members
from app.settings import Settings
from core.inference.instant.outcomes import LabelOutcome
from storage.engine import Sessions, writing
from storage.records import DocumentFilter
from storage.repository import listing, model_versions
from tests.app.lessons_kit import learn, submitted
from tests.app.teamwork import team
from tests.browser.accounts_kit import GOOD, people_in

SAMPLE, TEAM = 1, 2
"""The numbers of the projects that are full: one of a single annotator, one of two."""
READ_BY_PEOPLE = 4
"""Of the sample's documents, those that are submitted."""
DELETED = "05-marathon-morning"
_FILE = (
    b'{"text": "Ada met Bo in Oslo.", "entities": [{"start": 0, "end": 3, "label": "PER"}],'
    b' "meta": {"source": "a letter", "tags": ["mail"]}}\n'
    b'{"text": "No offsets here.", "entities": [{"start": 0, "end": 400, "label": "PER"}]}\n'
)


def filled(data: Path) -> Sessions:
    """Fills a new database; the worker's own is left empty."""
    sessions = people_in(data)
    ModelRegistry(sessions).ensure_bundled(Settings.from_environment({}).model)
    accounts.add(sessions, "Chi", GOOD)
    members.assign(sessions, SAMPLE, "Chi", "reviewer")
    with sessions() as session:
        known = listing.ids(session, SAMPLE, DocumentFilter())[: READ_BY_PEOPLE + 1]
    _annotate(sessions, known[:READ_BY_PEOPLE])
    trash.delete(sessions, "document", known[-1], DELETED, "Anna")
    list(importing(sessions, SAMPLE, Incoming(_FILE, "letters.jsonl", person="Anna")))
    _differ(sessions)
    _retrain(sessions)
    return sessions


def _annotate(sessions: Sessions, ids: Sequence[int]) -> None:
    service = AnnotationService(sessions, None)
    for number, document_id in enumerate(ids):
        text = service.open(document_id, "Anna").text
        first = text.split()[0]
        start = text.index(first)
        span = {"start": start, "end": start + len(first), "label": "PER"}
        op = {"seq": 1, "op": "add", "id": f"a{number}", **span}
        assert service.apply(document_id, f"page{number}", [op], "Anna").error is None
        service.submit(document_id, "Anna")


def _differ(sessions: Sessions) -> None:
    people = team(sessions)
    members.assign(sessions, people.project_id, "Bo", "annotator")
    people.submit(0, "Anna", ("Anna Haag", "PER"), ("Oslo", "LOC"))
    people.submit(0, "Bo", ("Anna", "PER"), ("Oslo", "ORG"))
    people.submit(1, "Anna", ("Bank of China", "ORG"))


def _retrain(sessions: Sessions) -> None:
    """Three versions that were measured, and the lessons of a few documents."""
    with writing(sessions) as session:
        parent = model_versions.every(session)[0].id
        for train, f1 in ((10, 0.5), (20, 0.6)):
            shares = {"precision": f1, "recall": f1, "f1": f1, "gold": 12, "predicted": 12}
            per_label = {"PER": {**shares}}
            new = {**shares, "per_label": per_label}
            version = model_versions.register(
                session,
                f"retrained {train}",
                ["PER", "ORG", "LOC", "MISC"],
                parent_id=parent,
                metrics={"holdout": {"old": {**new, "f1": f1 - 0.1}, "new": new}},
                settings={"snapshot": {"project": "Sample", "train": train, "holdout": 3}},
            )
            parent = version.id
    right = {"PER": LabelOutcome(right=1)}
    for _ in range(3):
        learn(sessions, SAMPLE, 1, submitted(sessions, SAMPLE), right, right)
