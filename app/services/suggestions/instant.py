"""Suggestions learnt from a project's submitted documents, merged with the model's own.

`instant_lessons` learns; here it is put to use. Labels are ids to what was learnt, so that a
renamed label is the same label, and one in the trash is not suggested.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeVar, runtime_checkable
from zlib import crc32

from sqlalchemy.orm import Session

from app.services.annotation import drafts
from core.text.segmentation import stretches
from core.text.tokenization import tokens
from core.types import Confidence, Entity, Key, key_of
from storage.models import AnnotationSet
from storage.records import SpanRecord
from storage.repository import annotation_sets, instant, label_names, shown_projects
from storage.repository.instant import Published
from storage.repository.shown_projects import ShownProject

if TYPE_CHECKING:
    from core.inference.instant.suggester import InstantSuggester
    from core.inference.pipeline import Pipeline

PART = 300
"""Words that are looked at in one turn of the model."""
Result = TypeVar("Result")


@runtime_checkable
class InstantModel(Protocol):
    """A model version that can be learnt on top of."""

    @property
    def model_version_id(self) -> int: ...

    @property
    def path(self) -> Path: ...

    def with_pipeline(self, call: Callable[[Pipeline], Result]) -> Result: ...


@dataclass(frozen=True, slots=True)
class Labels:
    """The labels of a project, between the names of models and people and the ids of lessons."""

    ids: Mapping[str, int]
    """By today's name."""
    names: Mapping[str, str]
    """Today's names by earlier ones, see `storage.repository.label_names`."""

    def ids_of(self, labels: Iterable[str]) -> frozenset[str]:
        """The ids of those labels that the project has, by today's or an earlier name."""
        today = (self.names.get(label, label) for label in labels)
        return frozenset(str(self.ids[name]) for name in today if name in self.ids)

    def to_ids(self, entities: Sequence[Entity]) -> tuple[Entity, ...]:
        """The entities whose labels the project has, by their labels' ids."""
        return tuple(
            replace(entity, label=str(self.ids[name]))
            for entity in entities
            if (name := self.names.get(entity.label, entity.label)) in self.ids
        )


@dataclass(frozen=True, slots=True)
class Learnt:
    """What suggests beside a model, as a project has it now."""

    published: Published
    labels: Labels
    flat: bool


@dataclass(frozen=True, slots=True)
class Merged:
    """A model's suggestions and those that were learnt, in one."""

    entities: tuple[Entity, ...]
    instant: frozenset[Key]
    """Which of them were learnt."""
    by_model: tuple[Entity, ...]
    """What the model alone suggests."""
    lesson_id: int
    documents: int


def labels_of(session: Session, project_id: int) -> Labels:
    return Labels(instant.label_ids(session, project_id), label_names.current(session, project_id))


def learnt(
    session: Session, project_id: int, version_id: int, project: ShownProject | None = None
) -> Learnt | None:
    """What suggests in a project on top of a model version; None where nothing was learnt, or
    where the project does without. `project`, where it was read already."""
    project = project or shown_projects.shown(session, project_id)
    published = instant.published(session, project_id, version_id) if project.instant else None
    if published is None:
        return None
    labels = Labels({label.name: label.id for label in project.shown_labels}, project.names)
    return Learnt(published, labels, not project.nested)


def is_older(session: Session, prediction: AnnotationSet, project: ShownProject) -> bool:
    """Whether a model's prediction was made by another state of what is learnt than today's."""
    version_id = prediction.model_version_id
    if version_id is None:
        return False
    today = None
    if project.instant:
        today = instant.published_lesson(session, project.id, version_id)
    return bool(prediction.provenance.get("instant", {}).get("lesson") != today)


def merge(model: InstantModel, learnt: Learnt, text: str, by_model: Sequence[Entity]) -> Merged:
    """What the model and what was learnt suggest together; `by_model` is what
    the model suggests alone."""
    names = {str(label_id): name for name, label_id in learnt.labels.ids.items()}
    by_id = learnt.labels.to_ids(by_model)
    others = [entity for entity in by_model if not learnt.labels.to_ids([entity])]
    suggester = replace(_loaded(learnt.published.suggester), flat=learnt.flat)
    found: list[Entity] = []
    keys: set[Key] = set()
    for start, end in parts(text):
        inside = _moved([e for e in by_id if start <= e.start and e.end <= end], -start)
        part, new = _suggested(model, suggester, text[start:end], inside)
        found += _moved(part, start)
        keys |= {(left + start, right + start, label) for left, right, label in new}
    named = [replace(e, label=names[e.label]) for e in found if e.label in names]
    return Merged(
        tuple(sorted([*named, *others], key=key_of)),
        frozenset((start, end, names[label]) for start, end, label in keys if label in names),
        tuple(by_model),
        learnt.published.lesson_id,
        learnt.published.documents,
    )


def suggestions(
    merged: Merged, model_version_id: int, names: Mapping[str, str], run: str = ""
) -> tuple[SpanRecord, ...]:
    """The suggestions by today's names of their labels. A key says which version and what is
    suggested: a page that shows earlier suggestions can accept no other one by mistake."""
    learnt_keys = {(start, end, names.get(label, label)) for start, end, label in merged.instant}
    found = drafts.suggestions(drafts.renamed(merged.by_model, names), model_version_id, run)
    by_model = {key_of(span): span for span in found}
    return tuple(
        by_model[entity.key]
        if entity.key not in learnt_keys and entity.key in by_model
        else SpanRecord(
            entity.start,
            entity.end,
            entity.label,
            "suggested",
            entity.score,
            "instant",
            f"i{model_version_id}.{run}{entity.start}-{entity.end}.{crc32(entity.label.encode()):x}",
        )
        for entity in drafts.best_once(drafts.renamed(merged.entities, names))
    )


def provenance(merged: Merged) -> dict[str, Any]:
    """What a prediction's provenance says of it."""
    return {
        "lesson": merged.lesson_id,
        "documents": merged.documents,
        "model": plain(merged.by_model),
    }


def plain(entities: Sequence[Entity]) -> list[list[Any]]:
    """Entities as a provenance holds them; `model_entities` reads them again."""
    return [
        [
            entity.start,
            entity.end,
            entity.label,
            entity.score,
            asdict(entity.confidence) if entity.confidence else None,
        ]
        for entity in entities
    ]


def model_entities(prediction: AnnotationSet) -> tuple[Entity, ...]:
    """What the model alone suggested, of a prediction with its entities."""
    known = prediction.provenance.get("instant")
    if known is None:
        return tuple(
            Entity(
                span.start,
                span.end,
                span.label,
                span.score,
                _confidence(span.confidence),
            )
            for span in annotation_sets.spans_of(prediction)
            if span.source == "model"
        )
    return tuple(
        Entity(start, end, label, score, _confidence(confidence))
        for start, end, label, score, confidence in known["model"]
    )


def documents_of(prediction: AnnotationSet | None) -> int:
    """How many documents a prediction had been learnt from."""
    known = prediction.provenance.get("instant") if prediction else None
    return int(known["documents"]) if known else 0


def parts(text: str, words: int = PART) -> list[tuple[int, int]]:
    """Runs of whole sentences with so many words at least, in code points."""
    return [(run[0].start, run[-1].end) for run in stretches(text, tokens(text), words)]


def _suggested(
    model: InstantModel, suggester: InstantSuggester, text: str, by_model: Sequence[Entity]
) -> tuple[Sequence[Entity], frozenset[Key]]:
    from core.inference.instant.lessons import suggest

    found = model.with_pipeline(lambda pipeline: suggest(pipeline, suggester, text, by_model))
    return found.entities, found.instant


def _confidence(stored: Mapping[str, Any] | None) -> Confidence | None:
    return Confidence(**{**stored, "agreement": None}) if stored else None


def _moved(entities: Sequence[Entity], by: int) -> list[Entity]:
    return [replace(e, start=e.start + by, end=e.end + by) for e in entities]


@lru_cache(maxsize=8)
def _loaded(suggester: bytes) -> InstantSuggester:
    from core.inference.instant.saved import suggester_from_bytes

    return suggester_from_bytes(suggester)
