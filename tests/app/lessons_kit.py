"""Documents that were submitted and learnt, with how right their suggestions were."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from core.inference.instant.outcomes import LabelOutcome, LessonOutcomes
from storage.engine import Sessions, writing
from storage.repository import annotation_sets, documents, instant
from storage.repository.instant import Lesson

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
Outcomes = Mapping[str, LabelOutcome]
"""By the names of labels."""


def submitted(sessions: Sessions, project_id: int, at: datetime = NOON) -> int:
    """A submitted document without entities."""
    with writing(sessions) as session:
        number = sum(documents.counts_by_status(session, project_id).values())
        document = documents.add(
            session,
            project_id,
            name="d",
            text=f"Text {number}.",
            split="train",
            status="submitted",
        )
        assert document is not None
        annotation_sets.add_person_set(
            session, document.id, [], person="Ada", state="submitted", submitted_at=at
        )
        return document.id


def learn(
    sessions: Sessions,
    project_id: int,
    version_id: int,
    document_id: int,
    suggested: Outcomes,
    model: Outcomes | None,
) -> None:
    """The document's lesson, as the learner logs it."""
    with writing(sessions) as session:
        ids = instant.label_ids(session, project_id)

        def by_id(outcomes: Outcomes) -> Outcomes:
            return {str(ids[label]): outcome for label, outcome in outcomes.items()}

        outcomes = LessonOutcomes(by_id(suggested), None if model is None else by_id(model))
        lesson = Lesson(document_id, document_id, (), ())
        instant.log(session, project_id, version_id, [(1, lesson, outcomes.to_json())])


def take_back(sessions: Sessions, project_id: int, version_id: int, document_id: int) -> None:
    """Unlearn the document."""
    with writing(sessions) as session:
        lesson = Lesson(document_id, document_id, (), ())
        instant.log(session, project_id, version_id, [(-1, lesson, None)])
