"""Labels that are renamed or merged: everywhere, at once, and nothing that people did is lost."""

from __future__ import annotations

from collections import Counter

import pytest
from sqlalchemy.orm import Session, sessionmaker

from app.services.annotation import history, tasks
from app.services.labels import changes as label_changes
from app.services.labels import relabel
from app.services.operations import trash
from app.services.team import adjudication
from storage.engine import writing
from storage.models import AnnotationSet, Operation
from storage.repository import documents, label_names
from tests.app.event_log import events_of
from tests.app.label_kit import answer, label_id, merge, names, rename, rows, shown
from tests.app.pages_kit import PretendedModel
from tests.app.restoring import back
from tests.app.teamwork import Team, team
from tests.app.two_pages import Page
from tests.operation_log import log_of

TEXT = "Anna Haag met Bo in Oslo."
MODEL = PretendedModel(names=(("Anna Haag", "PER"), ("Bo", "PER"), ("Oslo", "LOC")))


def reported(people: Team, document: int, owner: str | None = None) -> list[str]:
    with people.sessions() as session:
        row = documents.get(session, people.ids[document])
        task = tasks.find(session, row, owner or "Anna")
        return [step.summary for step in history.page(session, task).steps]


@pytest.mark.parametrize("annotators", [1, 2])
def test_a_renamed_label_is_called_so_in_drafts_answers_and_the_bin(
    sessions: sessionmaker[Session], annotators: int
) -> None:
    people = team(sessions, annotators)
    people.submit(0, "Anna", ("Anna Haag", "PER"), ("Oslo", "LOC"))
    people.add(1, "Anna", ("Anna", "PER"))
    people.add(2, "Anna", ("May", "PER"))
    trash.delete(sessions, "document", people.ids[2], "text 2", "Anna")
    before = rows(people)

    rename(people, "PER", "PERSON")

    assert names(people) == ["PERSON", "ORG", "LOC"]
    assert shown(people, 0) == {"Anna Haag": "PERSON", "Oslo": "LOC"}
    assert shown(people, 1) == {"Anna": "PERSON"}
    trash.restore(sessions, "document", people.ids[2], "Anna")
    assert shown(people, 2) == {"May": "PERSON"}
    rename(people, "PERSON", "PER")
    assert rows(people) == before


def test_renaming_leaves_the_log_as_it_was_and_is_written_down(
    sessions: sessionmaker[Session],
) -> None:
    people = team(sessions, 1)
    people.submit(0, "Anna", ("Oslo", "LOC"))
    before = reported(people, 0)

    rename(people, "LOC", "PLACE")

    assert reported(people, 0) == before
    assert "added “Oslo” as LOC" in before
    with sessions() as session:
        event = events_of(session, people.project_id)[0]
    assert (event.action, event.person) == (label_names.RENAMED, "Rita")
    assert event.detail == {"name": "LOC", "to": "PLACE"}


def test_a_version_from_before_a_label_was_renamed_can_be_restored(
    sessions: sessionmaker[Session],
) -> None:
    people = team(sessions, 1)
    page = Page(people.service, people.ids[0], "Anna")
    page.send({"op": "add", "id": "a", "start": 20, "end": 24, "label": "LOC"})
    page.send({"op": "delete", "id": "a"})
    rename(people, "LOC", "PLACE")

    back(people.service, people.ids[0], 1, "Anna")

    assert shown(people, 0) == {"Oslo": "PLACE"}


@pytest.mark.parametrize("change", ["rename", "merge"])
def test_a_page_that_still_shows_the_old_name_goes_on_saving(
    sessions: sessionmaker[Session], change: str
) -> None:
    people = team(sessions, 1)
    people.model = MODEL
    page = Page(people.service, people.ids[0], "Anna")
    page.send({"op": "add", "id": "a", "start": 0, "end": 4, "label": "PER"})
    new = "PERSON" if change == "rename" else "ORG"
    if change == "rename":
        rename(people, "PER", "PERSON")
    else:
        merge(people, "PER", "ORG")

    error = page.send(
        {"op": "accept", "id": "m1.1"},
        {"op": "relabel", "id": "m1.2", "label": "PER"},
        {"op": "reject", "id": "a"},
        {"op": "add", "id": "b", "start": 20, "end": 24, "label": "PER"},
        {"op": "restore", "id": "a", "start": 0, "end": 4, "label": "PER"}
        | {"status": "accepted", "source": "person", "score": None},
    )

    assert error is None
    view = page.reload()
    assert not view.conflicts
    result = {(span.start, span.end): (span.label, span.status) for span in view.spans}
    assert result[0, 9] == (new, "accepted")
    assert result[14, 16] == (new, "accepted")
    assert result[0, 4] == (new, "accepted")
    assert {item.label for item in view.spans} == {new, "LOC"}


def test_a_model_that_knows_the_old_name_suggests_by_the_new(
    sessions: sessionmaker[Session],
) -> None:
    people = team(sessions, 1)
    people.model = MODEL
    assert shown(people, 0)["Bo"] == "PER"

    rename(people, "PER", "PERSON")

    assert shown(people, 0) == {"Anna Haag": "PERSON", "Bo": "PERSON", "Oslo": "LOC"}
    rename(people, "PERSON", "HUMAN")
    merge(people, "HUMAN", "ORG")
    model = PretendedModel(names=(("Anna", "PER"), ("Bank of China", "ORG")))
    people.model = model
    assert shown(people, 1) == {"Anna": "ORG", "Bank of China": "ORG"}
    people.service.resuggest(people.ids[1], "Anna")
    assert shown(people, 1) == {"Anna": "ORG", "Bank of China": "ORG"}


def test_suggestions_made_before_are_shown_by_the_name_of_today(
    sessions: sessionmaker[Session],
) -> None:
    people = team(sessions, 1)
    people.model = MODEL
    people.service.prefetch(people.ids[0])

    merge(people, "LOC", "ORG")

    assert shown(people, 0) == {"Anna Haag": "PER", "Bo": "PER", "Oslo": "ORG"}


@pytest.mark.parametrize("name", ["", " PER", "ORG", "GONE"])
def test_a_name_that_cannot_be_changes_nothing(sessions: sessionmaker[Session], name: str) -> None:
    people = team(sessions, 1)
    people.submit(0, "Anna", ("Oslo", "LOC"))
    if name == "GONE":
        rename(people, "ORG", "GONE")
        trash.delete(sessions, "label", label_id(people, "GONE"), "GONE", "Anna")
    before = rows(people), names(people)

    with pytest.raises(ValueError, match=r"name|label"):
        rename(people, "LOC", name)

    assert (rows(people), names(people)) == before


def test_merging_edits_drafts_and_puts_a_child_in_the_place_of_an_answer(
    sessions: sessionmaker[Session],
) -> None:
    people = team(sessions, 1)
    people.submit(0, "Anna", ("Anna Haag", "PER"), ("Oslo", "LOC"))
    people.add(1, "Bo", ("Bank of China", "LOC"))
    before = rows(people)

    assert merge(people, "LOC", "ORG") == 2

    assert names(people) == ["PER", "ORG"]
    assert shown(people, 0) == {"Anna Haag": "PER", "Oslo": "ORG"}
    assert shown(people, 1) == {"Bank of China": "ORG"}
    assert set(before[:2]) <= set(rows(people)), "a submitted set never changes"
    with sessions() as session:
        old, new = session.query(AnnotationSet).filter_by(document_id=people.ids[0])
        assert (new.parent_id, new.person, new.submitted_at) == (old.id, "Anna", old.submitted_at)
    assert reported(people, 0)[0] == "label LOC became ORG: 1 entity"
    assert "imported" not in " ".join(reported(people, 0))
    people.service.reopen(people.ids[0], "Anna")
    back(people.service, people.ids[0], 1, "Anna")
    assert shown(people, 0) == {"Anna Haag": "PER"}


def test_two_entities_that_become_one_are_one(sessions: sessionmaker[Session]) -> None:
    people = team(sessions, 1)
    people.submit(0, "Anna", ("Oslo", "LOC"), ("Oslo", "ORG"), ("Bo", "LOC"))
    weight = label_changes.weigh(
        sessions, people.project_id, label_id(people, "LOC"), label_id(people, "ORG")
    )
    assert (weight.entities, weight.documents, weight.doubles) == (2, 1, 1)

    merge(people, "LOC", "ORG")

    assert shown(people, 0) == {"Oslo": "ORG", "Bo": "ORG"}
    with sessions() as session:
        task = tasks.find(session, documents.get(session, people.ids[0]), "Anna")
        then = history.state_at(session, task, 3)
    assert len(then.spans) == 2, "in today's names, the twins of then are one"


def test_each_persons_own_answer_is_merged_and_a_decision_stays_decided(
    sessions: sessionmaker[Session],
) -> None:
    people = team(sessions, 2)
    people.submit(0, "Anna", ("Oslo", "LOC"), ("Bo", "PER"))
    people.submit(0, "Bo", ("Oslo", "ORG"), ("Bo", "PER"))
    case = adjudication.case(sessions, people.ids[0])
    ids = [version.set_id for version in case.versions]
    adjudication.decide(sessions, people.ids[0], ids, [[(20, 24, "LOC")]], "Rita")

    merge(people, "LOC", "ORG")

    assert answer(people, 0, "Anna") == answer(people, 0, "Bo") == answer(people, 0)
    assert answer(people, 0) == {(20, 24): "ORG", (14, 16): "PER"}
    case = adjudication.case(sessions, people.ids[0])
    assert not case.differences
    assert not case.stale
    assert reported(people, 0, "Anna")[0] == "label LOC became ORG: 1 entity, by Rita"
    assert not any("became" in message for message in reported(people, 0, "Bo"))


def test_what_is_decided_between_two_pages_is_no_conflict_with_a_merge(
    sessions: sessionmaker[Session],
) -> None:
    people = team(sessions, 1)
    page = Page(people.service, people.ids[0], "Anna")
    page.send({"op": "add", "id": "a", "start": 20, "end": 24, "label": "LOC"})
    page.reload()
    merge(people, "LOC", "ORG")

    assert page.send({"op": "move", "id": "a", "start": 17, "end": 24}) is None

    span = page.span("a")
    assert span is not None
    assert (span.start, span.end, span.label) == (17, 24, "ORG")
    assert not page.view.conflicts


def test_documents_in_the_bin_are_merged_with_the_others(sessions: sessionmaker[Session]) -> None:
    people = team(sessions, 1)
    people.submit(0, "Anna", ("Oslo", "LOC"))
    trash.delete(sessions, "document", people.ids[0], "text 0", "Anna")

    merge(people, "LOC", "ORG")

    trash.restore(sessions, "document", people.ids[0], "Anna")
    assert shown(people, 0) == {"Oslo": "ORG"}


def test_entities_of_a_label_in_the_bin_outlive_a_merge(sessions: sessionmaker[Session]) -> None:
    people = team(sessions, 1)
    people.submit(0, "Anna", ("Oslo", "LOC"), ("Bo", "PER"))
    gone = label_id(people, "PER")
    trash.delete(sessions, "label", gone, "PER", "Anna")

    merge(people, "LOC", "ORG")

    trash.restore(sessions, "label", gone, "Anna")
    assert shown(people, 0) == {"Oslo": "ORG", "Bo": "PER"}


def test_a_merge_that_fails_in_the_middle_has_not_happened(
    sessions: sessionmaker[Session], monkeypatch: pytest.MonkeyPatch
) -> None:
    people = team(sessions, 1)
    for document in (0, 1):
        people.submit(document, "Anna", (people.open(document, "Anna").text[:4], "LOC"))
    before = rows(people), names(people)
    real, visible = relabel.relabel, list[object]()

    def failing(*given: object) -> None:
        visible.append(given)
        if len(visible) == 2:
            raise OSError("the disk is full")
        real(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(label_changes, "relabel", failing)
    with pytest.raises(OSError, match="disk"):
        merge(people, "LOC", "ORG")

    assert (rows(people), names(people)) == before
    with sessions() as session:
        assert not [row for row in session.query(Operation) if row.payload["op"] == "relabel_all"]


def test_a_label_cannot_be_merged_into_itself_or_into_another_projects(
    sessions: sessionmaker[Session],
) -> None:
    people = team(sessions, 1)
    with writing(sessions) as session:
        from storage.repository import projects

        other = projects.create(session, "Other").id
        external = projects.add_label(session, other, "X").id

    with pytest.raises(label_changes.LabelChangeError, match="itself"):
        merge(people, "LOC", "LOC")
    with pytest.raises(LookupError):
        label_changes.merge(sessions, people.project_id, label_id(people, "LOC"), external, "Rita")


def test_nothing_in_the_log_is_rewritten_by_a_merge(sessions: sessionmaker[Session]) -> None:
    people = team(sessions, 1)
    people.submit(0, "Anna", ("Oslo", "LOC"), ("Bo", "PER"))

    def log() -> Counter[str]:
        with sessions() as session:
            every = log_of(session, people.ids[0])
            return Counter(repr((row.client, row.seq, row.payload, row.changes)) for row in every)

    before = log()
    merge(people, "LOC", "PER")
    rename(people, "PER", "NAME")

    assert before <= log()
    assert (log() - before).total() == 1
