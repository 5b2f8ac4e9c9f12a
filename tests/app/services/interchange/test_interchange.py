"""Files into a project and out of it."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.orm import Session, sessionmaker

from app.services.annotation.annotation import AnnotationService
from app.services.interchange.exporting import ExportReport, export
from app.services.interchange.importing import import_file
from app.services.operations.samples import seed_sample_project
from storage.engine import writing
from storage.formats import EXPORT_FORMATS
from storage.records import Selection
from storage.repository import documents, projects
from storage.repository.listing import list_documents
from storage.repository.splits import choose_split

NESTED: dict[str, Any] = {
    "text": "😊 Bank of China hired Ms. Haag.\r\n",
    "name": "bank",
    "split": "holdout",
    "status": "submitted",
    "entities": [
        {"start": 2, "end": 15, "label": "ORG", "status": "accepted", "score": None,
         "source": "person", "id": "a"},
        {"start": 10, "end": 15, "label": "LOC", "status": "accepted", "score": 0.75,
         "source": "model", "id": "b"},
        {"start": 16, "end": 21, "label": "ORG", "status": "rejected", "score": 0.5,
         "source": "model", "id": "c"},
    ],
    "provenance": {"origin": "person", "person": "Ann",
                   "submitted_at": "2026-01-02T03:04:05.000006+00:00"},
    "meta": {"mine": [1, None, "é"]},
}  # fmt: skip


@pytest.fixture
def project_id(sessions: sessionmaker[Session]) -> int:
    with writing(sessions) as session:
        return projects.create(session, "P").id


def jsonl(*records: dict[str, Any]) -> bytes:
    return "".join(json.dumps(record) + "\n" for record in records).encode()


def exported(
    sessions: sessionmaker[Session], project_id: int, format: str
) -> tuple[bytes, ExportReport]:
    out = io.BytesIO()
    report = export(sessions, project_id, format, out)
    return out.getvalue(), report


def test_what_was_exported_comes_back_the_same(
    sessions: sessionmaker[Session], project_id: int
) -> None:
    import_file(sessions, project_id, jsonl(NESTED), name="a.jsonl")
    first, report = exported(sessions, project_id, "jsonl")
    assert json.loads(first) == NESTED
    assert (report.written.documents, report.written.entities, report.unsubmitted) == (1, 3, 0)

    with writing(sessions) as session:
        other = projects.create(session, "Other").id
    import_file(sessions, other, first, name="b.jsonl")
    assert exported(sessions, other, "jsonl")[0] == first


@pytest.mark.parametrize("when", ["0001-01-01T00:00:00+23:00", "yesterday", 5])
def test_a_time_that_is_none_does_not_keep_a_document_out(
    sessions: sessionmaker[Session], project_id: int, when: object
) -> None:
    record = {"text": "a", "entities": [], "provenance": {"person": "Ann", "submitted_at": when}}
    assert import_file(sessions, project_id, jsonl(record), name="a.jsonl").added == 1
    assert json.loads(exported(sessions, project_id, "jsonl")[0])["provenance"]["person"] == "Ann"


def test_the_report_says_what_came_in(sessions: sessionmaker[Session], project_id: int) -> None:
    content = jsonl(NESTED, NESTED, {"text": ""}, {"text": "plain"})
    report = import_file(sessions, project_id, content, name="a.jsonl")

    assert (report.format, report.added, report.duplicates, report.entities) == ("jsonl", 2, 1, 3)
    assert report.labels_created == ["ORG", "LOC"]
    assert [bad.line for bad in report.bad] == [3]
    again = import_file(sessions, project_id, content, name="a.jsonl")
    assert (again.added, again.duplicates, again.labels_created) == (0, 3, [])


def test_a_record_that_cannot_be_kept_leaves_no_trace(
    sessions: sessionmaker[Session], project_id: int
) -> None:
    bad = {"text": "x", "entities": [{"start": 0, "end": 1, "label": " blank "}]}
    undecided = {
        "text": "y",
        "status": "submitted",
        "entities": [{"start": 0, "end": 1, "label": "A", "status": "suggested"}],
    }
    report = import_file(sessions, project_id, jsonl(bad, undecided, {"text": "z"}), name="a.jsonl")

    assert report.added == 1
    assert [record.line for record in report.bad] == [1, 2]
    with sessions() as session:
        assert [row.preview for row in list_documents(session, project_id).rows] == ["z"]
        assert projects.labels(session, project_id) == []


def test_imported_entities_are_a_persons_submitted_set(
    sessions: sessionmaker[Session], project_id: int
) -> None:
    import_file(sessions, project_id, b"Anna B-PER\nslept O\n", name="a.conll", person="Bob")
    with sessions() as session:
        (row,) = list_documents(session, project_id).rows

    assert (row.status, row.accepted) == ("submitted", 1)
    content = json.loads(exported(sessions, project_id, "jsonl")[0])
    assert content["provenance"]["person"] == "Bob"
    assert content["provenance"]["imported"] == "a.conll"


def test_entities_can_be_imported_as_suggestions_to_review(
    sessions: sessionmaker[Session], project_id: int
) -> None:
    import_file(sessions, project_id, b"Anna B-PER\nslept O\n", name="a.conll", as_suggestions=True)
    with sessions() as session:
        (row,) = list_documents(session, project_id).rows
    view = AnnotationService(sessions).open(row.id, "Ann")

    assert (row.status, row.suggested) == ("new", 1)
    assert [(s.start, s.end, s.status, s.source) for s in view.spans] == [
        (0, 4, "suggested", "model")
    ]


def test_a_text_without_entities_is_new_and_an_empty_list_is_reviewed(
    sessions: sessionmaker[Session], project_id: int
) -> None:
    content = jsonl({"text": "nobody looked"}, {"text": "nothing found", "entities": []})
    import_file(sessions, project_id, content, name="a.jsonl")
    with sessions() as session:
        rows = list_documents(session, project_id).rows

    assert [(row.status, row.predicted) for row in rows] == [("new", False), ("submitted", True)]


def test_a_file_is_read_from_its_path_with_a_split_of_its_own(
    sessions: sessionmaker[Session], project_id: int, tmp_path: Path
) -> None:
    (tmp_path / "lines.txt").write_bytes(b"one\ntwo\r\n")
    report = import_file(sessions, project_id, tmp_path / "lines.txt", format="lines", split="dev")
    with sessions() as session:
        rows = list_documents(session, project_id).rows

    assert report.added == 2
    assert [(row.name, row.split) for row in rows] == [("lines:1", "dev"), ("lines:2", "dev")]


def test_an_import_longer_than_a_transaction_is_whole(
    sessions: sessionmaker[Session], project_id: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.services.interchange.read_records.BATCH", 4)
    content = b"\n".join(b"line %d" % number for number in range(10))
    report = import_file(sessions, project_id, content, name="a.txt", format="lines")

    assert report.added == 10
    with sessions() as session:
        assert list_documents(session, project_id).total == 10


@pytest.mark.parametrize("format", EXPORT_FORMATS)
def test_every_format_accounts_for_every_accepted_entity(
    sessions: sessionmaker[Session], project_id: int, format: str
) -> None:
    import_file(sessions, project_id, jsonl(NESTED, {"text": "new"}), name="a.jsonl")
    content, report = exported(sessions, project_id, format)
    written = report.written

    assert content
    assert (written.documents, report.unsubmitted) == (1, 1)
    held = written.entities - (format in ("jsonl", "table"))  # which hold the rejected one too
    assert held + len(written.nested) + len(written.unaligned) + written.textless == 2
    assert [(lost.document, lost.text, lost.label) for lost in written.nested] in (
        [],
        [("bank", "China", "LOC")],
    )


def test_an_export_can_be_of_one_split(sessions: sessionmaker[Session], project_id: int) -> None:
    import_file(sessions, project_id, jsonl(NESTED), name="a.jsonl")
    out = io.BytesIO()
    report = export(sessions, project_id, "jsonl", out, Selection(splits=["train"]))

    assert (report.written.documents, report.unsubmitted, out.getvalue()) == (0, 0, b"")


def test_a_project_that_is_not_there_is_said_so(sessions: sessionmaker[Session]) -> None:
    with pytest.raises(LookupError, match="there is no project 404"):
        export(sessions, 404, "jsonl", io.BytesIO())


def test_a_new_database_gets_the_sample_project_once(
    sessions: sessionmaker[Session], tmp_path: Path
) -> None:
    (tmp_path / "b.txt").write_bytes(b"Second.\r\n")
    (tmp_path / "a.txt").write_bytes("😊 First\n".encode())
    (tmp_path / "notes.md").write_bytes(b"not a sample")
    project_id = seed_sample_project(sessions, tmp_path)
    assert project_id is not None
    assert seed_sample_project(sessions, tmp_path) is None

    with sessions() as session:
        project = projects.get(session, project_id)
        labels = [label.name for label in projects.labels(session, project_id)]
        rows = list_documents(session, project_id).rows
        texts = [documents.get(session, row.id).text for row in rows]
        assert choose_split(session, project_id, "0" * 64) in ("train", "holdout")
    assert project.name == "Sample"
    assert labels == ["PER", "ORG", "LOC", "MISC"]
    assert [row.name for row in rows] == ["a", "b"]
    assert texts == ["😊 First\n", "Second.\r\n"]
