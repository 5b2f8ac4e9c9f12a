"""A project that learns at once, on a small random model, without a thread."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from app.services.annotation.annotation import AnnotationService
from app.services.suggestions.instant import InstantModel
from app.services.suggestions.instant_lessons import InstantLearning
from app.services.suggestions.predictor import BackgroundPredictor, ModelPredictor
from core.types import Key, key_of
from storage.engine import Sessions, writing
from storage.enums import Split
from storage.models import AnnotationSet, InstantHead, InstantLesson, Project
from storage.repository import annotation_sets, documents, model_versions, projects
from tests.app.material import tiny_model

if TYPE_CHECKING:
    from core.inference.instant.scaling import Scaling
    from core.modeling.model import DiffusionNER

PERSON = "Ada"
TEXTS = (
    "Take 20 mg of ibuprofen daily.",
    "She was given 5 ml of codeine at night.",
    "No more than 20 mg of ibuprofen is safe.",
    "They stopped codeine after two weeks.",
)
MARKED = {"ibuprofen": "DRUG", "codeine": "DRUG", "20 mg": "DOSE", "5 ml": "DOSE"}


@dataclass
class Classroom:
    """A project with the labels DRUG and DOSE, and who learns from it."""

    sessions: Sessions
    project_id: int
    model: ModelPredictor
    learning: InstantLearning
    numbers: Iterator[int] = field(default_factory=lambda: count(1))

    @property
    def reader(self) -> BackgroundPredictor:
        return self.model.in_background()

    @property
    def service(self) -> AnnotationService:
        return AnnotationService(self.sessions, self.model)

    def add(self, text: str, split: Split = "train") -> int:
        with writing(self.sessions) as session:
            added = documents.add(session, self.project_id, name="d", text=text, split=split)
            assert added is not None
            return added.id

    def submit(self, document_id: int) -> None:
        """Marks what is in MARKED, rejects all else that is suggested, and submits."""
        view = self.service.open(document_id, PERSON)
        wanted: set[Key] = {
            (view.text.index(words), view.text.index(words) + len(words), label)
            for words, label in MARKED.items()
            if words in view.text
        }
        present = {key_of(span): span.id for span in view.spans}
        ops: list[dict[str, Any]] = [
            {"op": "reject", "id": present[key]} for key in present.keys() - wanted
        ]
        for start, end, label in sorted(wanted - present.keys()):
            location = {"id": f"{start}-{end}", "start": start, "end": end}
            ops.append({"op": "add", "label": label, **location})
        ops += [{"op": "accept_all"}, {"op": "submit"}]
        numbered = [{"seq": next(self.numbers), **op} for op in ops]
        applied = self.service.apply(document_id, "page", numbered, PERSON)
        assert applied.error is None, applied.error
        assert applied.status == "submitted"

    def submit_all(self, *texts: str) -> list[int]:
        added = [self.add(text) for text in texts]
        for document_id in added:
            self.submit(document_id)
        return added

    def learn(self, learning: InstantLearning | None = None) -> int:
        """Everything there is to learn; returns in how many steps."""
        steps = 0
        while (learning or self.learning).step(self.project_id, self.reader) == "learnt":
            steps += 1
            assert steps < 50
        return steps

    def rest(self) -> None:
        self.learning.rest(self.project_id, self.model.model_version_id)

    def promote_another(self) -> ModelPredictor:
        """A new version of the same weights is active; returns the one before."""
        before = self.model
        with writing(self.sessions) as session:
            new = model_versions.register(session, str(before.path), ["PER"]).id
            model_versions.promote(session, new)
        self.model = type(before)(new, before.path)
        return before

    def head(self) -> InstantHead:
        with self.sessions() as session:
            key = (self.project_id, self.model.model_version_id)
            return session.get_one(InstantHead, key)

    def lessons(self) -> list[tuple[int, int]]:
        """Document and sign of each lesson in the log."""
        with self.sessions() as session:
            rows = session.query(InstantLesson).order_by(InstantLesson.id)
            return [(row.document_id, row.sign) for row in rows]

    def suggested(self, text: str) -> list[tuple[str, str, str]]:
        """Words, label and source of what a new document is suggested."""
        view = self.service.open(self.add(text), PERSON)
        return [(text[span.start : span.end], span.label, span.source) for span in view.spans]

    def prediction(self, document_id: int) -> AnnotationSet:
        with self.sessions() as session:
            result = annotation_sets.latest_prediction(session, document_id)
            assert result is not None
            return result

    def switch(self, on: bool) -> None:
        with writing(self.sessions) as session:
            session.get_one(Project, self.project_id).instant = on


class Learning(InstantLearning):
    """Measures models of the same weights once a process: each takes a third of a second."""

    measured: ClassVar[dict[bytes, Scaling]] = {}

    def scaling(self, model: InstantModel) -> Scaling:
        weights = model.with_pipeline(lambda pipeline: _digest(pipeline.model))
        if weights not in self.measured:
            self.measured[weights] = super().scaling(model)
        return self.measured[weights]


def _digest(model: DiffusionNER) -> bytes:
    digest = sha256()
    for weights in model.state_dict().values():
        digest.update(weights.numpy().tobytes())
    return digest.digest()


def open_classroom(sessions: Sessions, folder: Path) -> Classroom:
    model = tiny_model(folder / "model", ["PER"])
    with writing(sessions) as session:
        project_id = projects.create(session, "Drugs").id
        projects.ensure_labels(session, project_id, ["DRUG", "DOSE"])
        version = model_versions.ensure_active(session, str(model), ["PER"]).id
    predictor = ModelPredictor(version, model)
    return Classroom(sessions, project_id, predictor, Learning(sessions))
