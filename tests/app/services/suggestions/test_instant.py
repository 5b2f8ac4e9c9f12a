"""What people submit is learnt at once, and suggested in the next document."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from app.services.labels import changes as label_changes
from app.services.operations import trash
from app.services.suggestions import instant_control
from app.services.suggestions.instant_lessons import InstantLearning
from core.types import Key, key_of
from storage.engine import Sessions
from storage.models import InstantHead
from storage.repository import instant, projects
from tests.app.instant_kit import PERSON, TEXTS, Classroom, open_classroom

NEXT = "He took 20 mg of ibuprofen and some codeine."


@pytest.fixture
def classroom(sessions: Sessions, tmp_path: Path) -> Classroom:
    return open_classroom(sessions, tmp_path)


def test_what_was_marked_in_submitted_documents_is_suggested_in_the_next(
    classroom: Classroom,
) -> None:
    classroom.submit_all(*TEXTS)
    classroom.learn()

    result = classroom.suggested(NEXT)
    assert {("ibuprofen", "DRUG", "instant"), ("codeine", "DRUG", "instant")} <= set(result)
    view = classroom.service.open(classroom.add(NEXT + " Again."), PERSON)
    assert view.learnt_from == len(TEXTS)


def test_suggestions_made_before_more_was_learnt_are_made_again_but_on_a_page_that_shows_them(
    classroom: Classroom,
) -> None:
    document_id = classroom.add(NEXT)
    assert classroom.service.prefetch(document_id)
    classroom.submit_all(*TEXTS)
    classroom.learn()

    assert classroom.service.glance(document_id, PERSON).view is None
    view = classroom.service.open(document_id, PERSON)
    assert {span.source for span in view.spans if span.label == "DRUG"} == {"instant"}

    classroom.submit_all("More codeine for everybody.")
    classroom.learn()
    shown = classroom.service.glance(document_id, PERSON, refresh=False).view
    assert shown is not None
    assert shown.learnt_from == len(TEXTS)


def test_what_was_reopened_and_deleted_is_unlearnt_as_if_it_had_never_been_submitted(
    classroom: Classroom, tmp_path: Path
) -> None:
    half, rest = TEXTS[:2], TEXTS[2:]
    retained = classroom.submit_all(*half)
    classroom.learn()
    only_half = _suggestions(classroom)

    reopened, deleted = classroom.submit_all(*rest)
    classroom.learn()
    classroom.service.reopen(reopened, PERSON)
    trash.delete(classroom.sessions, "document", deleted, "d", PERSON)
    classroom.learn()

    assert _suggestions(classroom) == only_half
    trash.restore(classroom.sessions, "document", deleted, PERSON)
    classroom.learn()
    assert classroom.head().documents == len(retained) + 1


def test_nothing_of_a_deleted_document_is_left_of_what_was_learnt(classroom: Classroom) -> None:
    secret = "Give 7 ml of codeine to Xylophonia."
    (document_id,) = classroom.submit_all(secret)
    classroom.submit_all(TEXTS[0])
    classroom.learn()
    classroom.rest()
    assert b"codeine" in (classroom.head().state or b"")

    trash.delete(classroom.sessions, "document", document_id, "d", PERSON)
    classroom.learn()
    classroom.rest()

    head = classroom.head()
    assert b"codeine" not in (head.state or b"")
    assert b"codeine" not in (head.suggester or b"")
    assert document_id not in [document for document, _ in classroom.lessons()]


def test_the_log_of_lessons_holds_no_text(classroom: Classroom) -> None:
    classroom.submit_all(*TEXTS)
    classroom.learn()

    with classroom.sessions() as session:
        logged = instant.lessons_after(
            session, classroom.project_id, classroom.model.model_version_id, 0
        )
    stored = json.dumps([[item.lesson.content(), item.outcomes] for item in logged])
    assert not any(word in stored for text in TEXTS for word in text.split() if len(word) > 3)


def test_held_out_documents_are_never_learnt(classroom: Classroom) -> None:
    classroom.submit(classroom.add(TEXTS[0], split="holdout"))

    assert classroom.learn() == 0
    assert classroom.suggested(NEXT) == []


def test_renaming_a_label_learns_nothing_anew_and_merging_does(classroom: Classroom) -> None:
    classroom.submit_all(*TEXTS)
    classroom.learn()
    with classroom.sessions() as session:
        drug, dose = (label.id for label in projects.labels(session, classroom.project_id))

    label_changes.rename(classroom.sessions, classroom.project_id, drug, "MEDICINE", PERSON)
    assert classroom.learn() == 0
    assert ("codeine", "MEDICINE", "instant") in classroom.suggested(NEXT)

    label_changes.merge(classroom.sessions, classroom.project_id, drug, dose, PERSON)
    assert classroom.learn() > 0
    result = classroom.suggested(NEXT + " Twice.")
    assert ("codeine", "DOSE", "instant") in result
    assert not any(label == "MEDICINE" for _, label, _ in result)


def test_a_label_in_the_trash_is_not_suggested_and_comes_back_with_it(
    classroom: Classroom,
) -> None:
    classroom.submit_all(*TEXTS)
    classroom.learn()
    with classroom.sessions() as session:
        drug = projects.labels(session, classroom.project_id)[0].id

    trash.delete(classroom.sessions, "label", drug, "DRUG", PERSON)
    assert classroom.learn() == 0
    assert not any(label == "DRUG" for _, label, _ in classroom.suggested(NEXT))

    trash.restore(classroom.sessions, "label", drug, PERSON)
    assert ("codeine", "DRUG", "instant") in classroom.suggested(NEXT + " Twice.")


def test_several_processes_share_one_head_and_learn_each_document_once(
    classroom: Classroom,
) -> None:
    other = InstantLearning(classroom.sessions)
    first = classroom.submit_all(*TEXTS[:2])
    classroom.learn()
    assert classroom.learn(other) == 0  # nothing is left to it

    second = classroom.submit_all(*TEXTS[2:])
    assert other.step(classroom.project_id, classroom.reader) == "busy"
    classroom.rest()  # lets others learn
    assert classroom.learn(other) > 0
    assert classroom.lessons() == [(document, 1) for document in (*first, *second)]
    other.rest(classroom.project_id, classroom.model.model_version_id)

    shared = _suggestions(classroom)
    third = classroom.submit_all("Codeine again: codeine.")
    classroom.learn()
    assert classroom.head().documents == len(first + second + third)
    assert _suggestions(classroom) != [] != shared


def test_a_restart_loses_nothing(classroom: Classroom) -> None:
    classroom.submit_all(*TEXTS[:3])
    classroom.learn()
    classroom.rest()
    classroom.submit_all(TEXTS[3])
    classroom.learn()  # its lesson is in the log alone
    before = _suggestions(classroom)
    _end(classroom)

    restarted = InstantLearning(classroom.sessions)
    (document_id,) = classroom.submit_all("Nothing at all.")
    classroom.learn(restarted)
    classroom.service.reopen(document_id, PERSON)
    classroom.learn(restarted)
    assert _suggestions(classroom) == before


def test_a_damaged_state_is_learnt_anew_from_the_documents(classroom: Classroom) -> None:
    classroom.submit_all(*TEXTS)
    classroom.learn()
    classroom.rest()
    _end(classroom)
    before = _suggestions(classroom)
    with classroom.sessions.begin() as session:
        instant.keep_state(
            session, classroom.project_id, classroom.model.model_version_id, 99, b"rubbish"
        )

    restarted = InstantLearning(classroom.sessions)
    (document_id,) = classroom.submit_all("Nothing at all.")
    classroom.learn(restarted)
    classroom.service.reopen(document_id, PERSON)
    classroom.learn(restarted)
    assert [key for key, _ in _suggestions(classroom)] == [key for key, _ in before]


def test_what_a_promoted_model_has_learnt_outlives_what_is_kept_late_of_the_one_before(
    classroom: Classroom,
) -> None:
    classroom.submit_all(*TEXTS)
    classroom.learn()
    old = classroom.promote_another()
    classroom.learn()

    classroom.learning.rest(classroom.project_id, old.model_version_id)

    assert classroom.head().documents == len(TEXTS)
    assert classroom.learn() == 0, "nothing has to be learnt again"


def test_a_project_that_does_not_learn_is_suggested_what_the_model_finds_alone(
    classroom: Classroom,
) -> None:
    classroom.submit_all(*TEXTS)
    classroom.learn()
    document_id = classroom.add(NEXT)
    assert classroom.service.open(document_id, PERSON).learnt_from

    instant_control.switch(classroom.sessions, classroom.project_id, False)
    assert classroom.service.open(document_id, PERSON).learnt_from == 0
    assert instant_control.status(classroom.sessions, classroom.project_id).to_learn == 0

    instant_control.switch(classroom.sessions, classroom.project_id, True)
    assert classroom.learn() == 0
    assert classroom.service.open(document_id, PERSON).learnt_from == len(TEXTS)


def _suggestions(classroom: Classroom) -> list[tuple[Key, float]]:
    """What an unopened document is suggested now, with its scores."""
    text = f"{NEXT} Note {next(classroom.numbers)}."
    view = classroom.service.open(classroom.add(text), PERSON)
    return [(key_of(span), round(span.score or 0.0, 4)) for span in view.spans]


def _end(classroom: Classroom) -> None:
    """As if the process had ended long ago: nothing is in memory, its lease has run out."""
    with classroom.sessions.begin() as session:
        key = classroom.project_id, classroom.model.model_version_id
        session.get_one(InstantHead, key).leased_by = None
    classroom.learning = InstantLearning(classroom.sessions)
