"""The learner of a process: which project's turn it is, who waits, and what becomes of failures."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import pytest

from app.services.labels import changes, split
from app.services.operations.learning_curve import learning_curve
from app.services.suggestions import (
    instant_control,
    instant_head,
    instant_lessons,
    instant_wake,
)
from app.services.suggestions.instant_learner import InstantLearner
from app.services.suggestions.instant_lessons import InstantLearning
from app.services.suggestions.predictor import BackgroundPredictor
from storage import submitted_changes
from storage.engine import Sessions
from storage.models import InstantHead
from storage.repository import instant
from tests.app.instant_kit import PERSON, TEXTS, Classroom, open_classroom


@pytest.fixture
def classroom(sessions: Sessions, tmp_path: Path) -> Classroom:
    return open_classroom(sessions, tmp_path)


class BusyLearner:
    """Has learnt everything after so many waits."""

    def __init__(self, learnt_after: int = 3) -> None:
        self.waited: list[float] = []
        self._learnt_after = learnt_after

    def request(self, project_ids: Iterable[int] | None) -> None: ...

    def wait(self, project_id: int, seconds: float) -> bool:
        self.waited.append(seconds)
        return len(self.waited) >= self._learnt_after


def _learner(classroom: Classroom, learnt: list[int]) -> InstantLearner:
    learner = InstantLearner(classroom.sessions, lambda: classroom.reader, learnt.append)
    instant_wake.register(classroom.sessions, learner)
    return learner


def test_a_submit_and_a_reopening_ask_for_the_project_and_pages_wait_until_it_is_learnt(
    classroom: Classroom,
) -> None:
    learnt: list[int] = []
    learner = _learner(classroom, learnt)
    (document_id,) = classroom.submit_all(TEXTS[0])
    assert not learner.wait(classroom.project_id, 0)

    while learner.step():
        pass
    assert learner.wait(classroom.project_id, 0)
    assert (learnt, classroom.head().documents) == ([classroom.project_id], 1)

    classroom.service.reopen(document_id, PERSON)
    while learner.step():
        pass
    learner.rest()
    assert (classroom.head().documents, classroom.lessons()) == (0, [])


@pytest.mark.parametrize(
    ("learnt", "seconds"),
    [
        (0, instant_wake.FIRST_PATIENCE),
        (instant_wake.FIRST - 1, instant_wake.FIRST_PATIENCE),
        (instant_wake.FIRST, instant_wake.PATIENCE),
    ],
)
def test_a_page_waits_longer_for_what_the_first_documents_of_a_project_teach(
    classroom: Classroom, learnt: int, seconds: float
) -> None:
    texts = [f"{TEXTS[0]} {number}." for number in range(learnt)]
    classroom.submit_all(*texts)
    classroom.learn()
    busy = BusyLearner()
    instant_wake.register(classroom.sessions, busy)
    instant_wake.wait(classroom.sessions, classroom.project_id)
    assert sum(busy.waited) == pytest.approx(seconds)


def test_a_page_waits_no_longer_than_it_takes(classroom: Classroom) -> None:
    busy = BusyLearner(learnt_after=1)
    instant_wake.register(classroom.sessions, busy)
    instant_wake.wait(classroom.sessions, classroom.project_id)
    assert busy.waited == [instant_wake.PATIENCE]


def test_a_look_at_everything_finds_what_another_program_submitted(classroom: Classroom) -> None:
    learner = _learner(classroom, [])
    submitted_changes._listeners.clear()
    classroom.submit_all(TEXTS[0])
    assert not learner.step()

    learner.request(None)
    assert not learner.wait(classroom.project_id, 0)
    while learner.step():
        pass
    assert learner.wait(classroom.project_id, 0)
    assert classroom.head().documents == 1


def test_a_document_that_cannot_be_learnt_is_left_out_and_the_others_are_learnt(
    classroom: Classroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    learner = _learner(classroom, [])
    classroom.submit_all(*TEXTS)
    text_lesson = instant_head._text_lesson

    tried: list[str] = []

    def fails(document: instant_head.TaughtText, start: int, end: int) -> object:
        tried.append(document.text)
        if document.text == TEXTS[1]:
            raise RuntimeError("out of memory")
        return text_lesson(document, start, end)

    monkeypatch.setattr(instant_head, "_text_lesson", fails)
    while learner.step():
        pass
    learner.rest()
    assert classroom.head().documents == len(TEXTS) - 1

    tried.clear()
    assert classroom.learn(InstantLearning(classroom.sessions)) == 0
    assert tried == [], "another process knows that it cannot be learnt"
    status = instant_control.status(classroom.sessions, classroom.project_id)
    assert (status.learnt, status.to_learn, status.failed) == (len(TEXTS) - 1, 0, 1)
    assert learning_curve(classroom.sessions, classroom.project_id).failed == 1

    monkeypatch.undo()
    assert classroom.learning.forget(classroom.project_id, classroom.model.model_version_id)
    classroom.learn()
    assert classroom.head().documents == len(TEXTS), "a rebuild tries it again"


def test_a_promoted_model_learns_the_submitted_documents_anew(classroom: Classroom) -> None:
    classroom.submit_all(*TEXTS)
    classroom.learn()
    old = classroom.promote_another()

    assert classroom.learn() > 0
    classroom.rest()
    assert classroom.head().documents == len(TEXTS)
    with classroom.sessions() as session:
        assert [row.model_version_id for row in session.query(InstantHead)] == [
            classroom.model.model_version_id
        ]
        outcomes = instant.lessons_after(session, classroom.project_id, old.model_version_id, 0)
    assert all(item.outcomes and not item.lesson.entities for item in outcomes)


def test_a_long_document_counts_once_and_is_taken_back_whole(
    classroom: Classroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(instant_head, "LONG", 40)
    monkeypatch.setattr(instant_head, "PART", 5)
    (document_id,) = classroom.submit_all(" ".join(TEXTS))
    classroom.learn()
    assert classroom.head().documents == 1

    classroom.service.reopen(document_id, PERSON)
    classroom.learn()
    assert classroom.head().documents == 0


def test_a_learner_makes_ready_for_a_first_document_before_anybody_asks(
    classroom: Classroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    learner = _learner(classroom, [])
    learner.prepare()

    monkeypatch.setattr(instant_lessons, "scaling_of", lambda model: pytest.fail("measured again"))
    learner.prepare()
    classroom.submit_all(TEXTS[0])
    while learner.step():
        pass
    assert classroom.head().documents == 1


class _EndedError(Exception):
    """Ends the learner's loop."""


def test_a_learner_makes_ready_for_a_model_that_comes_later_and_for_a_promoted_one(
    classroom: Classroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The loop has nothing else to do: before each pause another version is active."""
    models: list[BackgroundPredictor | None] = [None, classroom.reader, classroom.reader]
    models.append(replace(classroom.reader, model_version_id=2))
    learner = InstantLearner(classroom.sessions, lambda: models[0])
    measured: list[int] = []
    monkeypatch.setattr(
        learner._learning, "scaling", lambda model: measured.append(model.model_version_id)
    )

    def after_a_pause() -> None:
        del models[0]
        if not models:
            raise _EndedError

    monkeypatch.setattr(learner, "_pause", lambda: 0.0)
    monkeypatch.setattr(learner, "_use_pause", after_a_pause)
    with pytest.raises(_EndedError):
        learner._run()
    assert measured == [classroom.model.model_version_id, 2]


def test_what_the_models_folder_says_of_its_features_is_not_measured_again(
    classroom: Classroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    from core.inference.instant import scaling
    from core.modeling.model import DiffusionNER

    scaling.measure_folder(classroom.model.path, DiffusionNER.load(classroom.model.path))
    monkeypatch.setattr(scaling, "sample_embeddings", lambda model: pytest.fail("measured again"))
    assert instant_head.scaling_of(classroom.reader).mean.isfinite().all()
    assert classroom.reader.new_head(flat=False).documents == 0


def test_where_the_models_folder_is_wrong_about_its_features_they_are_measured(
    classroom: Classroom, caplog: pytest.LogCaptureFixture
) -> None:
    (classroom.model.path / "span_scaling.safetensors").write_bytes(b"no tensors")
    assert instant_head.scaling_of(classroom.reader).mean.isfinite().all()
    assert "python -m core scaling" in caplog.text


def test_a_learner_that_cannot_make_ready_learns_all_the_same(
    classroom: Classroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    learner = _learner(classroom, [])
    with monkeypatch.context() as broken:
        broken.setattr(learner._learning, "scaling", _out_of_memory)
        learner.prepare()
    classroom.submit_all(TEXTS[0])
    while learner.step():
        pass
    assert classroom.head().documents == 1


def _submitted_while_another_learns(
    classroom: Classroom,
) -> tuple[InstantLearner, InstantLearning, int]:
    """A learner that found the project's first document taken, who has it, and the version."""
    learner = _learner(classroom, [])
    other, version = InstantLearning(classroom.sessions), classroom.model.model_version_id
    assert other._lease(classroom.project_id, version)
    classroom.submit_all(TEXTS[0])
    while learner.step():
        pass
    return learner, other, version


def test_what_another_process_is_learning_is_not_learnt_yet(classroom: Classroom) -> None:
    learner, other, version = _submitted_while_another_learns(classroom)
    assert not learner.wait(classroom.project_id, 0)

    other.rest(classroom.project_id, version)
    learner._use_pause()
    while learner.step():
        pass
    assert learner.wait(classroom.project_id, 0)
    assert classroom.head().documents == 1


def test_what_another_process_has_learnt_in_the_meantime_is_learnt(classroom: Classroom) -> None:
    learner, other, _ = _submitted_while_another_learns(classroom)
    classroom.learn(other)
    learner.request([classroom.project_id])
    while learner.step():
        pass
    assert learner.wait(classroom.project_id, 0)


@pytest.mark.parametrize("change", ["merge", "split"])
def test_labels_that_are_merged_or_split_are_learnt_without_another_submission(
    classroom: Classroom, change: str
) -> None:
    learner = _learner(classroom, [])
    (document_id,) = classroom.submit_all(TEXTS[0])
    while learner.step():
        pass
    sessions, project_id = classroom.sessions, classroom.project_id
    with sessions() as session:
        ids = instant.label_ids(session, project_id)
    if change == "merge":
        changes.merge(sessions, project_id, ids["DRUG"], ids["DOSE"], PERSON)
    else:
        split.begin(sessions, project_id, ids["DRUG"], ["NSAID"], PERSON)
        begun = split.standing(sessions, project_id)
        assert begun is not None
        assert begun.next is not None
        split.choose(sessions, project_id, begun.id, begun.next.location, "NSAID", PERSON)
    assert not learner.wait(project_id, 0)

    while learner.step():
        pass
    assert classroom.head().documents == 1
    assert [lesson for lesson in classroom.lessons() if lesson[0] == document_id] == [
        (document_id, 1),
        (document_id, -1),
        (document_id, 1),
    ]


def _out_of_memory(model: object) -> object:
    raise RuntimeError("out of memory")


def test_suggestions_made_in_advance_are_made_again_before_the_document_opens(
    classroom: Classroom,
) -> None:
    following = classroom.add(TEXTS[2])
    learner = _learner(classroom, [])
    learner._learnt = lambda project_id: learnt(classroom, following)
    assert classroom.service.prefetch(following)
    assert classroom.prediction(following).provenance.get("instant") is None

    classroom.submit_all(TEXTS[0])
    while learner.step():
        pass
    renewed = classroom.prediction(following)
    assert renewed.provenance["instant"]["documents"] == 1
    assert classroom.service.open(following, PERSON).learnt_from == 1
    assert classroom.prediction(following).id == renewed.id, "nothing was left to do then"


def learnt(classroom: Classroom, following: int) -> None:
    """What `Prefetcher.again` does."""
    classroom.service.prefetch(following)
