"""python -m app: each verb is one service call, with help."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from app.__main__ import VERBS, main
from app.services.model_registry.registry import ModelRegistry
from app.services.operations.startup import open_database
from app.settings import Settings
from storage.engine import Sessions
from storage.repository import projects
from tests.app.material import environment_in, new_project, pretend_model, settings_in


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    for name, value in environment_in(tmp_path).items():
        monkeypatch.setenv(name, value)
    return settings_in(tmp_path)


@pytest.fixture
def opened(settings: Settings) -> Sessions:
    return open_database(settings)


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_has_help(verb: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as exit:
        main([verb, "--help"])
    assert exit.value.code == 0
    assert VERBS[verb] in " ".join(capsys.readouterr().out.split())


def test_what_is_imported_can_be_exported(
    settings: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    entity = {"start": 0, "end": 4, "label": "PER"}
    good = json.dumps({"text": "Anna met Bo.", "entities": [entity]})
    source = tmp_path / "news.jsonl"
    source.write_text(f"{good}\nnonsense\n")
    assert main(["import", str(source), "--project", "News"]) == 1
    captured = capsys.readouterr()
    assert "project 'News' is new. Once a project has 20 documents" in captured.out
    assert "about 20% of new ones are held out" in captured.out
    assert "1 documents with 1 entities added (jsonl), 0 duplicates, 1 bad" in captured.out
    assert f"{source}:2: not JSON" in captured.err

    out = tmp_path / "out.bio"
    assert main(["export", "--project", "News", "--format", "bio", "--out", str(out)]) == 0
    assert "Anna" in out.read_text()
    assert "B-PER" in out.read_text()
    assert "1 documents with 1 entities written" in capsys.readouterr().err


def test_an_unknown_project_is_answered_with_those_there_are(
    opened: Sessions, capsys: pytest.CaptureFixture[str]
) -> None:
    new_project(opened)
    assert main(["export", "--project", "Olds", "--format", "jsonl"]) == 1
    assert "there is no project 'Olds'; there are: 'News'" in capsys.readouterr().err
    assert main(["import", "no-such-file", "--project", "News"]) == 2
    assert "there is no such file or folder: no-such-file" in capsys.readouterr().err


@pytest.mark.parametrize(
    "command",
    [
        ["import", "{folder}"],
        ["export", "--format", "jsonl", "--out", "{folder}"],
        ["restore", "{folder}"],
    ],
)
def test_a_folder_in_the_place_of_a_file_is_named(
    opened: Sessions, tmp_path: Path, capsys: pytest.CaptureFixture[str], command: list[str]
) -> None:
    new_project(opened)
    folder = tmp_path / "folder"
    folder.mkdir()
    project = [] if command[0] == "restore" else ["--project", "News"]
    assert main([part.format(folder=folder) for part in command] + project) == 2
    error = capsys.readouterr().err
    assert f"this is a folder, and a file is expected: {folder}. Name a file in it." in error
    assert error.count("\n") == 1


def test_a_closed_pipe_ends_a_command_silently(
    opened: Sessions, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    new_project(opened)

    def closed(*_: object) -> None:
        raise BrokenPipeError

    monkeypatch.setattr("app.cli.export.export", closed)
    assert main(["export", "--project", "News", "--format", "jsonl"]) == 141
    assert capsys.readouterr() == ("", "")


def test_retrain_queues_a_job_and_says_that_no_worker_runs(
    settings: Settings, opened: Sessions, capsys: pytest.CaptureFixture[str]
) -> None:
    ModelRegistry(opened).ensure_bundled(pretend_model(settings.model))
    new_project(opened)
    assert main(["retrain", "--project", "News"]) == 0
    captured = capsys.readouterr()
    assert "is queued" in captured.out
    assert "start `python -m app worker`" in captured.err
    assert main(["retrain", "--project", "News"]) == 1
    assert "is already running" in capsys.readouterr().err


def test_promote_moves_the_active_version(
    settings: Settings, opened: Sessions, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    new_project(opened)
    registry = ModelRegistry(opened)
    old = registry.ensure_bundled(pretend_model(settings.model))
    new = registry.propose(
        pretend_model(tmp_path / "new"), parent_id=old.id, metrics={}, data_hash="", settings={}
    )
    assert main(["promote", str(new.id)]) == 0
    captured = capsys.readouterr()
    assert f"model version {new.id} is now active" in captured.out
    assert f"warning: Version {new.id} was never measured here" in captured.err
    assert "The active model serves all projects; today that is News alone." in captured.err
    assert main(["promote", "99"]) == 1
    assert "there is no model version 99" in capsys.readouterr().err


@pytest.mark.parametrize("flags", [[], ["--no-worker"]])
def test_serve_prepares_the_database_and_starts_page_and_worker(
    flags: list[str],
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    started: list[tuple[list[str], list[str] | None]] = []

    class Recorded:
        def __init__(self, page: list[str], worker: list[str] | None, **_: object) -> None:
            started.append((page, worker))

        def run(self) -> int:
            return 0

    monkeypatch.setattr("app.cli.serve.Supervisor", Recorded)
    monkeypatch.setenv("SPANNEAL_AUTH", "none")
    assert main(["serve", "--host", "0.0.0.0", "--port", "9000", *flags]) == 0
    [(page, worker)] = started
    assert page[-4:] == ["--server.address", "0.0.0.0", "--server.port", "9000"]
    assert (worker is None) == bool(flags)
    assert "no model makes suggestions" in capsys.readouterr().err
    with open_database(settings)() as session:
        assert [project.name for project in projects.every(session)] == ["Sample"]


def submitted(name: str, label: str = "PER") -> str:
    entity = {"start": 0, "end": len(name), "label": label}
    return json.dumps({"text": f"{name} met Bo.", "entities": [entity]}) + "\n"


def test_a_dry_run_says_what_would_come_in_and_writes_nothing(
    settings: Settings, opened: Sessions, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = tmp_path / "news.jsonl"
    source.write_text(submitted("Anna") + submitted("Olena", "EVENT") + "nonsense\n")
    assert main(["import", str(source), "--project", "News", "--dry-run"]) == 1
    captured = capsys.readouterr()
    assert "EVENT: 1 (new)" in captured.out
    assert "2 documents with 2 entities would be added (jsonl)" in captured.out
    assert f"{source}:3: not JSON" in captured.err
    assert main(["export", "--project", "News", "--format", "jsonl"]) == 1
    assert "there is no project 'News'" in capsys.readouterr().err


def test_an_import_of_a_file_broken_in_the_middle_says_where(
    opened: Sessions, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = tmp_path / "a.json"
    source.write_text('[{"text": "One."}\n{"text": "Two."}]')

    assert main(["import", str(source), "--project", "News"]) == 1
    assert "The import stopped at line 2" in capsys.readouterr().out


def test_an_import_that_is_interrupted_says_what_is_in(
    settings: Settings,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    from app.cli import import_file

    whole = import_file.importing

    def interrupted(*arguments: Any) -> Iterator[Any]:
        yield next(whole(*arguments))
        raise KeyboardInterrupt

    monkeypatch.setattr(import_file, "importing", interrupted)
    source = tmp_path / "news.jsonl"
    source.write_text(submitted("Anna"))
    assert main(["import", str(source), "--project", "News"]) == 130
    captured = capsys.readouterr().out
    assert "1 documents with 1 entities added" in captured
    assert "import the file again to continue" in captured


def test_the_columns_of_a_file_can_be_chosen(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = tmp_path / "some.conll"
    source.write_text("1\tMara\tMARA\tB-PER\n2\tsleeps\tSLEEP\tO\n")

    common = ["import", str(source), "--project", "News", "--dry-run"]
    assert main(common) == 0
    assert "'Mara sleeps' – PER 'Mara'" in capsys.readouterr().out
    assert main([*common, "--columns", "word=3,tag=4"]) == 0
    assert "'MARA SLEEP' – PER 'MARA'" in capsys.readouterr().out
    with pytest.raises(SystemExit):
        main([*common, "--columns", "3,4"])
    assert "expected columns as word=2,tag=3" in capsys.readouterr().err


def test_a_file_that_is_no_utf8_is_read_once_its_encoding_is_named(
    settings: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = tmp_path / "le s.txt"
    source.write_bytes("La Señora celebró su mañana con niños.".encode("latin-1"))
    command = ["import", str(source), "--project", "News"]

    assert main(command) == 1
    captured = capsys.readouterr()
    assert (
        "it may be windows-1252 (Señora, mañana) or windows-1250 (Seńora, mańana)" in captured.err
    )
    assert "windows-1252  Señora, mañana, niños" in captured.out
    suggested = captured.out.splitlines()[-1].split(" import ")[1]
    assert suggested == f"'{source}' --project News --encoding windows-1252"

    assert main([*command, "--encoding", "latin-1", "--dry-run"]) == 0
    assert "La Señora celebró su mañana con niños." in capsys.readouterr().out
    assert main(["import", *shlex.split(suggested)]) == 0
    assert "1 documents" in capsys.readouterr().out
    with pytest.raises(SystemExit):
        main([*command, "--encoding", "utf-7"])
    assert "'utf-7' is no encoding that files are read in; expected" in capsys.readouterr().err


def test_records_of_one_text_are_merged_separated_or_skipped_and_told_what_was_lost_first(
    settings: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    locations = [(0, 4, "PER"), (14, 18, "LOC"), (0, 4, "ORG")]
    source = tmp_path / "tasks.jsonl"
    source.write_text(
        "".join(
            json.dumps(
                {
                    "text": "Mara lives in Oslo.",
                    "spans": [{"start": start, "end": end, "label": label}],
                    "answer": "accept",
                    "relations": [1],
                }
            )
            + "\n"
            for start, end, label in locations
        )
    )
    command = ["import", str(source), "--project", "News"]
    lost = "1 record contradicts an earlier record of the same text, which stands"
    merged = "1 record of a repeated text with different annotations: merged into one document"

    assert main([*command, "--dry-run"]) == 1
    previewed = capsys.readouterr().err.splitlines()
    assert main(command) == 1
    assert [line for line in capsys.readouterr().err.splitlines() if "%" not in line] == [
        line for line in previewed if "%" not in line
    ]
    captured = [line for line in previewed if "relations" not in line]
    assert [line for line in captured if line in (lost, merged)] == [lost, merged]
    assert previewed.index(lost) < next(
        number for number, line in enumerate(previewed) if line.startswith("relations")
    )
    assert f"{source}:3: contradicts an earlier record" in previewed[0]

    assert main([*command[:-1], "Apart", "--same-text", "separate"]) == 0
    assert "2 records of a repeated text by another person" in capsys.readouterr().err
    assert main([*command[:-1], "First", "--same-text", "skip"]) == 1
    assert "2 records contradict an earlier record" in capsys.readouterr().err


def test_an_empty_list_of_labels_is_submitted_only_on_request(
    settings: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = tmp_path / "labels.jsonl"
    records = [{"text": "One.", "label": [[0, 3, "X"]]}, {"text": "Two.", "label": []}]
    source.write_text("".join(json.dumps(record) + "\n" for record in records))

    assert main(["import", str(source), "--project", "News"]) == 0
    message = "1 record with an empty list of labels: imported as"
    assert f"{message} not yet annotated" in capsys.readouterr().err
    assert main(["import", str(source), "--project", "Done", "--submit-empty"]) == 0
    assert f"{message} submitted, with nothing found" in capsys.readouterr().err
    for project, submitted_documents in (("News", 1), ("Done", 2)):
        capsys.readouterr()
        main(["export", "--project", project, "--format", "jsonl"])
        assert len(capsys.readouterr().out.splitlines()) == submitted_documents
