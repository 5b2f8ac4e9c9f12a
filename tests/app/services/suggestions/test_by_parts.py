"""Long documents: their text at once, their suggestions part by part."""

from __future__ import annotations

from typing import Any

import pytest

from app.services.annotation.annotation import AnnotationService
from app.services.suggestions import by_parts, instant_plan
from app.services.suggestions.instant import labels_of
from app.services.suggestions.part_reader import PartReader
from core.text.tokenization import tokenize
from storage.engine import Sessions, writing
from storage.records import SpanRecord
from storage.repository import documents, model_versions, projects
from tests.app.parts_kit import OLENA, TEXT, Finder, Workspace


@pytest.fixture
def desk(sessions: Sessions) -> Workspace:
    with writing(sessions) as session:
        project_id = projects.create(session, "P").id
        projects.ensure_labels(session, project_id, ["PER", "ORG", "LOC"])
        model_versions.ensure_active(session, "one", ["PER", "ORG", "LOC"])
        added = documents.add(session, project_id, name="long", text=TEXT, split="train")
        assert added is not None
        return Workspace(sessions, project_id, added.id)


def test_parts_are_whole_sentences_and_hold_every_word() -> None:
    parts = by_parts.cut(TEXT)
    words = [TEXT[token.start : token.end] for token in tokenize(TEXT)]
    by_part = [TEXT[part.start : part.end] for part in parts]

    assert len(parts) > 5
    sizes = [len(tokenize(text)) for text in by_part]
    assert sizes[0] < by_parts.WORDS <= min(sizes[1:-1]), "somebody waits for the first one"
    assert [text[token.start : token.end] for text in by_part for token in tokenize(text)] == words
    assert all(text[-1] in ".?!" or "Chapter" in text for text in by_part)


def test_a_long_document_opens_with_its_text_and_no_reading(desk: Workspace) -> None:
    view = desk.open()

    assert desk.model.read == []
    assert (view.text, view.spans, view.being_read) == (TEXT, (), True)
    assert view.progress is not None
    assert view.progress.read == 0
    assert view.progress.sentences == sum(part.sentences for part in by_parts.cut(TEXT))


def test_what_a_model_says_of_a_document_is_known_once_it_has_read_all_of_it(
    desk: Workspace,
) -> None:
    def known() -> dict[int, int]:
        with desk.sessions() as session:
            labels = labels_of(session, desk.project_id)
            predicted = instant_plan.predicted(session, [desk.document_id], 1, labels)
            return {document_id: len(entities) for document_id, entities in predicted.items()}

    desk.open()
    desk.read()
    assert known() == {}

    desk.read_all()
    assert known() == {desk.document_id: len(OLENA)}


def test_all_parts_give_what_one_reading_gives(
    desk: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.open()
    desk.read_all()
    by_part, view = desk.prediction(), desk.open()
    monkeypatch.setattr(by_parts, "LONG", len(TEXT))
    with writing(desk.sessions) as session:
        other = documents.add(session, desk.project_id, name="twin", text=TEXT + " ", split="train")
        assert other is not None
        monkeypatch.setattr(by_parts, "LONG", len(TEXT) + 1)
        other_id = other.id
    whole = desk.service.open(other_id, "Ada")

    assert view.progress is None
    assert not view.being_read
    assert [(s.start, s.end, s.label, s.status, s.score) for s in view.spans] == [
        (s.start, s.end, s.label, s.status, s.score) for s in whole.spans
    ]
    assert len(view.spans) == len(OLENA)
    assert view.hints == whole.hints
    assert set(by_part.provenance) == {"sampler", "uncovered", "hints"}
    assert len(by_part.provenance["uncovered"]) == len(by_parts.cut(TEXT))


def test_each_part_is_committed_by_itself_and_survives_closing(desk: Workspace) -> None:
    desk.open()
    desk.read()
    first = desk.open()
    assert first.progress is not None
    recorded = first.progress.read
    read_before = len(desk.model.read)
    again = AnnotationService(desk.sessions, desk.model).open(desk.document_id, "Ada")

    assert 0 < recorded < first.progress.sentences
    assert again.spans == first.spans
    assert len(desk.model.read) == read_before
    assert desk.read_all() == len(by_parts.cut(TEXT)) - 1


def test_the_part_in_sight_is_next(desk: Workspace) -> None:
    desk.open()
    parts = by_parts.cut(TEXT)
    visible_starts = [parts[4].start + 10, parts[4].start + 10, len(TEXT) - 1, 0, None]
    for visible_start in visible_starts:
        desk.read(visible_start)

    assert desk.model.read == [
        TEXT[parts[number].start : parts[number].end] for number in (4, 5, len(parts) - 1, 0, 1)
    ]


@pytest.mark.parametrize(
    ("op", "status", "label"),
    [
        ({"op": "add", "id": "a1", "start": 0, "end": 15, "label": "ORG"}, "accepted", "ORG"),
        ({"op": "add", "id": "a1", "start": 0, "end": 15, "label": "PER"}, "accepted", "PER"),
        ({"op": "add", "id": "a1", "start": 5, "end": 20, "label": "ORG"}, "accepted", "ORG"),
    ],
)
def test_no_suggestion_comes_over_what_a_person_did(
    desk: Workspace, op: dict[str, Any], status: str, label: str
) -> None:
    at = OLENA[-1]
    desk.open()
    assert desk.apply({"seq": 1, **op, "start": op["start"] + at, "end": op["end"] + at}) is None
    desk.read_all()
    close = [span for span in desk.open().spans if span.start < at + 20 and span.end > at]

    assert [(span.id, span.status, span.label) for span in close] == [("a1", status, label)]
    assert len(desk.open().spans) == len(OLENA)
    assert len(desk.prediction().provenance["hints"]) > 0


@pytest.mark.parametrize(
    ("present", "flat", "left"),
    [
        ([], False, 1),
        ([(10, 20, "PER", "rejected")], False, 0),
        ([(10, 20, "ORG", "rejected")], False, 1),
        ([(10, 20, "ORG", "accepted")], False, 0),
        ([(12, 15, "ORG", "accepted")], False, 1),
        ([(12, 15, "ORG", "accepted")], True, 0),
        ([(15, 25, "ORG", "suggested")], False, 0),
        ([(20, 25, "ORG", "accepted")], True, 1),
    ],
)
def test_a_new_suggestion_contradicts_nothing_present(
    present: list[tuple[int, int, str, Any]], flat: bool, left: int
) -> None:
    new = [SpanRecord(10, 20, "PER", "suggested", key="m1.1")]
    standing = [
        SpanRecord(start, end, label, status, key=f"k{start}")
        for start, end, label, status in present
    ]

    assert len(by_parts.undisputed(new, standing, flat)) == left


def test_parts_are_no_step_of_the_history_and_no_conflict(desk: Workspace) -> None:
    version = desk.open().version
    desk.read()
    first = desk.open().spans[0].id
    assert desk.apply({"seq": 1, "base_version": version, "op": "accept", "id": first}) is None
    desk.read_all()
    view = desk.open()

    assert view.version == version + 1
    steps = desk.service.history(desk.document_id, "Ada", 1).steps
    assert [step.summary for step in steps] == [
        "accepted “Olena Kovalenko” as PER (suggested by model version 1, 90%)",
        f"model version 1 suggested {len(OLENA)} entities",
    ]
    assert [span.status for span in view.spans].count("suggested") == len(OLENA) - 1
    then = desk.service.draft_at(desk.document_id, "Ada", version)
    assert {span.status for span in then.spans} == {"suggested"}


def test_submitting_before_all_is_read_loses_nothing_and_ends_the_reading(desk: Workspace) -> None:
    desk.open()
    desk.read()
    shown = [span.id for span in desk.open().spans]
    assert (
        desk.apply({"seq": 1, "op": "accept_all", "ids": shown}, {"seq": 2, "op": "submit"}) is None
    )
    view = desk.open()

    assert view.status == "submitted"
    assert [span.id for span in view.spans] == shown
    assert not view.being_read
    assert view.progress is not None  # it is still told how far the model came
    assert not desk.read()
    reopened = desk.service.reopen(desk.document_id, "Ada")
    assert [span.id for span in reopened.spans] == shown
    assert not reopened.being_read
    assert not desk.read()


def test_each_of_several_people_gets_the_parts_in_their_own_draft(desk: Workspace) -> None:
    with writing(desk.sessions) as session:
        projects.get(session, desk.project_id).annotators = 2
    desk.open()
    desk.read()
    bo = desk.service.open(desk.document_id, "Bo")
    assert desk.apply({"seq": 1, "op": "reject", "id": bo.spans[0].id}) is None
    desk.read_all()

    for person, rejected in (("Ada", 1), ("Bo", 0)):
        spans = desk.service.open(desk.document_id, person).spans
        assert len(spans) == len(OLENA)
        assert [span.status for span in spans].count("rejected") == rejected


def test_a_held_out_document_is_never_read(desk: Workspace) -> None:
    with writing(desk.sessions) as session:
        documents.get(session, desk.document_id).split = "holdout"
    view = desk.open()

    assert (view.progress, view.being_read, desk.read()) == (None, False, False)


def test_what_is_read_ahead_is_there_when_the_document_is_opened(desk: Workspace) -> None:
    assert desk.service.prefetch(desk.document_id)
    parts = desk.read_all()
    view = desk.open()

    assert parts == len(by_parts.cut(TEXT))
    assert len(view.spans) == len(OLENA)
    assert not desk.service.prefetch(desk.document_id)


def test_a_newer_model_begins_anew_only_where_nobody_has_worked(desk: Workspace) -> None:
    desk.open()
    desk.read()
    desk.model = Finder(2)
    with writing(desk.sessions) as session:
        model_versions.register(session, "two", ["PER", "ORG", "LOC"])
    assert desk.open().spans == ()
    desk.read()
    assert desk.apply({"seq": 1, "op": "accept", "id": desk.open().spans[0].id}) is None
    asked: list[int] = []

    def find(version_id: int) -> Finder:
        asked.append(version_id)
        return desk.model

    desk.model = Finder(3)
    desk.open()
    by_parts.read_next(desk.sessions, find, desk.document_id)
    assert asked == [2]


def test_the_reader_goes_on_until_all_is_read_and_prefers_what_is_looked_at(
    desk: Workspace,
) -> None:
    with writing(desk.sessions) as session:
        other = documents.add(session, desk.project_id, name="b", text=TEXT[::-1], split="train")
        assert other is not None
        other_id = other.id
    desk.service.prefetch(other_id)
    desk.open()
    asked: list[bool] = []

    def predictor(version_id: int, background: bool) -> Finder:
        asked.append(background)
        return desk.model

    reader = PartReader(desk.sessions, predictor)
    reader._thread = object()  # type: ignore[assignment]  # the steps are the test's
    reader.request(other_id, watched=False)
    reader.request(desk.document_id, len(TEXT) - 1)
    steps = 0
    while reader.step():
        steps += 1
        assert steps < 100

    assert asked[0] is False
    assert all(asked[1:])
    assert desk.model.read[0] == TEXT[by_parts.cut(TEXT)[-1].start :].strip()
    assert by_parts.parts_left(desk.sessions, desk.document_id) == 0
    assert by_parts.parts_left(desk.sessions, other_id) == 0


def test_a_document_whose_model_fails_is_left_alone_until_it_is_tried_again(
    desk: Workspace,
) -> None:
    desk.model.breaks_on = 2
    desk.open()
    reader = PartReader(desk.sessions, lambda version_id, background: desk.model)
    reader._thread = object()  # type: ignore[assignment]
    reader.request(desk.document_id)
    while reader.step():
        pass
    assert reader.problem(desk.document_id) == "out of memory"
    spans = desk.open().spans
    reader.request(desk.document_id)
    assert not reader.step()
    reader.retry(desk.document_id)
    reader.request(desk.document_id)
    while reader.step():
        pass

    assert spans
    assert len(desk.open().spans) == len(OLENA)
    assert reader.problem(desk.document_id) is None
