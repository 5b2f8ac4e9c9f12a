"""python -m app export: where it may go, and what it asks for."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path

import pytest

from app.__main__ import main
from app.settings import Settings
from tests.app.material import environment_in, settings_in

EXPORT = ["export", "--project", "News", "--format", "jsonl"]


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    for name, value in environment_in(tmp_path).items():
        monkeypatch.setenv(name, value)
    return settings_in(tmp_path)


@pytest.fixture
def news(settings: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One document with one entity, a PER, in the project News."""
    source = tmp_path / "news.jsonl"
    entity = {"start": 0, "end": 4, "label": "PER"}
    source.write_text(json.dumps({"text": "Anna met Bo.", "entities": [entity]}))
    assert main(["import", str(source), "--project", "News", "--split", "train"]) == 0
    capsys.readouterr()


@pytest.mark.usefixtures("news")
def test_a_pipe_gets_the_documents_and_stays_a_pipe_without_a_manifest(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDWR)
    try:
        assert main([*EXPORT, "--out", str(pipe)]) == 0
        assert json.loads(os.read(reader, 10_000))["text"] == "Anna met Bo."
    finally:
        os.close(reader)
    assert stat.S_ISFIFO(pipe.stat().st_mode)
    assert not list(tmp_path.glob("*.manifest.json"))


@pytest.mark.usefixtures("news")
def test_a_folder_that_is_missing_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*EXPORT, "--out", str(tmp_path / "nowhere" / "out.jsonl")]) == 2
    assert f"no such file or folder: {tmp_path / 'nowhere'}." in capsys.readouterr().err


@pytest.mark.usefixtures("news")
def test_a_label_that_the_project_does_not_have_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out.jsonl"
    assert main([*EXPORT, "--label", "PRE", "--out", str(out)]) == 1
    assert "the project has no label 'PRE'; it has 'PER'" in capsys.readouterr().err
    assert not list(tmp_path.glob("out*"))


@pytest.mark.parametrize("option", ["--since", "--until"])
def test_what_is_no_day_is_answered_with_how_to_write_one(
    option: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        main([*EXPORT, option, "31.1.2026"])
    assert (
        f"{option}: a day such as 2026-01-31 is expected, got '31.1.2026'"
        in capsys.readouterr().err
    )
