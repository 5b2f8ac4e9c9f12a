"""Whatever is edited, renamed, merged, submitted, reopened and restored, in whatever order: labels
and histories hold together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.editing import Draft
from app.services.annotation import drafts, history, tasks
from app.services.annotation.annotation import AnnotationService
from app.services.labels import changes as label_changes
from storage.engine import Sessions
from storage.repository import documents, label_names, projects
from tests.app.copies import copy_of, template
from tests.app.fake_model import FakeModel
from tests.app.restoring import back

DOCUMENT, ANNA = 1, "Anna"
number = st.integers(0, 9)
steps = st.lists(
    st.one_of(
        st.tuples(st.just("add"), number, st.integers(0, 6), st.integers(7, 12)),
        st.tuples(st.sampled_from(["accept", "reject", "delete"]), number),
        st.tuples(st.just("relabel"), number, number),
        st.tuples(st.just("rename"), number, st.sampled_from(["A", "B", "PER", "LOC"])),
        st.tuples(st.just("merge"), number, number),
        st.tuples(st.sampled_from(["submit", "reopen"])),
        st.tuples(st.just("restore"), number),
    ),
    min_size=1,
    max_size=14,
)


@pytest.fixture(scope="module")
def made_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return template(tmp_path_factory.mktemp("db"))


class Workspace:
    """A person at work in a project whose labels change."""

    def __init__(self, sessions: Sessions) -> None:
        self.sessions = sessions
        self.service = AnnotationService(sessions, FakeModel())
        self.seq = 0
        self.service.open(DOCUMENT, ANNA)

    @contextmanager
    def looking(self) -> Iterator[tuple[Any, tasks.AnnotationTask]]:
        with self.sessions() as session:
            yield session, tasks.find(session, documents.get(session, DOCUMENT), ANNA)

    @property
    def labels(self) -> list[tuple[int, str]]:
        with self.looking() as (session, task):
            result = projects.labels(session, task.document.project_id)
            return [(label.id, label.name) for label in result]

    @property
    def draft(self) -> Draft:
        with self.looking() as (session, task):
            return drafts.load(session, task)

    def does(self, what: str, *drawn: Any) -> None:
        """One step; what is refused changes nothing, which is checked as anything else."""
        labels, spans = self.labels, self.draft.spans
        span = spans[drawn[0] % len(spans)].id if spans and drawn else "none"
        try:
            match what:
                case "add":
                    label = labels[drawn[0] % len(labels)][1]
                    location = {"start": drawn[1], "end": drawn[2], "label": label}
                    self.send({"op": "add", "id": f"p{self.seq}", **location})
                case "accept" | "reject" | "delete":
                    self.send({"op": what, "id": span})
                case "relabel":
                    label = labels[drawn[1] % len(labels)][1]
                    self.send({"op": "relabel", "id": span, "label": label})
                case "rename":
                    label_id = labels[drawn[0] % len(labels)][0]
                    label_changes.rename(self.sessions, 1, label_id, drawn[1], ANNA)
                case "merge":
                    pair = (labels[item % len(labels)][0] for item in drawn)
                    label_changes.merge(self.sessions, 1, *pair, ANNA)
                case "submit":
                    self.service.submit(DOCUMENT, ANNA)
                case "reopen":
                    self.service.reopen(DOCUMENT, ANNA)
                case "restore":
                    version = drawn[0] % (self.version + 1)
                    back(self.service, DOCUMENT, version, ANNA)
        except ValueError:  # EditError, LabelChangeError, a name that is taken
            pass

    def send(self, op: dict[str, Any]) -> None:
        self.seq += 1
        self.service.apply(DOCUMENT, "c", [{"seq": self.seq, **op}], ANNA)

    @property
    def version(self) -> int:
        with self.looking() as (_, task):
            return task.standing.version


def accepted(draft: Draft) -> set[tuple[int, int]]:
    return {(span.start, span.end) for span in draft.spans if span.status == "accepted"}


@settings(max_examples=settings().max_examples // 2)
@given(given_steps=steps)
def test_labels_and_histories_hold_together(
    made_once: Path, given_steps: list[tuple[Any, ...]]
) -> None:
    with copy_of(made_once) as sessions:
        desk = Workspace(sessions)
        for step in given_steps:
            before = desk.draft
            desk.does(*step)
            after, names = desk.draft, {name for _, name in desk.labels}
            assert {span.label for span in after.spans} <= names
            locations = Counter((span.start, span.end, span.label) for span in after.spans)
            assert not [location for location, count in locations.items() if count > 1]
            if step[0] in ("rename", "merge"):
                assert accepted(after) == accepted(before), "nothing that was decided is lost"
            with desk.looking() as (session, task):
                assert set(label_names.current(session, 1).values()) <= names
                for version in range(task.standing.version + 1):
                    then = history.state_at(session, task, version)
                    assert {span.label for span in then.spans} <= names
                assert set(then.spans) == set(after.spans)
