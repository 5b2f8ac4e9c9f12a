"""What of a project is to be learnt and taken back: the difference between what people submitted
and what was learnt."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.services.suggestions import instant as suggestions
from app.services.suggestions.instant import Labels
from core.types import Entity
from storage.repository import annotation_sets, instant, lesson_sources, projects
from storage.repository.instant import Lesson

BATCH = 128
"""Documents that are learnt together; nothing is published in between."""
CHARACTERS = 100_000
"""Code points of all texts of a batch: less than a minute of one core."""
MEASURED = 200
"""Documents of a rebuild that the model is asked about first, the last ones: how right it was."""


@dataclass(frozen=True, slots=True)
class Difference:
    """What people submitted beside what was learnt: documents, each with its set."""

    learnt: Mapping[int, int]
    gone: Mapping[int, int]
    """Learnt, and not what is submitted now."""
    new: Mapping[int, int]
    """Submitted, and not learnt yet."""
    failed: Mapping[int, int]
    """Submitted, and cannot be learnt."""


@dataclass(frozen=True, slots=True)
class Todo:
    """The next documents: first those to be taken back."""

    anew: bool
    """Whether all that was learnt has to be forgotten first."""
    unlearn: tuple[Lesson, ...]
    learn: tuple[Lesson, ...]
    texts: Mapping[int, str]
    predicted: Mapping[int, tuple[Entity, ...]]
    """What the model alone said of documents, as far as it is known, by the ids of labels."""
    ask: bool
    """Whether to ask the model about the others."""
    labels: Labels
    flat: bool

    @property
    def empty(self) -> bool:
        return not (self.unlearn or self.learn or self.anew)


def difference(session: Session, project_id: int, version_id: int) -> Difference:
    """What differs between what is submitted and what was learnt."""
    submitted = instant.submitted(session, project_id)
    learnt = instant.learnt(session, project_id, version_id)
    cannot = instant.failed(session, project_id, version_id)
    failed = {document: set_id for document, set_id in submitted.items() if set_id in cannot}
    wanted = _without(submitted, failed)
    return Difference(learnt, _without(learnt, wanted), _without(wanted, learnt), failed)


def plan(session: Session, project_id: int, version_id: int, batch: int = BATCH) -> Todo | None:
    """The next batch; None where the project does not learn. Raises LookupError where there is no
    such project."""
    project = projects.get(session, project_id)
    if not project.instant:
        return None
    differing = difference(session, project_id, version_id)
    new, gone = dict(differing.new), list(differing.gone)
    anew = instant.retired(session, project_id, version_id) or len(gone) > max(
        BATCH, len(differing.learnt) // 2
    )
    if anew:
        new, gone = instant.submitted(session, project_id), []
    unlearn = instant.logged(session, project_id, version_id, gone[:batch]) if gone else []
    lengths = lesson_sources.lengths(session, list(new)[:batch])
    chosen = {} if unlearn else {document_id: new[document_id] for document_id in _fitting(lengths)}
    learn = lesson_sources.lessons_of_sets(session, chosen)
    labels = suggestions.labels_of(session, project_id)
    documents = [lesson.document_id for lesson in (*unlearn, *learn)]
    return Todo(
        anew,
        tuple(unlearn),
        tuple(learn),
        instant.texts(session, documents),
        predicted(session, [lesson.document_id for lesson in learn], version_id, labels),
        len(new) <= MEASURED,
        labels,
        not project.nested,
    )


def _without(sets: Mapping[int, int], others: Mapping[int, int]) -> dict[int, int]:
    return {
        document_id: set_id
        for document_id, set_id in sets.items()
        if others.get(document_id) != set_id
    }


def _fitting(lengths: Mapping[int, int]) -> list[int]:
    """The first documents that together are no longer than a batch may be; one at least."""
    chosen: list[int] = []
    total = 0
    for document_id, length in lengths.items():
        total += length
        if chosen and total > CHARACTERS:
            break
        chosen.append(document_id)
    return chosen


def predicted(
    session: Session, documents: Collection[int], version_id: int, labels: Labels
) -> dict[int, tuple[Entity, ...]]:
    """What the model alone said of documents that it has read to their end, by the ids of
    labels."""
    found = {}
    for document_id in documents:
        prediction = annotation_sets.latest_prediction(session, document_id)
        if prediction is None or prediction.provenance.get("unread"):
            continue
        if prediction.model_version_id == version_id:
            found[document_id] = labels.to_ids(suggestions.model_entities(prediction))
    return found
