"""What an export says of its file: what is in it, and what is not."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from app.services.interchange.exporting import export
from app.services.interchange.importing import import_file
from app.services.interchange.manifest import manifest
from storage.engine import Sessions, writing
from storage.records import Selection
from storage.repository import projects


@pytest.fixture
def project_id(sessions: Sessions) -> int:
    """A document with an entity in another one, and a text without words."""
    with writing(sessions) as session:
        number = projects.create(session, "P").id
    entities = [{"start": 0, "end": 13, "label": "ORG"}, {"start": 8, "end": 13, "label": "LOC"}]
    records = [{"text": "Bank of China", "entities": entities}, {"text": " ", "entities": []}]
    content = "\n".join(map(json.dumps, records)).encode()
    import_file(sessions, number, content, name="a.jsonl", split="train")
    return number


@pytest.mark.parametrize(
    ("format", "counts"),
    [
        ("bio", {"documents": 1, "entities": 1, "labels": {"ORG": 1}, "splits": {"train": 1}}),
        (
            "gliner",
            {"documents": 1, "entities": 2, "labels": {"LOC": 1, "ORG": 1}, "splits": {"train": 1}},
        ),
        ("text", {"documents": 2, "entities": 0, "labels": {}, "splits": {"train": 2}}),
    ],
)
def test_a_manifest_counts_what_is_in_the_file(
    sessions: Sessions, project_id: int, tmp_path: Path, format: str, counts: dict[str, object]
) -> None:
    path = tmp_path / "out"
    report = export(sessions, project_id, format, path)

    assert manifest(sessions, project_id, report, path)["counts"] == counts


def test_a_manifest_names_the_documents_that_were_chosen(
    sessions: Sessions, project_id: int, tmp_path: Path
) -> None:
    path = tmp_path / "out"
    report = export(sessions, project_id, "jsonl", path, Selection(documents=(2,)))

    assert manifest(sessions, project_id, report, path)["filters"]["documents"] == [2]
