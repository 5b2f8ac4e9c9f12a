"""A model that says what it is told, and a project to say it about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy.orm import Session, sessionmaker

from app.services.annotation.annotation import Applied
from core.types import Entity, Prediction, SamplerSettings, Token
from storage.engine import writing
from storage.repository import documents, model_versions, projects

TEXT = "Anna met Bob in Rome."


@dataclass
class FakeModel:
    """Says what it is told to, and counts how often it is asked."""

    model_version_id: int = 1
    entities: tuple[Entity, ...] = (Entity(0, 4, "PER", 0.9), Entity(9, 12, "ORG", 0.5))
    uncovered: tuple[Token, ...] = ()
    broken: bool = False
    asked: list[str] = field(default_factory=list)

    def threshold(self, flat: bool = False) -> float:
        return 0.4 if flat else 0.5

    def predict(
        self,
        text: str,
        settings: SamplerSettings,
        fixed: Sequence[Entity] = (),
        suppressed: Sequence[Entity] = (),
    ) -> Prediction:
        self.asked.append(text)
        if self.broken:
            raise RuntimeError("out of memory")
        return Prediction(text, self.entities, self.uncovered)


def seed(sessions: sessionmaker[Session]) -> int:
    with writing(sessions) as session:
        project = projects.create(session, "P")
        projects.ensure_labels(session, project.id, ["PER", "ORG", "LOC"])
        model_versions.ensure_active(session, "one", ["PER", "ORG", "LOC"])
        model_versions.register(session, "two", ["PER", "ORG", "LOC"])
        document = documents.add(session, project.id, name="d", text=TEXT, split="train")
        documents.add(session, project.id, name="e", text="Another text.", split="train")
        assert document is not None
        return document.id


def shown(applied: Applied) -> list[tuple[str, str]]:
    return [(span.id, span.status) for span in applied.spans]
