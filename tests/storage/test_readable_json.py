"""A text that holds NUL hides no other key of its JSON, on either database."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from storage.engine import Sessions, writing
from storage.models import Document
from storage.readable_json import readable
from storage.records import DocumentFilter
from storage.repository import documents, listing
from tests.app.material import new_project

pytestmark = pytest.mark.both_databases
META = {"note": "before\0after", "escape": r"no NUL: \u0000", "both": "\\\0", "ward": "B 12"}


def names_by(sessions: Sessions, project: int, key: str, value: str = "") -> list[str]:
    wanted = DocumentFilter(meta_key=key, meta_value=value)
    with sessions() as session:
        rows = listing.page(session, project, wanted, limit=9).rows
        return [row.name for row in rows]


def test_documents_are_found_by_metadata_beside_a_text_with_nul(sessions: Sessions) -> None:
    project = new_project(sessions, filled=False)
    with writing(sessions) as session:
        documents.add(session, project, name="scanned", text="one", meta=META)
        documents.add(session, project, name="plain", text="two", meta={"ward": "C 1"})

    assert names_by(sessions, project, "ward") == ["scanned", "plain"]
    assert names_by(sessions, project, "ward", "B 12") == ["scanned"]
    assert names_by(sessions, project, "note", "before") == ["scanned"]
    assert names_by(sessions, project, "escape", r"NUL: \u0000") == ["scanned"]
    with sessions() as session:
        assert session.scalar(select(Document.meta).where(Document.name == "scanned")) == META


def test_keys_in_keys_are_read_as_texts_and_numbers(sessions: Sessions) -> None:
    project = new_project(sessions, filled=False)
    meta = {"of": {"ward": "B\0 12", "bed": 7}}
    with writing(sessions) as session:
        documents.add(session, project, name="scanned", text="one", meta=meta)

    of = readable(Document.meta)["of"]
    with sessions() as session:
        assert session.scalar(select(of["bed"].as_integer())) == 7
