"""What the Review page suggests is taken as an ordinary correction, and can be undone."""

from __future__ import annotations

import pytest

from app.editing import EditError
from app.services.annotation.annotation import AnnotationService
from app.services.suggestions.label_review import Suspect
from app.services.suggestions.take_suggestion import apply_suggestion, take_back
from core.types import Entity
from storage.engine import Sessions, writing
from storage.repository import annotation_sets, projects, statistics
from tests.app.material import new_project, submit

TEXT = "Anna Haag met Bo in Oslo."
ANNA = Entity(0, 9, "PER")


@pytest.fixture
def project_id(sessions: Sessions) -> int:
    project_id = new_project(sessions, filled=False)
    submit(sessions, project_id, TEXT, [("Anna Haag", "PER"), ("Oslo", "LOC")])
    return project_id


def suspect_of(
    sessions: Sessions, project_id: int, entity: Entity | None, instead: Entity | None
) -> Suspect:
    with sessions() as session:
        (submission,) = statistics.submissions(session, project_id)
    return Suspect(
        submission.document_id,
        submission.name,
        submission.set_id,
        TEXT,
        0,
        False,
        entity,
        instead,
        0.9,
    )


def accepted(sessions: Sessions, document_id: int) -> set[Entity]:
    with sessions() as session:
        answer = annotation_sets.submitted_of(session, document_id)
        assert answer is not None
        return {
            Entity(span.start, span.end, span.label)
            for span in annotation_sets.spans_of(answer)
            if span.status == "accepted"
        }


@pytest.mark.parametrize(
    ("entity", "instead"),
    [
        (ANNA, Entity(0, 4, "PER")),
        (ANNA, Entity(0, 9, "ORG")),
        (ANNA, Entity(0, 4, "ORG")),
        (ANNA, None),
        (None, Entity(14, 16, "PER")),
    ],
    ids=["moved", "renamed", "both", "dropped", "missing"],
)
def test_every_kind_of_suggestion_is_taken_and_taken_back(
    sessions: Sessions, project_id: int, entity: Entity | None, instead: Entity | None
) -> None:
    suspect = suspect_of(sessions, project_id, entity, instead)
    before = accepted(sessions, suspect.document_id)
    taken = apply_suggestion(sessions, suspect, "Ada")
    assert accepted(sessions, suspect.document_id) == (before - {entity}) | (
        {instead} if instead else set()
    )
    assert taken.set_id != suspect.set_id
    again = take_back(sessions, taken, "Ada")
    assert accepted(sessions, suspect.document_id) == before
    assert again.set_id not in (suspect.set_id, taken.set_id)
    assert AnnotationService(sessions).standing(suspect.document_id, "Ada").status == "submitted"


def test_every_step_is_in_the_history(sessions: Sessions, project_id: int) -> None:
    suspect = suspect_of(sessions, project_id, ANNA, Entity(0, 9, "ORG"))
    apply_suggestion(sessions, suspect, "Ada")
    steps = AnnotationService(sessions).history(suspect.document_id, "Ada", 1).steps
    assert len(steps) == 4  # submitted as imported, reopened, relabelled, submitted
    assert [step.person for step in steps[:3]] == ["Ada"] * 3


def test_what_changed_since_it_was_checked_is_refused_and_stays(
    sessions: Sessions, project_id: int
) -> None:
    first = suspect_of(sessions, project_id, ANNA, None)
    second = suspect_of(sessions, project_id, ANNA, Entity(0, 4, "PER"))
    taken = apply_suggestion(sessions, first, "Ada")
    with pytest.raises(EditError, match="has changed since it was checked"):
        apply_suggestion(sessions, second, "Ada")
    AnnotationService(sessions).reopen(first.document_id, "Ada")
    with pytest.raises(EditError, match="has changed since it was checked"):
        take_back(sessions, taken, "Ada")
    assert AnnotationService(sessions).standing(first.document_id, "Ada").status == "in_progress"


def test_a_refused_suggestion_leaves_the_document_submitted_as_it_was(
    sessions: Sessions, project_id: int
) -> None:
    suspect = suspect_of(sessions, project_id, ANNA, Entity(0, 9, "VESSEL"))
    before = accepted(sessions, suspect.document_id)
    with pytest.raises(EditError, match="VESSEL"):
        apply_suggestion(sessions, suspect, "Ada")
    assert accepted(sessions, suspect.document_id) == before
    assert suspect_of(sessions, project_id, ANNA, None).set_id == suspect.set_id


def test_where_several_people_annotate_nobody_corrects_for_all(
    sessions: Sessions, project_id: int
) -> None:
    suspect = suspect_of(sessions, project_id, ANNA, None)
    with writing(sessions) as session:
        projects.get(session, project_id).annotators = 2
    with pytest.raises(EditError, match="Agreement page"):
        apply_suggestion(sessions, suspect, "Ada")
