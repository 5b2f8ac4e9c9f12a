"""python -m app export."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path

import pytest

from app.__main__ import main
from app.services.operations.startup import open_database
from app.settings import Settings
from storage.engine import writing
from storage.repository import projects
from tests.app.material import environment_in, settings_in


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    for name, value in environment_in(tmp_path).items():
        monkeypatch.setenv(name, value)
    return settings_in(tmp_path)


def submitted(name: str) -> str:
    entity = {"start": 0, "end": len(name), "label": "PER"}
    return json.dumps({"text": f"{name} met Bo.", "entities": [entity]}) + "\n"


def test_an_export_can_be_narrowed_and_has_a_manifest_beside_it(
    settings: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source, out = tmp_path / "news.jsonl", tmp_path / "out.jsonl"
    source.write_text(submitted("Anna") + json.dumps({"text": "Open."}) + "\n")
    main(["import", str(source), "--project", "News", "--split", "train"])
    with writing(open_database(settings)) as session:
        projects.ensure_labels(session, 1, ["ORG"])
    common = ["export", "--project", "News", "--format", "jsonl", "--out", str(out)]

    assert main([*common, "--undecided", "--history", "--label", "ORG"]) == 0
    records = [json.loads(line) for line in out.read_text().splitlines()]
    assert [record.get("entities") for record in records] == [[], None]
    assert "history" in records[0]
    captured = json.loads((tmp_path / "out.jsonl.manifest.json").read_text())
    assert captured["filters"]["labels"] == ["ORG"]
    assert captured["counts"]["documents"] == 2

    for flags, item in (
        (["--split", "holdout"], 0),
        (["--person", "Nobody"], 0),
        (["--since", "2020-01-01", "--until", "2020-01-02"], 0),
        (["--since", "2020-01-01", "--split", "train"], 1),
        (["--until", "9999-12-31"], 1),
    ):
        assert main([*common, *flags]) == 0
        assert len(out.read_text().splitlines()) == item, flags


@pytest.mark.parametrize(
    ("flags", "status", "reason"),
    [
        (["--label", "PRE"], 1, "there is no label 'PRE'; the project has PER"),
        (["--since", "2026-02-01", "--until", "2026-01-31"], 2, "exchange the two"),
    ],
)
def test_an_export_that_can_hold_nothing_is_refused(
    settings: Settings,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    flags: list[str],
    status: int,
    reason: str,
) -> None:
    source, out = tmp_path / "news.jsonl", tmp_path / "out.jsonl"
    source.write_text(submitted("Anna"))
    main(["import", str(source), "--project", "News"])

    command = ["export", "--project", "News", "--format", "jsonl", "--out", str(out)]
    assert main([*command, *flags]) == status
    assert reason in capsys.readouterr().err
    assert list(tmp_path.glob("out.jsonl*")) == []


def test_an_export_into_no_folder_names_the_folder(
    settings: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source, absent = tmp_path / "news.jsonl", tmp_path / "absent"
    source.write_text(submitted("Anna"))
    main(["import", str(source), "--project", "News"])
    command = ["export", "--project", "News", "--format", "jsonl", "--out", f"{absent}/out.jsonl"]

    assert main(command) == 2
    reason = f"export: there is no such file or folder: {absent}. Check its name.\n"
    assert capsys.readouterr().err == reason


@pytest.mark.parametrize("option", ["--since", "--until"])
@pytest.mark.parametrize("day", ["yesterday", "31.1.2026"])
def test_a_day_that_is_none_is_refused_with_an_example(
    option: str, day: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        main(["export", "--project", "News", "--format", "jsonl", option, day])
    error = capsys.readouterr().err
    assert f"{option}: expected a day such as 2026-01-31, got {day!r}" in error


def test_a_pipe_gets_the_documents_and_stays_a_pipe_without_a_manifest(
    settings: Settings, tmp_path: Path
) -> None:
    source = tmp_path / "news.jsonl"
    source.write_text(submitted("Anna"))
    main(["import", str(source), "--project", "News"])
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDWR)
    try:
        assert main(["export", "--project", "News", "--format", "jsonl", "--out", str(pipe)]) == 0
        assert json.loads(os.read(reader, 10_000))["text"] == "Anna met Bo."
    finally:
        os.close(reader)
    assert stat.S_ISFIFO(pipe.stat().st_mode)
    assert not list(tmp_path.glob("*.manifest.json"))
