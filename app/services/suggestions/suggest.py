"""What a model says of a document: suggestions, and hints of what it was not sure enough of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Protocol

from sqlalchemy.orm import Session

from app.services.annotation import drafts
from app.services.operations import metrics
from app.services.suggestions import instant
from app.services.suggestions.instant import InstantModel, Learnt, Merged
from app.services.team.permissions import require
from core.types import Entity, Prediction, SamplerSettings, Token, key_of
from storage.engine import Sessions
from storage.models import AnnotationSet, Document, Project
from storage.records import SpanRecord
from storage.repository import annotation_sets, label_names, projects, shown_projects
from storage.repository.annotation_sets import NewestPrediction, newest_prediction
from storage.repository.shown_projects import ShownProject

RADAR = 0.12
"""How far below φ a hint may lie, in the probability that it is right. The scores before they were
calibrated had 0.2: on the bundled model's scale that is 0.14 nested and 0.11 flat, where 0.2 would
reach down to what is wrong in five of six cases."""


class Predictor(Protocol):
    """A model that can annotate, and the model version that it is."""

    @property
    def model_version_id(self) -> int: ...

    def threshold(self, flat: bool = False) -> float:
        """φ of nested or of flat decoding, as tuned with the model."""
        ...

    def predict(
        self,
        text: str,
        settings: SamplerSettings,
        fixed: Sequence[Entity] = (),
        suppressed: Sequence[Entity] = (),
    ) -> Prediction: ...


@dataclass(frozen=True, slots=True)
class Hint:
    """An entity that the model nearly suggests."""

    start: int
    end: int
    label: str
    score: float


@dataclass(frozen=True, slots=True)
class Custom:
    """How a project has its suggestions; without a project by the model's own names."""

    names: Mapping[str, str] = field(default_factory=dict)
    """What labels that were renamed or merged are called now."""
    flat: bool = False
    """Whether none may overlap another."""


@dataclass(frozen=True, slots=True)
class Part:
    """Whole sentences of a long document that are read in one go, in code points."""

    start: int
    end: int
    sentences: int


@dataclass(frozen=True, slots=True)
class Answer:
    """What a model version says of a text."""

    model_version_id: int
    settings: SamplerSettings
    entities: tuple[Entity, ...]
    hints: tuple[Entity, ...]
    uncovered: tuple[Token, ...]
    merged: Merged | None = None
    """The entities with what the project's documents taught; None where they taught nothing."""
    unread: tuple[Part, ...] = ()
    """What it has not read yet, see `app.services.suggestions.by_parts`."""


def ask(
    predictor: Predictor,
    text: str,
    settings: SamplerSettings,
    fixed: Sequence[Entity] = (),
    suppressed: Sequence[Entity] = (),
) -> Answer:
    """One reading for both: what lies below φ never displaces what reaches it."""
    tuned = predictor.threshold(settings.flat) if settings.threshold is None else settings.threshold
    wider = replace(settings, threshold=max(0.0, tuned - RADAR))
    with metrics.PREDICTING.time():
        found = predictor.predict(text, wider, fixed, suppressed)
    sure = tuple(entity for entity in found.entities if (entity.score or 0.0) >= tuned)
    hints = tuple(entity for entity in found.entities if (entity.score or 0.0) < tuned)
    return Answer(predictor.model_version_id, settings, sure, hints, found.uncovered)


@dataclass(frozen=True, slots=True)
class Request:
    """What a document's suggestions are made of."""

    text: str
    settings: SamplerSettings
    learnt: Learnt | None
    by_model: Answer | None
    """What the model said of the document before; None where it has to be asked."""


def request_of(
    session: Session,
    document: Document,
    predictor: Predictor,
    settings: SamplerSettings = SamplerSettings(),
    project: ShownProject | None = None,
    newest: NewestPrediction | None = None,
) -> Request:
    """What `answer` needs of a document. `project` and `newest` are its project and its prediction,
    where they were read already."""
    project = project or shown_projects.shown(session, document.project_id)
    settings = settings_of(project, settings)
    version_id = predictor.model_version_id
    latest = (newest or newest_prediction(session, document.id))()
    by_model = None
    if latest is not None and latest.model_version_id == version_id:
        by_model = _earlier_answer(latest, settings)
    learnt = instant.learnt(session, document.project_id, version_id, project)
    return Request(document.text, settings, learnt, by_model)


def answer(predictor: Predictor, request: Request) -> Answer:
    """The suggestions of the model and of what the project's documents taught."""
    by_model = request.by_model or ask(predictor, request.text, request.settings)
    return with_learnt(predictor, by_model, request.text, request.learnt)


def _earlier_answer(prediction: AnnotationSet, settings: SamplerSettings) -> Answer | None:
    """A stored prediction of the model alone, where it was made with these settings."""
    made, version_id = prediction.provenance, prediction.model_version_id
    if version_id is None or made.get("sampler") != asdict(settings) or "hints" not in made:
        return None
    return Answer(
        version_id,
        settings,
        instant.model_entities(prediction),
        tuple(Entity(start, end, label, score) for start, end, label, score in made["hints"]),
        tuple(Token(start, end) for start, end in made.get("uncovered", ())),
    )


def with_learnt(predictor: Predictor, answer: Answer, text: str, learnt: Learnt | None) -> Answer:
    """The answer with what the project's documents taught (`app.services.suggestions.instant`)."""
    if learnt is None or not isinstance(predictor, InstantModel):
        return answer
    merged = instant.merge(predictor, learnt, text, answer.entities)
    return replace(answer, entities=merged.entities, merged=merged)


def settings_of(
    project: Project | ShownProject, settings: SamplerSettings = SamplerSettings()
) -> SamplerSettings:
    """`settings` for a project's suggestions, which lie within one another or do not."""
    return replace(settings, flat=not project.nested)


def wants(
    session: Session,
    document: Document,
    predictor: Predictor | None,
    refresh: bool = True,
    learning: bool = False,
    newest: NewestPrediction | None = None,
    project: ShownProject | None = None,
) -> bool:
    """Whether the document waits for this model's suggestions: nobody has worked on it, and it is
    not held out. What is held out is annotated unaided, so that no model is judged by a person
    who has seen its answers. Suggestions are made again once more was learnt, but to a page that
    shows them (`refresh` is False then). `learning`: something is being learnt just now. `newest`
    and `project`: the document's prediction and its project, where they are needed again."""
    if predictor is None or document.status != "new" or document.split == "holdout":
        return False
    latest = (newest or newest_prediction(session, document.id))()
    if latest is None:
        return True
    if latest.model_version_id is None:
        return False  # imported suggestions are what the person asked to see
    if latest.model_version_id != predictor.model_version_id:
        return True
    if latest.provenance.get("unread"):
        return False  # the rest is read in parts
    project = project or shown_projects.shown(session, document.project_id)
    if learning and project.instant:
        return True
    return refresh and instant.is_older(session, latest, project)


def spans_of(answer: Answer, names: Mapping[str, str], run: str = "") -> tuple[SpanRecord, ...]:
    """The answer's suggestions by today's `names` of their labels. Their keys name the model
    version, and the `run` where there are several, see `drafts.suggestions`."""
    if answer.merged is not None:
        return instant.suggestions(answer.merged, answer.model_version_id, names, run)
    return drafts.suggestions(drafts.renamed(answer.entities, names), answer.model_version_id, run)


def keep(
    session: Session,
    document: Document,
    answer: Answer,
    names: Mapping[str, str] | None = None,
) -> AnnotationSet:
    """Keeps the answer, by today's `names` of what the model calls by earlier ones."""
    if names is None:
        names = label_names.current(session, document.project_id)
    return annotation_sets.add_prediction(
        session,
        document.id,
        spans_of(answer, names),
        model_version_id=answer.model_version_id,
        provenance=provenance_of(answer, names),
    )


def provenance_of(answer: Answer, names: Mapping[str, str]) -> dict[str, Any]:
    """How the answer was made, and what it holds beside its entities."""
    unread = [[part.start, part.end, part.sentences] for part in answer.unread]
    sentences = sum(part.sentences for part in answer.unread)
    return {
        **({"instant": instant.provenance(answer.merged)} if answer.merged else {}),
        **({"unread": unread, "sentences": sentences} if unread else {}),
        "sampler": asdict(answer.settings),
        "uncovered": [[stretch.start, stretch.end] for stretch in answer.uncovered],
        "hints": [
            [hint.start, hint.end, hint.label, hint.score]
            for hint in drafts.best_once(drafts.renamed(answer.hints, names))
        ],
    }


def hints_of(machine: AnnotationSet | None, names: Mapping[str, str]) -> tuple[Hint, ...]:
    """The hints that a model's answer was kept with, by today's `names` of their labels, but for
    what is suggested after all."""
    if machine is None:
        return ()
    suggested = {key_of(span) for span in machine.entities}
    hints = (
        Hint(start, end, names.get(label, label), score)
        for start, end, label, score in machine.provenance.get("hints", ())
    )
    return tuple(hint for hint in hints if key_of(hint) not in suggested)


def custom_of(sessions: Sessions, project_id: int) -> Custom:
    """The project's label names and its choice of flat or nested suggestions.

    Raises `LookupError` where there is no such project.
    """
    with sessions() as session:
        project = projects.get(session, project_id)
        require(session, project_id, "annotate")
        return Custom(label_names.current(session, project_id), not project.nested)


def learnt_of(sessions: Sessions, project_id: int, version_id: int) -> Learnt | None:
    """What a project's submitted documents taught on top of a model version; None: nothing."""
    with sessions() as session:
        require(session, project_id, "annotate")
        return instant.learnt(session, project_id, version_id)
