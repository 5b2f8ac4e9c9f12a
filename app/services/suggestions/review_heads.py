"""Heads that learn what is submitted, for the Review page: it leaves each document out again.

A head stands on the model that the active one was first retrained from: what a retrained model
learnt, mistakes included, is in its features, and leaving a document out of the head would not take
it back.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple, Protocol

from core.types import Entity

if TYPE_CHECKING:
    from core.inference.instant.head import InstantHead
    from core.inference.label_errors import EntityReview

MAX_DOCUMENTS = 500
MAX_CHARACTERS = 1_000_000
"""What a head learns at most: about a minute of one core. The other documents it reviews as well;
it has never seen them."""
_KEPT = 4
"""Heads that are kept in memory, 20 MB each."""


class Answer(NamedTuple):
    """A document's text, and what a person decided in it."""

    set_id: int
    text: str
    accepted: tuple[Entity, ...]
    rejected: tuple[Entity, ...]


class Teacher(Protocol):
    """A model whose features a head learns on."""

    @property
    def model_version_id(self) -> int: ...

    def new_head(self, flat: bool) -> InstantHead: ...

    def learn(self, head: InstantHead, answer: Answer, sign: int = 1) -> None: ...

    def review_without(
        self, head: InstantHead, answer: Answer, learnt: bool
    ) -> list[EntityReview]: ...


@dataclass
class _Learnt:
    head: InstantHead
    by_set: dict[int, Answer] = field(default_factory=dict)
    """By the number of their set."""

    def has_room(self) -> bool:
        characters = sum(len(answer.text) for answer in self.by_set.values())
        return len(self.by_set) < MAX_DOCUMENTS and characters < MAX_CHARACTERS


class ReviewHeads:
    """One head for each project and model version. A set never changes; who learns one that is
    learnt already does nothing."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._learnt: OrderedDict[tuple[int, int], _Learnt] = OrderedDict()

    def clear(self) -> None:
        """Forget all heads: labels have other names now."""
        with self._lock:
            self._learnt.clear()

    def learn(
        self, project_id: int, flat: bool, submissions: Iterable[Answer], teacher: Teacher
    ) -> Iterator[int]:
        """Learn answers until there is no room; yield how many are learnt."""
        with self._lock:
            learnt = self._of(project_id, teacher)
            if learnt is None or learnt.head.flat != flat:
                learnt = _Learnt(teacher.new_head(flat))
                self._learnt[project_id, teacher.model_version_id] = learnt
                while len(self._learnt) > _KEPT:
                    self._learnt.popitem(last=False)
        for answer in submissions:
            with self._lock:
                if not learnt.has_room():
                    return
                if answer.set_id not in learnt.by_set:
                    with self._whole(project_id, teacher):
                        teacher.learn(learnt.head, answer)
                    learnt.by_set[answer.set_id] = answer
            yield len(learnt.by_set)

    def retain(self, project_id: int, set_ids: Sequence[int], teacher: Teacher) -> None:
        """Take back what was learnt from other sets: they were reopened, changed or deleted."""
        with self._lock:
            learnt = self._of(project_id, teacher)
            for set_id in sorted(learnt.by_set.keys() - set(set_ids)) if learnt else ():
                assert learnt is not None
                with self._whole(project_id, teacher):
                    teacher.learn(learnt.head, learnt.by_set.pop(set_id), -1)

    def review(self, project_id: int, answer: Answer, teacher: Teacher) -> list[EntityReview]:
        """Review a document with what was learnt from the others."""
        with self._lock:
            learnt = self._of(project_id, teacher)
            if learnt is None:
                return []
            return teacher.review_without(learnt.head, answer, answer.set_id in learnt.by_set)

    @contextmanager
    def _whole(self, project_id: int, teacher: Teacher) -> Iterator[None]:
        """Drop the head if it cannot learn an answer to its end."""
        try:
            yield
        except BaseException:
            self._learnt.pop((project_id, teacher.model_version_id), None)
            raise

    def _of(self, project_id: int, teacher: Teacher) -> _Learnt | None:
        return self._learnt.get((project_id, teacher.model_version_id))
