"""Nothing in the jobs' database runs code: no row is unpickled, wherever it comes from."""

from __future__ import annotations

import ast
import base64
import hashlib
import json
import pickle
import sqlite3
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import text
from starlette.applications import Starlette
from starlette.testclient import TestClient

from app.__main__ import main
from app.http import routes
from app.http.api import project_jobs
from app.services.model_registry.registry import ModelRegistry
from app.services.operations.backup import back_up
from app.services.operations.restore import RestoreError, restore
from app.services.operations.startup import open_database
from app.services.retraining.dbos_json import SERIALIZER
from app.services.retraining.jobs import Jobs, job_folder, prepare_database
from app.services.retraining.jobs_database import JSON, JobsDatabaseError
from app.services.retraining.training_data import RetrainingError
from app.settings import ROOT, Settings
from app.web import gate
from storage.engine import Sessions, create_engine_from
from tests.app.material import environment_in, new_project, pretend_model, settings_in
from tests.payload import Touch


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    for name, value in environment_in(tmp_path).items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("SPANNEAL_AUTH", raising=False)
    return settings_in(tmp_path)


@pytest.fixture
def sessions(settings: Settings) -> Iterator[Sessions]:
    sessions = open_database(settings)
    new_project(sessions)
    ModelRegistry(sessions).ensure_bundled(pretend_model(settings.model))
    yield sessions
    sessions.kw["bind"].dispose()
    gate._database.cache_clear()
    project_jobs._jobs.cache_clear()


@pytest.fixture
def proof(tmp_path: Path) -> Path:
    """The file that a payload writes if anybody unpickles it."""
    return tmp_path / "it-ran"


@pytest.fixture
def queued(settings: Settings, sessions: Sessions) -> str:
    jobs = Jobs(settings, sessions)
    job_id = jobs.start(1)
    jobs.close()
    return job_id


def payload(proof: Path) -> str:
    return base64.b64encode(pickle.dumps(Touch(proof))).decode()


def poison(database: Path, proof: Path, table: str = "workflow_status") -> None:
    """Marks what the table holds as pickled, with a payload as the job's input and output."""
    statements = {
        "workflow_status": (
            "UPDATE workflow_status SET output = :p, error = :p, serialization = 'py_pickle'",
            "UPDATE workflow_input SET inputs = :p",
        ),
        "workflow_events": (
            "INSERT INTO workflow_events (workflow_uuid, key, value, serialization) "
            "SELECT workflow_uuid, 'k', :p, 'py_pickle' FROM workflow_status",
        ),
    }
    with closing(sqlite3.connect(database)) as connection, connection:
        for statement in statements[table]:
            assert connection.execute(statement, {"p": payload(proof)}).rowcount == 1


def tampered(archive: Path, proof: Path) -> Path:
    """The backup with a poisoned jobs.db, its hash as it should be."""
    out, database = archive.with_name("tampered.zip"), archive.with_name("poisoned.db")
    with zipfile.ZipFile(archive) as old, zipfile.ZipFile(out, "w") as new:
        database.write_bytes(old.read("jobs.db"))
        poison(database, proof)
        manifest = json.loads(old.read("manifest.json"))
        content = database.read_bytes()
        digest = hashlib.sha256(content).hexdigest()
        manifest["files"]["jobs.db"] = {"sha256": digest, "size": len(content)}
        changed = {"jobs.db": content, "manifest.json": json.dumps(manifest).encode()}
        for name in old.namelist():
            new.writestr(name, changed.get(name) or old.read(name))
    return out


def test_the_payload_runs_where_it_is_unpickled(proof: Path) -> None:
    pickle.loads(base64.b64decode(payload(proof)))

    assert proof.exists()


def test_a_backup_with_a_pickled_job_is_refused_and_nothing_is_put_in_place(
    settings: Settings, sessions: Sessions, queued: str, proof: Path, tmp_path: Path
) -> None:
    back_up(settings, tmp_path / "b.zip")
    new = Settings.from_environment({"SPANNEAL_DATA": str(tmp_path / "new")})

    with pytest.raises(RestoreError, match=r"1 row of workflow_status .*py_pickle.*trust"):
        restore(tampered(tmp_path / "b.zip", proof), new)

    assert not proof.exists()
    assert list(new.data.iterdir()) == []


@pytest.mark.parametrize("table", ["workflow_status", "workflow_events"])
def test_a_data_folder_with_a_pickled_row_is_refused_by_every_process(
    settings: Settings,
    sessions: Sessions,
    queued: str,
    proof: Path,
    table: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    poison(settings.data / "jobs.db", proof, table)

    with pytest.raises(JobsDatabaseError, match=rf"{table}.*py_pickle"):
        Jobs(settings, sessions)
    for command in (["worker"], ["serve"], ["retrain", "--project", "News"]):
        assert main(command) == 1
        assert "py_pickle" in capsys.readouterr().err
    client = TestClient(
        Starlette(routes=routes.ROUTES), "http://localhost", client=("127.0.0.1", 1)
    )
    answer = client.get(f"/api/v1/jobs/{queued}")
    assert answer.status_code == 503
    assert "py_pickle" in answer.json()["error"]["what"]
    assert not proof.exists()


def test_a_row_that_is_pickled_later_is_refused_when_jobs_are_listed(
    settings: Settings, sessions: Sessions, queued: str, proof: Path
) -> None:
    jobs = Jobs(settings, sessions)
    poison(settings.data / "jobs.db", proof)

    for ask in (lambda: jobs.get(queued), lambda: jobs.every(1), lambda: jobs.progress(queued)):
        with pytest.raises(JobsDatabaseError, match=f"{queued}.*cannot be read"):
            ask()
    jobs.close()
    assert not proof.exists()


@pytest.mark.parametrize("inputs", ["[]", '{"positionalArgs": [1]}', "nonsense", '"text"'])
def test_a_job_with_other_arguments_is_named(
    settings: Settings, sessions: Sessions, queued: str, inputs: str
) -> None:
    jobs = Jobs(settings, sessions)
    with closing(sqlite3.connect(settings.data / "jobs.db")) as connection, connection:
        connection.execute("UPDATE workflow_input SET inputs = ?", (inputs,))

    with pytest.raises(JobsDatabaseError, match=f"{queued}.*cannot be read"):
        jobs.every(1)
    jobs.close()


@pytest.mark.parametrize("name", ["../../etc", "a/b", "..", "", "a\0b"])
def test_a_jobs_id_is_no_path(name: str, tmp_path: Path) -> None:
    with pytest.raises(RetrainingError, match="is not a job's id"):
        job_folder(tmp_path, name)


@pytest.mark.postgresql
def test_pickled_rows_are_found_in_postgresql_too(database_url: str, proof: Path) -> None:
    prepare_database(database_url)
    engine = create_engine_from(database_url)
    with engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO dbos.workflow_status (workflow_uuid, status, name, inputs, "
                "serialization) VALUES ('x', 'SUCCESS', 'retrain', :p, 'py_pickle')"
            ),
            {"p": payload(proof)},
        )
    engine.dispose()

    with pytest.raises(JobsDatabaseError, match="1 row of workflow_status"):
        prepare_database(database_url)
    assert not proof.exists()


def test_dbos_is_imported_by_one_module_which_takes_pickle_from_it() -> None:
    """Whatever touches DBOS has it without pickle, since it comes from there."""
    importing = {
        str(path.relative_to(ROOT))
        for folder in ("app", "core", "storage")
        for path in (ROOT / folder).rglob("*.py")
        if "dbos" in (source := path.read_text())
        for node in ast.walk(ast.parse(source))
        if (
            isinstance(node, ast.Import) and any(a.name.split(".")[0] == "dbos" for a in node.names)
        )
        or (isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "dbos")
    }

    assert importing == {"app/services/retraining/dbos_json.py"}


def test_what_may_be_there_is_what_jobs_are_written_with() -> None:
    assert SERIALIZER.name() == JSON


def test_dbos_unpickles_in_one_place_alone() -> None:
    """A later version of it that does so elsewhere needs another look."""
    import dbos

    folder = Path(dbos.__file__).parent
    result = {path.name for path in folder.glob("*.py") if "import pickle" in path.read_text()}

    assert result == {"_serialization.py"}


@pytest.mark.parametrize("module", ["app.worker.workflow", "app.services.retraining.failover"])
def test_a_process_that_has_dbos_cannot_unpickle_with_it(module: str, proof: Path) -> None:
    code = (
        f"import {module}\n"
        "from dbos._serialization import DefaultSerializer, deserialize_value\n"
        "from dbos import DBOSPortableJSONSerializer\n"
        "try:\n"
        f"    deserialize_value({payload(proof)!r}, 'py_pickle', DBOSPortableJSONSerializer())\n"
        "except ValueError as error:\n"
        "    print(error)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )

    assert "pickle" in done.stdout
    assert not proof.exists()
