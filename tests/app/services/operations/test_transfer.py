"""A data folder's SQLite becomes PostgreSQL, and nothing is lost."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError

from app.__main__ import main
from app.services.annotation.annotation import AnnotationService
from app.services.model_registry.registry import ModelRegistry
from app.services.operations.startup import open_database
from app.services.operations.transfer import move_database
from app.services.retraining.jobs import Jobs
from app.settings import Settings
from storage.database_transfer import MoveError, Step
from storage.engine import Sessions, create_engine_from, session_factory, writing
from storage.models import Base, Document
from storage.repository import documents, events, model_versions
from tests.app.material import environment_in, new_project, pretend_model, settings_in
from tests.operation_log import last_seq

HARD = "Zoë\0 met 李 ‏שלום‏ 🙂\r\n\x1a end "
TARGET = "postgresql+psycopg://nobody@localhost/nowhere"


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """A data folder with submitted documents, a history, a model, and what is hard to keep."""
    for name, value in environment_in(tmp_path).items():
        monkeypatch.setenv(name, value)
    settings = settings_in(tmp_path)
    sessions = open_database(settings)
    project_id = new_project(sessions)
    ModelRegistry(sessions).ensure_bundled(pretend_model(settings.data / "models" / "one"))
    with writing(sessions) as session:
        meta = {"é\0": [1.5, None, {"b": 1, "a": "\x1a"}]}
        hard = documents.add(session, project_id, name="h\0", text=HARD, meta=meta, split="train")
        assert hard is not None
        events.record(session, "Ada", "test", project_id=project_id, detail={"n": 10**15})
    add = {"op": "add", "id": "s1", "start": 0, "end": 3, "label": "PER"}
    AnnotationService(sessions).apply(hard.id, "page", [{"seq": 7, **add}], "Ada")
    sessions.kw["bind"].dispose()
    return settings


def _texts(sessions: Sessions) -> list[tuple[str, str, object]]:
    with sessions() as session:
        query = select(Document).order_by(Document.id)
        return [(scalar.name, scalar.text, scalar.meta) for scalar in session.scalars(query)]


@pytest.mark.postgresql
def test_every_row_arrives_and_work_goes_on_there(settings: Settings, database_url: str) -> None:
    old = open_database(settings)
    before = _texts(old)
    old.kw["bind"].dispose()

    moved = move_database(settings, database_url)

    assert set(moved.tables) == set(Base.metadata.tables)
    assert moved.tables["documents"].rows == 5
    assert moved.models == {str(settings.data / "models" / "one"): True}
    new = open_database(
        Settings.from_environment(
            {"SPANNEAL_DATA": str(settings.data), "SPANNEAL_DATABASE": database_url}
        )
    )
    assert _texts(new) == before
    with writing(new) as session:
        assert last_seq(session, "page") == 7
        added = documents.add(session, 1, name="next", text="One more.", split="train")
        assert added is not None
        assert added.id == 6, "the sequence stands behind what was moved"
    with new() as session, pytest.raises(DBAPIError, match="operations is a log"):
        session.execute(text("DELETE FROM operations"))
    new.kw["bind"].dispose()


@pytest.mark.postgresql
def test_models_are_found_below_the_data_folder_of_the_new_machine(
    settings: Settings, database_url: str
) -> None:
    moved = move_database(settings, database_url, data=Path("/data"))

    assert moved.models == {"/data/models/one": False}
    engine = create_engine_from(database_url)
    with session_factory(engine)() as session:
        assert model_versions.get(session, 1).path == "/data/models/one"
    engine.dispose()


@pytest.mark.postgresql
def test_a_database_with_something_in_it_is_not_moved_into(
    settings: Settings, database_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["move", "--to", database_url]) == 0
    assert "documents" in capsys.readouterr().out

    assert main(["move", "--to", database_url]) == 1
    assert "is not empty" in capsys.readouterr().err


@pytest.mark.postgresql
def test_what_cannot_be_kept_stops_the_move_and_it_can_be_begun_again(
    settings: Settings, database_url: str
) -> None:
    source = create_engine_from(settings.database)
    with source.begin() as connection:
        connection.execute(text("UPDATE documents SET comment = 'a' || char(0) WHERE id = 5"))
    source.dispose()
    with pytest.raises(MoveError, match=r"documents\.comment of row 5 holds a NUL"):
        move_database(settings, database_url)
    target = create_engine_from(database_url)
    with target.connect() as connection:
        for table in Base.metadata.sorted_tables:
            assert connection.scalar(select(func.count()).select_from(table)) == 0
    target.dispose()

    with source.begin() as connection:
        connection.execute(text("UPDATE documents SET comment = '' WHERE id = 5"))
    source.dispose()
    assert move_database(settings, database_url).tables["documents"].rows == 5


@pytest.mark.postgresql
def test_tables_that_are_not_ours_are_not_left_behind(
    settings: Settings, database_url: str
) -> None:
    source = create_engine_from(settings.database)
    with source.begin() as connection:
        connection.execute(text("CREATE TABLE notes (id INTEGER PRIMARY KEY)"))
    source.dispose()
    with pytest.raises(MoveError, match="tables of another program: notes"):
        move_database(settings, database_url)


def test_nothing_is_moved_while_somebody_works(settings: Settings) -> None:
    with open_database(settings)() as session:
        session.execute(text("SELECT 1"))
        with pytest.raises(MoveError, match="a page or a worker is using"):
            move_database(settings, TARGET)
    session.get_bind().dispose()  # type: ignore[union-attr]


def test_it_goes_from_sqlite_to_postgresql_and_says_so(settings: Settings, tmp_path: Path) -> None:
    with pytest.raises(MoveError, match="--to takes a PostgreSQL URL"):
        move_database(settings, f"sqlite:///{tmp_path}/other.db")
    empty = settings_in(tmp_path / "elsewhere")
    with pytest.raises(MoveError, match="there is no database in"):
        move_database(empty, TARGET)


@pytest.mark.postgresql
def test_unfinished_jobs_stop_the_move_unless_they_are_to_be_cancelled(
    settings: Settings, database_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    sessions = open_database(settings)
    jobs = Jobs(settings, sessions)
    job_id = jobs.start(1)
    jobs.close()
    sessions.kw["bind"].dispose()

    with pytest.raises(MoveError, match=rf"{job_id} \(queued\).*--cancel-jobs"):
        move_database(settings, database_url)
    assert main(["move", "--to", database_url, "--cancel-jobs"]) == 0
    assert f"cancelled the retraining job {job_id}" in capsys.readouterr().out
    jobs = Jobs(settings, sessions)
    assert (jobs.unfinished(), jobs.get(job_id).state) == ((), "cancelled")
    jobs.close()
    sessions.kw["bind"].dispose()


@pytest.mark.postgresql
@pytest.mark.parametrize("moment", [1, 3, 8])
def test_a_move_that_is_killed_moved_nothing_and_can_be_done_again(
    settings: Settings, database_url: str, moment: int
) -> None:
    old = open_database(settings)
    before = _texts(old)
    old.kw["bind"].dispose()
    tables = 0

    def kill(step: Step) -> None:
        nonlocal tables
        tables += 1
        if tables == moment:
            os._exit(9)

    pid = os.fork()
    if pid == 0:
        try:
            move_database(settings, database_url, on_step=kill)
        finally:
            os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 9

    engine = create_engine_from(database_url)
    assert _texts(session_factory(engine)) == []
    engine.dispose()
    assert _texts(old) == before
    old.kw["bind"].dispose()
    move_database(settings, database_url)
    assert _texts(session_factory(engine)) == before
    engine.dispose()
