"""What of a project is to be learnt and taken back: the difference between what people submitted
and what was learnt."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.services.suggestions import instant as suggestions
from app.services.suggestions.instant import Labels
from core.types import Entity
from storage.repository import annotation_sets, instant, projects
from storage.repository.instant import Lesson

BATCH = 32
"""Documents that are learnt together; nothing is published in between."""
CHARACTERS = 6_000
"""Code points of all texts of a batch: a person waits for the model no longer than for these."""
MEASURED = 200
"""Documents of a rebuild that the model is asked about first, the last ones: how right it was."""
FailedSet = tuple[int, int]
"""A model version and a submitted set that it cannot learn."""


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


def plan(
    session: Session,
    project_id: int,
    version_id: int,
    failed: Collection[FailedSet] = (),
    batch: int = BATCH,
) -> Todo | None:
    """The next batch; None where the project does not learn. Raises LookupError where there is no
    such project."""
    project = projects.get(session, project_id)
    if not project.instant:
        return None
    wanted = {
        document_id: set_id
        for document_id, set_id in instant.submitted(session, project_id).items()
        if (version_id, set_id) not in failed
    }
    known = instant.learnt(session, project_id, version_id)
    gone = [
        document_id for document_id, set_id in known.items() if wanted.get(document_id) != set_id
    ]
    anew = instant.retired(session, project_id, version_id) or len(gone) > max(
        batch, len(known) // 2
    )
    if anew:
        known, gone = {}, []
    new = {
        document_id: set_id
        for document_id, set_id in wanted.items()
        if known.get(document_id) != set_id
    }
    unlearn = instant.logged(session, project_id, version_id, gone[:batch]) if gone else []
    lengths = instant.lengths(session, list(new)[:batch])
    chosen = {} if unlearn else {document_id: new[document_id] for document_id in _fitting(lengths)}
    learn = instant.lessons_of_sets(session, chosen)
    labels = suggestions.labels_of(session, project_id)
    documents = [lesson.document_id for lesson in (*unlearn, *learn)]
    return Todo(
        anew,
        tuple(unlearn),
        tuple(learn),
        instant.texts(session, documents),
        _predicted(session, [lesson.document_id for lesson in learn], version_id, labels),
        len(new) <= MEASURED,
        labels,
        not project.nested,
    )


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


def _predicted(
    session: Session, documents: Collection[int], version_id: int, labels: Labels
) -> dict[int, tuple[Entity, ...]]:
    found = {}
    for document_id in documents:
        prediction = annotation_sets.latest_prediction(session, document_id)
        if prediction is not None and prediction.model_version_id == version_id:
            found[document_id] = labels.to_ids(suggestions.model_entities(prediction))
    return found
