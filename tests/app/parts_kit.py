"""A long document, a model that knows a name in it, and a person who reads it part by part."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from app.services.annotation.annotation import AnnotationService
from app.services.annotation.document_view import DocumentView
from app.services.suggestions import by_parts
from core.types import Entity, Prediction, SamplerSettings, Token
from storage.engine import Sessions
from storage.models import AnnotationSet
from storage.repository import annotation_sets
from tests.long_text import long_text

TEXT = long_text(2500, seed=5)
OLENA = [match.start() for match in re.finditer("Olena Kovalenko", TEXT)]


@dataclass
class Finder:
    """Finds a name wherever it stands, and nearly finds a place."""

    model_version_id: int = 1
    breaks_on: int | None = None
    """At which reading it fails."""
    read: list[str] = field(default_factory=list)

    def threshold(self, flat: bool = False) -> float:
        return 0.5

    def predict(
        self,
        text: str,
        settings: SamplerSettings,
        fixed: Sequence[Entity] = (),
        suppressed: Sequence[Entity] = (),
    ) -> Prediction:
        self.read.append(text)
        if len(self.read) == self.breaks_on:
            raise RuntimeError("out of memory")
        named = [("Olena Kovalenko", "PER", 0.9), ("Vienna", "LOC", 0.4)]
        candidates = [
            Entity(match.start(), match.end(), label, score)
            for name, label, score in named
            for match in re.finditer(name, text)
        ]
        return Prediction(text, tuple(candidates), (Token(0, 1),))


@dataclass
class Workspace:
    sessions: Sessions
    project_id: int
    document_id: int
    model: Finder = field(default_factory=Finder)

    @property
    def service(self) -> AnnotationService:
        return AnnotationService(self.sessions, self.model)

    def open(self) -> DocumentView:
        return self.service.open(self.document_id, "Ada")

    def read(self, visible_start: int | None = None) -> bool:
        return by_parts.read_next(
            self.sessions, lambda version_id: self.model, self.document_id, visible_start
        )

    def read_all(self) -> int:
        parts = 0
        while self.read():
            parts += 1
            assert parts < 100
        return parts

    def apply(self, *ops: dict[str, Any]) -> str | None:
        return self.service.apply(self.document_id, "page", list(ops), "Ada").error

    def prediction(self) -> AnnotationSet:
        with self.sessions() as session:
            candidates = annotation_sets.latest_prediction(session, self.document_id)
            assert candidates is not None
            return candidates
