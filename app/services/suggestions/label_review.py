"""The finder of label errors over a project: which accepted entities are doubtful, and which are
missing, ranked.

A document is judged by what has not learnt it: by the model that retraining began with, and by a
head that has learnt the other documents. Held-out documents are left out: who has seen a model's
answer there is no judge of it any more.
"""

from __future__ import annotations

import copy
import threading
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

from app.services.annotation.drafts import renamed
from app.services.model_registry.registry import ModelRegistry, intact
from app.services.suggestions.predictor import ModelPredictor, version_predictor
from app.services.suggestions.review_heads import Answer, ReviewHeads, Teacher
from app.services.team.permissions import require
from core.types import Entity
from storage.engine import Sessions
from storage.records import Submission
from storage.repository import (
    annotation_sets,
    documents,
    label_names,
    model_versions,
    projects,
    statistics,
)

if TYPE_CHECKING:
    from core.inference.label_errors import EntityReview

REMEMBERED = 20_000
"""Checked sets that are kept in memory."""


class Reviewer(Teacher, Protocol):
    """A model that can be asked about accepted entities."""

    def review(self, text: str, entities: Sequence[Entity]) -> list[EntityReview]: ...


@dataclass(frozen=True, slots=True)
class Suspect:
    """An accepted entity that is doubtful, or one that is missing."""

    document_id: int
    name: str
    set_id: int
    context: str
    """The text around both answers."""
    offset: int
    """Where the context begins in the document."""
    cut: bool
    """Whether the document goes on behind it."""
    entity: Entity | None
    """None: `instead` is missing."""
    instead: Entity | None
    """What is suggested; None: no entity."""
    score: float
    """How doubtful the annotation is, 0 to 1."""

    @property
    def key(self) -> tuple[int, Entity | None, Entity | None]:
        """What stays the same when the document is submitted again."""
        return self.document_id, self.entity, self.instead if self.entity is None else None


AROUND = 70
"""Code points of context to either side."""


class ReviewService:
    """What models say of submitted sets, kept in memory: a set never changes, nor a version."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions
        self._lock = threading.Lock()
        self._names: dict[int, int] = {}
        self._checked: OrderedDict[tuple[int, int], tuple[Suspect, ...]] = OrderedDict()
        self._heads = ReviewHeads()

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
                self._heads.clear()
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

    def learn(
        self, project_id: int, submitted: Sequence[Submission], reviewer: Reviewer
    ) -> Iterator[int]:
        """Learn the submitted documents, so that `check` can judge each by the others; yields how
        many are learnt. A few hundred are enough (`review_heads`)."""
        with self._sessions() as session:
            require(session, project_id, "review")
            flat = not projects.get(session, project_id).nested
        self._heads.retain(project_id, [submission.set_id for submission in submitted], reviewer)
        lessons = (
            answer for submission in submitted if (answer := self._answer(submission)) is not None
        )
        yield from self._heads.learn(project_id, flat, lessons, reviewer)

    def check(self, submission: Submission, reviewer: Reviewer) -> None:
        """Ask about one document. What was asked before is not asked again."""
        with self._sessions() as session:
            project_id = documents.get(session, submission.document_id).project_id
            require(session, project_id, "review")
            names = label_names.current(session, project_id)
            known = model_versions.labels_of(session, reviewer.model_version_id)
        answer = self._answer(submission)
        if answer is None:
            return
        called = {new: old for old, new in names.items() if old in known and new not in known}
        accepted = renamed(answer.accepted, called)
        by_model = reviewer.review(answer.text, accepted) if accepted else []
        by_head = self._heads.review(project_id, answer, reviewer)
        self._remember(submission, answer.text, [_renamed(by_model, names), by_head], reviewer)

    def _answer(self, submission: Submission) -> Answer | None:
        """What was submitted; None if the document was submitted again since the list was made."""
        with self._sessions() as session:
            document = documents.get(session, submission.document_id)
            newest = annotation_sets.submitted_of(session, submission.document_id)
            if newest is None or newest.id != submission.set_id:
                return None
            spans = annotation_sets.spans_of(newest)
            accepted, rejected = (
                tuple(Entity(s.start, s.end, s.label) for s in spans if s.status == status)
                for status in ("accepted", "rejected")
            )
            return Answer(newest.id, document.text, accepted, rejected)

    def _remember(
        self,
        submission: Submission,
        text: str,
        reviews: Sequence[Sequence[EntityReview]],
        reviewer: Reviewer,
    ) -> None:
        from core.inference.label_errors import combine

        suspects = tuple(
            _suspect(submission, text, review) for review in combine(*reviews) if not review.agrees
        )
        with self._lock:
            self._checked[submission.set_id, reviewer.model_version_id] = suspects
            while len(self._checked) > REMEMBERED:
                self._checked.popitem(last=False)

    def replace_set(
        self,
        old: int,
        new: int,
        model_version_id: int,
        without: Iterable[Suspect] = (),
        back: Iterable[Suspect] = (),
    ) -> None:
        """The rest of a document's suspects stands when it is submitted again for one of them."""
        removed = {suspect.key for suspect in without}
        with self._lock:
            standing = self._checked.pop((old, model_version_id), ())
            self._checked[new, model_version_id] = tuple(
                replace(suspect, set_id=new)
                for suspect in (*standing, *back)
                if suspect.key not in removed
            )

    def suspects(self, submitted: Sequence[Submission], model_version_id: int) -> list[Suspect]:
        """What is doubtful in those that were checked, most doubtful first."""
        with self._lock:
            checked = [
                self._checked.get((submission.set_id, model_version_id), ())
                for submission in submitted
            ]
        return sorted(
            (suspect for suspects in checked for suspect in suspects),
            key=lambda suspect: -suspect.score,
        )


@dataclass(frozen=True, slots=True)
class Judge:
    """The model that checks what was accepted."""

    model: ModelPredictor
    gone: int | None = None
    """The version that should check and is not there; `model` has learnt what it checks then."""


def judge_of(sessions: Sessions, active: ModelPredictor) -> Judge:
    """The model that the retrainings up to the active one began with, which has learnt nothing
    here, or what an update put into its folder; the active one where that is gone."""
    versions = {version.id: version for version in ModelRegistry(sessions).versions()}
    first = active.model_version_id
    while (version := versions.get(first)) is not None and version.parent_id is not None:
        first = version.parent_id
    if first == active.model_version_id:
        return Judge(active)
    of_folder = (v for v in versions.values() if version and v.path == version.path)
    if (present := next(filter(intact, of_folder), None)) is not None:
        return Judge(version_predictor(present))
    return Judge(active, gone=first)


def _renamed(reviews: Sequence[EntityReview], names: Mapping[str, str]) -> list[EntityReview]:
    def today(entity: Entity | None) -> Entity | None:
        return None if entity is None else renamed([entity], names)[0]

    return [
        replace(review, entity=today(review.entity), suggestion=today(review.suggestion))
        for review in reviews
    ]


def _suspect(submission: Submission, text: str, review: EntityReview) -> Suspect:
    shown = [entity for entity in (review.entity, review.suggestion) if entity is not None]
    start = max(0, min(entity.start for entity in shown) - AROUND)
    end = min(len(text), max(entity.end for entity in shown) + AROUND)
    return Suspect(
        document_id=submission.document_id,
        name=submission.name,
        set_id=submission.set_id,
        context=text[start:end],
        offset=start,
        cut=end < len(text),
        entity=review.entity,
        instead=review.suggestion,
        score=review.score,
    )
