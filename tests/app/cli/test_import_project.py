"""python -m app import: the project that an import begins."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from app.__main__ import main
from app.services.operations.startup import open_database
from storage.repository import projects
from tests.app.material import environment_in, settings_in


@pytest.mark.parametrize(
    ("record", "labels", "reported"),
    [
        (
            {"text": "Anna met Bo.", "entities": [{"start": 0, "end": 4, "label": "HERO"}]},
            ["HERO"],
            "new labels, from the file: HERO",
        ),
        ({"text": "Anna met Bo."}, [], "the project has no labels, and the file names none"),
    ],
)
def test_a_project_that_an_import_begins_has_the_labels_of_its_file(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    record: dict[str, Any],
    labels: list[str],
    reported: str,
) -> None:
    for name, value in environment_in(tmp_path).items():
        monkeypatch.setenv(name, value)
    source = tmp_path / "news.jsonl"
    source.write_text(json.dumps(record))
    assert main(["import", str(source), "--project", "News"]) == 0

    assert reported in capsys.readouterr().out
    with open_database(settings_in(tmp_path))() as session:
        project = projects.by_name(session, "News")
        assert project is not None
        assert [label.name for label in projects.labels(session, project.id)] == labels


@pytest.mark.parametrize(
    ("name", "reason"),
    [("", "a project needs a name"), ("  ", "a project needs a name"), ("x" * 201, "got 201")],
)
def test_a_project_that_an_import_begins_has_a_name_as_on_the_page(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    name: str,
    reason: str,
) -> None:
    for variable, value in environment_in(tmp_path).items():
        monkeypatch.setenv(variable, value)
    source = tmp_path / "news.txt"
    source.write_text("Anna met Bo.")

    assert main(["import", str(source), "--project", name]) == 1
    assert reason in capsys.readouterr().err
    assert main(["import", str(source), "--project", " News "]) == 0
    with open_database(settings_in(tmp_path))() as session:
        assert [project.name for project in projects.every(session)] == ["News"]
