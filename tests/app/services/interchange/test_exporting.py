"""Exports: chosen, streamed, described by a manifest, and read back whole."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session, sessionmaker

from app.services.annotation.annotation import AnnotationService
from app.services.interchange.exporting import ExportReport, Stream, export
from app.services.interchange.importing import import_file
from app.services.interchange.manifest import as_bytes, manifest
from storage.engine import writing
from storage.formats.jsonl import to_json
from storage.models import AnnotationSet, Operation
from storage.records import DocumentRecord, Selection
from storage.repository import annotation_sets, projects
from storage.repository.export_selection import people
from storage.repository.listing import list_documents
from tests.storage.formats.material import documents as made_documents
from tests.thorough import examples


def new_project(sessions: sessionmaker[Session], name: str) -> int:
    with writing(sessions) as session:
        return projects.create(session, name).id


@pytest.fixture
def project_id(sessions: sessionmaker[Session]) -> int:
    return new_project(sessions, "P")


def jsonl(*records: dict[str, Any]) -> bytes:
    return "".join(json.dumps(record) + "\n" for record in records).encode()


def exported(
    sessions: sessionmaker[Session], project_id: int, **selection: Any
) -> tuple[bytes, ExportReport]:
    out = io.BytesIO()
    report = export(sessions, project_id, "jsonl", out, Selection(**selection))
    return out.getvalue(), report


def texts(content: bytes) -> list[str]:
    return [json.loads(line)["text"] for line in content.splitlines()]


def submitted(text: str, person: str = "Ann", day: int = 1, **more: Any) -> dict[str, Any]:
    entities = [
        {"start": 0, "end": 1, "label": "PER"},
        {"start": 0, "end": len(text), "label": "ORG"},
    ]
    when = datetime(2026, 1, day, 12, tzinfo=UTC).isoformat()
    provenance = {"person": person, "submitted_at": when}
    return {"text": text, "entities": entities, "provenance": provenance, **more}


@pytest.fixture
def filled(sessions: sessionmaker[Session], project_id: int) -> int:
    """Three submitted documents, one with a draft, one with suggestions, one untouched."""
    suggestion = {"start": 0, "end": 1, "label": "PER", "status": "suggested", "score": 0.5}
    content = jsonl(
        submitted("one", split="train"),
        submitted("two", "Bo", 2, split="holdout"),
        submitted("three", "Bo", 3, split="dev"),
        {"text": "draft", "status": "in_progress", "entities": [suggestion], "split": "train"},
        {"text": "suggested", "entities": [suggestion], "split": "train"},
        {"text": "untouched", "split": "train"},
    )
    assert import_file(sessions, project_id, content, name="a.jsonl").added == 6
    return project_id


@pytest.mark.parametrize(
    ("selection", "result"),
    [
        ({}, ["one", "two", "three"]),
        ({"splits": ["train"]}, ["one"]),
        ({"people": ["Bo"]}, ["two", "three"]),
        ({"since": datetime(2026, 1, 2, tzinfo=UTC)}, ["two", "three"]),
        ({"until": datetime(2026, 1, 3, tzinfo=UTC)}, ["one", "two"]),
        ({"people": ["Bo"], "until": datetime(2026, 1, 3, tzinfo=UTC)}, ["two"]),
        ({"people": ["' OR 1=1--"]}, []),
        ({"undecided": True}, ["one", "two", "three", "draft", "suggested", "untouched"]),
        ({"undecided": True, "people": ["Ann"]}, ["one", "draft", "suggested", "untouched"]),
    ],
)
def test_a_selection_lets_through_what_it_says(
    sessions: sessionmaker[Session], filled: int, selection: dict[str, Any], result: list[str]
) -> None:
    content, report = exported(sessions, filled, **selection)

    assert texts(content) == result
    assert report.written.documents == report.passed == len(result)
    assert report.passed <= report.expected


def test_only_the_entities_of_some_labels_are_written_and_no_document_is_dropped(
    sessions: sessionmaker[Session], filled: int
) -> None:
    content, report = exported(sessions, filled, labels=["ORG"])

    labels = [[e["label"] for e in json.loads(line)["entities"]] for line in content.splitlines()]
    assert labels == [["ORG"]] * 3
    assert report.written.labels == {"ORG": 3}


def test_undecided_documents_come_out_as_far_as_they_are(
    sessions: sessionmaker[Session], filled: int
) -> None:
    content, _ = exported(sessions, filled, undecided=True)
    records = {record["text"]: record for record in map(json.loads, content.splitlines())}

    assert [records[text]["status"] for text in ("draft", "suggested", "untouched")] == [
        "in_progress",
        "new",
        "new",
    ]
    assert records["suggested"]["entities"][0]["status"] == "suggested"
    assert "entities" not in records["untouched"]
    again = new_project(sessions, "Again")
    import_file(sessions, again, content, name="b.jsonl")
    assert exported(sessions, again, undecided=True)[0] == content


def test_who_submitted_is_known_by_name(sessions: sessionmaker[Session], filled: int) -> None:
    with sessions() as session:
        assert people(session, filled) == ["Ann", "Bo"]


def test_an_answer_given_unseen_by_others_counts_until_one_is_decided_for_all(
    sessions: sessionmaker[Session], filled: int
) -> None:
    before = texts(exported(sessions, filled)[0])
    with writing(sessions) as session:
        for item in session.query(AnnotationSet).filter_by(person="Bo"):
            item.blind = True

    assert texts(exported(sessions, filled)[0]) == before


@settings(max_examples=examples(15), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(records=st.lists(made_documents(), max_size=4, unique_by=lambda item: item.text))
def test_export_import_export_is_the_same_bytes(
    sessions: sessionmaker[Session], records: list[DocumentRecord]
) -> None:
    content = jsonl(*map(to_json, records))
    outputs = []
    for name in ("first", "second"):
        with writing(sessions) as session:
            project = projects.create(session, name)
        report = import_file(sessions, project.id, content, name="a.jsonl")
        assert (report.added, report.bad) == (len(records), [])
        content, _ = exported(sessions, project.id, undecided=True)
        outputs.append(content)
        with writing(sessions) as session:
            session.delete(session.get_one(type(project), project.id))
    assert outputs[0] == outputs[1]


def with_history(sessions: sessionmaker[Session], project_id: int) -> None:
    """A document that a model read, a person corrected, and another one corrected again."""
    suggestion = {"start": 0, "end": 4, "label": "PER", "status": "suggested", "id": "s"}
    content = jsonl({"text": "Anna met Bo.", "split": "train", "entities": [suggestion]})
    import_file(sessions, project_id, content, name="a.jsonl")
    with sessions() as session:
        (row,) = list_documents(session, project_id).rows
    service = AnnotationService(sessions)
    service.open(row.id, "Ann")
    service.apply(row.id, "page-1", [{"seq": 1, "op": "accept", "id": "s"}], "Ann")
    service.apply(row.id, "page-1", [{"seq": 2, "op": "submit"}], "Ann")
    service.reopen(row.id, "Bo")
    service.apply(row.id, "page-2", [{"seq": 1, "op": "submit"}], "Bo")


def test_the_history_comes_out_and_in_again_as_it_was(
    sessions: sessionmaker[Session], project_id: int
) -> None:
    with_history(sessions, project_id)
    content, _ = exported(sessions, project_id, history=True)
    history = json.loads(content)["history"]
    assert [(item["origin"], item["person"]) for item in history["sets"]] == [
        ("machine", None),
        ("person", "Ann"),
    ]
    assert [item["payload"]["op"] for item in history["operations"]].count("submit") == 2

    again = new_project(sessions, "Again")
    assert import_file(sessions, again, content, name="b.jsonl").added == 1
    assert exported(sessions, again, history=True)[0] == content
    assert exported(sessions, again)[0] == exported(sessions, project_id)[0]


def test_without_being_asked_for_the_history_stays_out(
    sessions: sessionmaker[Session], project_id: int
) -> None:
    with_history(sessions, project_id)

    assert "history" not in json.loads(exported(sessions, project_id)[0])


def test_suggestions_to_review_have_no_history(
    sessions: sessionmaker[Session], project_id: int
) -> None:
    with_history(sessions, project_id)
    content, _ = exported(sessions, project_id, history=True)
    again = new_project(sessions, "Again")
    import_file(sessions, again, content, name="b.jsonl", as_suggestions=True)

    with sessions() as session:
        (row,) = list_documents(session, again).rows
        assert (row.status, row.suggested) == ("new", 1)
        assert annotation_sets.submitted_of(session, row.id) is None
        assert session.query(Operation).filter_by(document_id=row.id).count() == 0


def test_the_manifest_describes_the_file(
    sessions: sessionmaker[Session], filled: int, tmp_path: Path
) -> None:
    path = tmp_path / "out.bio"
    selection = Selection(splits=("train", "dev"), since=datetime(2026, 1, 1, tzinfo=UTC))
    report = export(sessions, filled, "bio", path, selection)
    reported = json.loads(as_bytes(manifest(sessions, filled, report, path, "P.bio")))

    content = path.read_bytes()
    assert reported["sha256"] == hashlib.sha256(content).hexdigest()
    assert (reported["file"], reported["bytes"], reported["project"]) == (
        "P.bio",
        len(content),
        "P",
    )
    assert reported["counts"]["documents"] == 2
    assert reported["counts"]["splits"] == {"dev": 1, "train": 1}
    assert reported["filters"]["since"] == "2026-01-01T00:00:00+00:00"
    assert reported["left_out"]["undecided documents"] == 3
    assert reported["left_out"]["unaligned entities"] == 2
    assert reported["schema"].isdigit()
    assert datetime.fromisoformat(reported["made"]) <= datetime.now(UTC) + timedelta(seconds=1)


def test_a_file_that_is_broken_off_leaves_the_one_before_and_nothing_else(
    sessions: sessionmaker[Session], filled: int, tmp_path: Path
) -> None:
    path = tmp_path / "out.jsonl"
    path.write_bytes(b"before")

    def stopped(_report: ExportReport, documents: Stream) -> Iterator[DocumentRecord]:
        yield next(documents)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        export(sessions, filled, "jsonl", path, watch=stopped)

    assert path.read_bytes() == b"before"
    assert list(tmp_path.glob("out*")) == [path]


def test_documents_past_a_batch_are_all_there(
    sessions: sessionmaker[Session], filled: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("storage.repository.export_selection.BATCH", 2)

    assert len(texts(exported(sessions, filled, undecided=True)[0])) == 6
    assert len(texts(exported(sessions, filled)[0])) == 3
