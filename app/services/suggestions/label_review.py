"""The finder of label errors over a project: which accepted spans a model would move, ranked.

Held-out documents are left out: who has seen a model's answer there is no judge of it any more.
"""

from __future__ import annotations

import copy
import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from app.services.suggestions.suggest import renamed
from app.services.team.permissions import require
from core.types import Entity
from storage.engine import Sessions
from storage.records import Submission
from storage.repository import annotation_sets, documents, label_names, model_versions, statistics

if TYPE_CHECKING:
    from core.inference.label_errors import EntityReview

REMEMBERED = 20_000
"""Checked sets that are kept in memory."""


class Reviewer(Protocol):
    """A model that can be asked about accepted entities."""

    @property
    def model_version_id(self) -> int: ...

    def review(self, text: str, entities: Sequence[Entity]) -> list[EntityReview]: ...


@dataclass(frozen=True, slots=True)
class Suspect:
    """An accepted entity that the model would have otherwise."""

    document_id: int
    name: str
    set_id: int
    context: str
    """The text around both answers."""
    offset: int
    """Where the context begins in the document."""
    cut: bool
    """Whether the document goes on behind it."""
    entity: Entity
    instead: Entity | None
    """What the model would say; None: no entity."""
    score: float
    """How much it doubts, 0 to 1."""


AROUND = 70
"""Code points of context to either side."""


class ReviewService:
    """What models say of submitted sets, kept in memory: a set never changes, nor a version."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions
        self._lock = threading.Lock()
        self._names: dict[int, int] = {}
        self._checked: OrderedDict[tuple[int, int], tuple[Suspect, ...]] = OrderedDict()

    def on(self, sessions: Sessions) -> ReviewService:
        """What models said, for other sessions."""
        same = copy.copy(self)
        same._sessions = sessions
        return same

    def submitted(self, project_id: int) -> list[Submission]:
        """What can be checked, the newest first."""
        with self._sessions() as session:
            require(session, project_id, "review")
            every = statistics.submissions(session, project_id)
            changes = label_names.changes(session, project_id)
        with self._lock:
            if self._names.get(project_id, changes) != changes:
                self._checked.clear()  # what was said then calls labels by other names
            self._names[project_id] = changes
        fit = [
            submission
            for submission in every
            if submission.status == "submitted" and submission.split != "holdout"
        ]
        return sorted(fit, key=lambda submission: submission.submitted_at, reverse=True)

    def waiting(self, submitted: Sequence[Submission], model_version_id: int) -> list[Submission]:
        """Those that this model version has not checked yet."""
        with self._lock:
            known = set(self._checked)
        return [
            submission
            for submission in submitted
            if (submission.set_id, model_version_id) not in known
        ]

    def check(self, submission: Submission, reviewer: Reviewer) -> None:
        """Asks the model about one document. What it said before is not asked again."""
        with self._sessions() as session:
            document = documents.get(session, submission.document_id)
            require(session, document.project_id, "review")
            newest = annotation_sets.submitted_of(session, submission.document_id)
            spans = annotation_sets.spans_of(newest) if newest else ()
            text = document.text
            names = label_names.current(session, document.project_id)
            known = model_versions.labels_of(session, reviewer.model_version_id)
        if newest is None or newest.id != submission.set_id:
            return  # submitted anew since the list was made; it will be in the next one
        called = {new: old for old, new in names.items() if old in known and new not in known}
        accepted = [
            Entity(s.start, s.end, called.get(s.label, s.label))
            for s in spans
            if s.status == "accepted"
        ]
        found = reviewer.review(text, accepted) if accepted else []
        suspects = tuple(
            _suspect(submission, text, suspect, names) for suspect in found if not suspect.agrees
        )
        with self._lock:
            self._checked[submission.set_id, reviewer.model_version_id] = suspects
            while len(self._checked) > REMEMBERED:
                self._checked.popitem(last=False)

    def suspects(self, submitted: Sequence[Submission], model_version_id: int) -> list[Suspect]:
        """What the model would have otherwise in those that it has checked, most doubtful first;
        each place once."""
        with self._lock:
            held = [
                self._checked.get((submission.set_id, model_version_id), ())
                for submission in submitted
            ]
        ranked = sorted(
            (suspect for held_document in held for suspect in held_document),
            key=lambda suspect: -suspect.score,
        )
        best = {(suspect.document_id, suspect.entity): suspect for suspect in reversed(ranked)}
        return [
            suspect for suspect in ranked if best[suspect.document_id, suspect.entity] is suspect
        ]


def _suspect(
    submission: Submission, text: str, review: EntityReview, names: Mapping[str, str]
) -> Suspect:
    both = [review.entity, *([review.suggestion] if review.suggestion else [])]
    start = max(0, min(entity.start for entity in both) - AROUND)
    end = min(len(text), max(entity.end for entity in both) + AROUND)
    return Suspect(
        document_id=submission.document_id,
        name=submission.name,
        set_id=submission.set_id,
        context=text[start:end],
        offset=start,
        cut=end < len(text),
        entity=renamed([review.entity], names)[0],
        instead=renamed([review.suggestion], names)[0] if review.suggestion else None,
        score=review.score,
    )
