"""What an import says of what it left out or changed: by kind, added up, none hidden in silence."""

from __future__ import annotations

import json
from collections.abc import Mapping

import pytest
from sqlalchemy.orm import Session, sessionmaker

from app.services.interchange.importing import import_file
from app.services.interchange.read_records import ImportReport
from app.services.interchange.sentences import by_sentence
from storage.engine import writing
from storage.records import Counted, DocumentRecord
from storage.repository import projects
from tests.storage.formats.packed import zipped


def imported(sessions: sessionmaker[Session], members: Mapping[str, str]) -> ImportReport:
    with writing(sessions) as session:
        project_id = projects.create(session, "P").id
    return import_file(sessions, project_id, zipped({**members}), name="a.zip")


def attributes(count: int) -> str:
    return "".join(f"A{number}\tNegated T1\n" for number in range(1, count + 1))


def test_counts_of_many_documents_are_added_up_by_kind(sessions: sessionmaker[Session]) -> None:
    members = {}
    for number in range(1, 121):
        members[f"{number}.txt"] = f"Mara {number}"
        members[f"{number}.ann"] = f"T1\tPER 0 4\tMara\n{attributes(number)}"
    members |= {"z.txt": "Mara Z", "z.ann": "T1\tPER 0 2;5 6\tMa Z\nR1\tx Arg1:T1 Arg2:T1\n"}
    report = imported(sessions, members)

    assert report.note_lines() == (
        "attributes left out: 7,260 in 120 documents; discontinuous entities read as one entity "
        "for each fragment: 1 in 1 document; relations left out: 1 in 1 document",
    )


def test_sentences_come_before_counts_with_how_many_documents_they_are_about() -> None:
    report = ImportReport()
    report.note(Counted("relations left out", 12))
    report.note("its offsets are UTF-16 units; they were converted to code points")
    report.note(Counted("relations left out", 13))

    assert report.note_lines() == (
        "its offsets are UTF-16 units; they were converted to code points (1 document)",
        "relations left out: 25 in 2 documents",
    )


def test_a_kind_that_is_noted_twice_of_one_document_is_added_up(
    sessions: sessionmaker[Session],
) -> None:
    spans = [[0, 4, "PER"]]
    task = {"data": {"text": "Mara", "spans": spans}, "spans": spans, "annotations": []}
    with writing(sessions) as session:
        project_id = projects.create(session, "P").id
    report = import_file(sessions, project_id, json.dumps([task]).encode(), name="a.json")

    assert report.note_lines() == (
        "'spans' not read, though it looks like annotation: 2 in 1 document",
    )


def test_the_notes_of_a_document_are_counted_once_however_many_sentences_it_has() -> None:
    record = DocumentRecord("One. Two. Three.", notes=(Counted("relations left out", 2), "x"))
    sentences = [part for part in by_sentence([record]) if isinstance(part, DocumentRecord)]

    assert [part.notes for part in sentences] == [record.notes, (), ()]


def test_kinds_beyond_the_listed_ones_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.services.interchange.read_records.NOTES_KEPT", 2)
    report = ImportReport()
    for kind in ("a", "b", "c", "d", "a"):
        report.note(kind)

    assert report.note_lines() == (
        "a (2 documents)",
        "b (1 document)",
        "and 2 notes of further kinds, which are not listed",
    )
