"""An export shows the project as it was when it began, whatever people do meanwhile."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator

import pytest
from sqlalchemy.orm import Session, sessionmaker

from app.services.interchange.exporting import ExportReport, Stream, export
from app.services.interchange.importing import import_file
from app.services.labels import changes
from storage.engine import writing
from storage.records import DocumentRecord
from storage.repository import projects

pytestmark = pytest.mark.both_databases


def test_a_label_that_is_renamed_meanwhile_has_one_name_in_the_file(
    sessions: sessionmaker[Session], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("storage.repository.export_selection.BATCH", 1)
    with writing(sessions) as session:
        project_id = projects.create(session, "P").id
    entity = {"start": 0, "end": 3, "label": "PER"}
    records = [{"text": text, "entities": [entity]} for text in ("Ann.", "Bob.")]
    import_file(sessions, project_id, "\n".join(map(json.dumps, records)).encode(), name="a.jsonl")
    with sessions() as session:
        (label,) = projects.labels(session, project_id)

    def renamed_after_the_first(
        _report: ExportReport, documents: Stream
    ) -> Iterator[DocumentRecord]:
        yield next(documents)
        changes.rename(sessions, project_id, label.id, "PERSON", "Ann")
        yield from documents

    out = io.BytesIO()
    report = export(sessions, project_id, "jsonl", out, watch=renamed_after_the_first)

    assert report.written.labels == {"PER": 2}
