"""Imports: in batches, stopped and repeated, refused record by record, looked at before."""

from __future__ import annotations

import gzip
import json
import threading
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, event
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session, sessionmaker

from app.services.interchange.importing import import_file, importing
from app.services.interchange.preview import previewing
from app.services.interchange.read_records import Incoming
from storage.engine import writing
from storage.enums import SPLITS
from storage.models import Document
from storage.repository import documents, projects
from storage.repository.listing import list_documents
from tests.thorough import examples

pytestmark = pytest.mark.both_databases


@pytest.fixture
def project_id(sessions: sessionmaker[Session]) -> int:
    with writing(sessions) as session:
        return projects.create(session, "P").id


def jsonl(*records: dict[str, Any]) -> bytes:
    return "".join(json.dumps(record) + "\n" for record in records).encode()


def texts(count: int) -> bytes:
    return jsonl(*({"text": f"text {number}"} for number in range(count)))


def total(sessions: sessionmaker[Session], project_id: int) -> int:
    with sessions() as session:
        return list_documents(session, project_id).total


def test_an_import_tells_how_far_it_is_after_every_transaction(
    sessions: sessionmaker[Session], project_id: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.services.interchange.read_records.BATCH", 4)
    incoming = Incoming(texts(10), "a.jsonl")
    visible = [
        (report.added, total(sessions, project_id), report.done)
        for report in importing(sessions, project_id, incoming)
    ]

    assert visible == [(4, 4, False), (8, 8, False), (10, 10, False), (10, 10, True)]


def test_an_import_that_is_stopped_keeps_what_is_in_and_goes_on_when_repeated(
    sessions: sessionmaker[Session], project_id: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.services.interchange.read_records.BATCH", 4)
    incoming = Incoming(texts(10), "a.jsonl")
    for report in importing(sessions, project_id, incoming):
        if report.added == 8:
            break
    assert total(sessions, project_id) == 8

    *_, report = importing(sessions, project_id, incoming)
    assert (report.added, report.duplicates, total(sessions, project_id)) == (2, 8, 10)


def test_a_person_can_save_between_two_transactions_of_an_import(
    sessions: sessionmaker[Session], project_id: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.services.interchange.read_records.BATCH", 4)
    for report in importing(sessions, project_id, Incoming(texts(10), "a.jsonl")):
        with writing(sessions) as session:
            documents.add(session, project_id, name="own", text=f"saved after {report.added}")

    assert total(sessions, project_id) == 10 + 3


def test_two_imports_of_one_file_at_once_add_each_text_once(
    sessions: sessionmaker[Session], project_id: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.services.interchange.read_records.BATCH", 10)
    reports = []

    def run() -> None:
        reports.append(import_file(sessions, project_id, texts(100), name="a.jsonl"))

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert total(sessions, project_id) == 100
    assert sum(report.added for report in reports) == 100
    assert sum(report.duplicates for report in reports) == 100


def test_a_batch_takes_the_same_number_of_queries_however_long(
    sessions: sessionmaker[Session], project_id: int, engine: Engine
) -> None:
    statements: list[str] = []

    @event.listens_for(engine, "before_cursor_execute")
    def note(_c: object, _k: object, statement: str, *_rest: object) -> None:
        statements.append(statement)

    asked = []
    for number in (2, 200):
        statements.clear()
        content = jsonl(*({"text": f"{number} {n}", "entities": []} for n in range(number)))
        import_file(sessions, project_id, content, name="a.jsonl")
        asked.append(len([item for item in statements if item.startswith("SELECT")]))
    assert asked[0] == asked[1] <= 10


@pytest.mark.sqlite
def test_what_the_database_refuses_is_one_bad_record_and_the_batch_is_in(
    sessions: sessionmaker[Session], project_id: int, engine: Engine
) -> None:
    """As PostgreSQL refuses NUL, which SQLite keeps."""
    with engine.begin() as connection:
        connection.exec_driver_sql(
            "CREATE TRIGGER picky BEFORE INSERT ON documents WHEN NEW.text LIKE '%7' "
            "BEGIN SELECT RAISE(ABORT, 'no sevens here'); END"
        )
    report = import_file(sessions, project_id, texts(20), name="a.jsonl")

    assert (report.added, total(sessions, project_id)) == (18, 18)
    assert [bad.line for bad in report.bad] == [8, 18]
    assert "no sevens here" in report.bad[0].reason


@pytest.mark.sqlite
def test_a_full_disk_breaks_the_import_off_and_keeps_what_was_committed(
    sessions: sessionmaker[Session],
    project_id: int,
    engine: Engine,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("app.services.interchange.read_records.BATCH", 50)

    @event.listens_for(engine, "checkout")
    def small(connection: Any, _record: object, _proxy: object) -> None:
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        limit = getattr(small, "limit", None) or pages + 20
        small.limit = limit  # type: ignore[attr-defined]
        connection.execute(f"PRAGMA max_page_count = {limit}")

    content = jsonl(*({"text": f"{n} " + "x" * 500} for n in range(1000)))
    committed = [0]
    reports = (
        committed.append(report.added)
        for report in importing(sessions, project_id, Incoming(content, "a.jsonl"))
    )
    with pytest.raises(OperationalError, match="full"):
        list(reports)

    added = committed[-1]
    assert 0 < added < 1000
    assert total(sessions, project_id) == added
    with engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        ({"text": "x" * 11}, "at most 10 characters, got 11; cut it"),
        ({"text": "x", "name": "n" * 501}, "a name has at most 500 characters, got 501"),
        ({"text": "x", "entities": [{"start": 0, "end": 1, "label": "L" * 101}]}, "1 to 100 char"),
        (
            {"text": "x", "entities": [{"start": 0, "end": 1, "label": "a\nb"}]},
            "without line breaks",
        ),
        ({"text": "x", "entities": [{"start": 0, "end": 2, "label": "A"}]}, "does not lie in"),
    ],
)
def test_what_is_too_long_or_misplaced_is_refused_with_the_limit(
    sessions: sessionmaker[Session],
    project_id: int,
    monkeypatch: pytest.MonkeyPatch,
    record: dict[str, Any],
    reason: str,
) -> None:
    monkeypatch.setattr(documents, "LONGEST_TEXT", 10)
    report = import_file(sessions, project_id, jsonl({"text": "good"}, record), name="a.jsonl")

    assert report.added == 1
    assert [(bad.line, reason in bad.reason) for bad in report.bad] == [(2, True)]


def test_a_file_cannot_flood_a_project_with_labels(
    sessions: sessionmaker[Session], project_id: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.services.interchange.insert_batch.MOST_LABELS", 3)
    entity = {"start": 0, "end": 1}
    records = [{"text": f"{n}", "entities": [{**entity, "label": f"L{n}"}]} for n in range(5)]
    report = import_file(sessions, project_id, jsonl(*records), name="a.jsonl")

    assert report.labels_created == ["L0", "L1", "L2"]
    assert [bad.line for bad in report.bad] == [4, 5]


def test_a_file_of_nonsense_is_counted_and_not_kept_in_memory(
    sessions: sessionmaker[Session], project_id: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.services.interchange.read_records.BAD_KEPT", 5)
    report = import_file(sessions, project_id, b"nonsense\n" * 12, name="a.jsonl")

    assert (len(report.bad), report.bad_unlisted, report.bad_count) == (5, 7, 12)


def test_an_import_that_cannot_read_to_the_files_end_is_not_done_and_says_where(
    sessions: sessionmaker[Session], project_id: int
) -> None:
    records = [json.dumps({"text": f"text {number}"}) for number in range(1000)]
    comma_missing = f"[{','.join(records[:500])}\n{','.join(records[500:])}]".encode()
    packed = gzip.compress(texts(8000))

    array = import_file(sessions, project_id, comma_missing, name="a.json")
    cut = import_file(sessions, project_id, packed[: len(packed) // 2], name="b.jsonl.gz")
    whole = import_file(sessions, project_id, jsonl({"text": "a"}, {}), name="c.jsonl")

    assert array.added == 500
    assert (array.done, array.broken_off) == (False, array.bad[-1])
    assert not cut.done
    assert cut.broken_off
    assert cut.broken_off.line == cut.added + cut.duplicates > 1
    assert "cut off" in cut.broken_off.reason
    assert (whole.done, whole.broken_off, whole.bad_count) == (True, None, 1)


def test_a_preview_says_what_the_import_then_does_and_writes_nothing(
    sessions: sessionmaker[Session], project_id: int
) -> None:
    entity = {"start": 0, "end": 1, "label": "NEW"}
    content = jsonl(
        {"text": "known"}, {"text": "a", "entities": [entity]}, {"text": "a"}, {}, {"text": "z"}
    )
    with writing(sessions) as session:
        documents.add(session, project_id, name="k", text="known")
    incoming = Incoming(content, "a.jsonl")
    *_, preview = previewing(sessions, project_id, incoming)
    assert total(sessions, project_id) == 1
    report = import_file(sessions, project_id, content, name="a.jsonl")

    assert preview.report == report
    assert (report.added, report.duplicates, report.bad_count) == (2, 2, 1)
    assert [record.text for record in preview.first] == ["known", "a", "a", "z"]
    assert dict(preview.labels) == {"NEW": 1}


records = st.lists(
    st.tuples(st.text("abc", min_size=1, max_size=3), st.sampled_from([None, *SPLITS])), max_size=12
)


@settings(max_examples=examples(12), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(records=records, batch=st.integers(1, 5))
def test_batches_choose_the_splits_that_one_by_one_would(
    sessions: sessionmaker[Session], records: list[tuple[str, Any]], batch: int
) -> None:
    chosen = []
    for way in ("alone", "batch"):
        with writing(sessions) as session:
            project = projects.by_name(session, "Same") or projects.create(session, "Same")
            if way == "alone":
                for text, split in records:
                    documents.add(session, project.id, name="n", text=text, split=split)
        if way == "batch":
            content = jsonl(*({"text": text, "split": split} for text, split in records))
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr("app.services.interchange.read_records.BATCH", batch)
                import_file(sessions, project.id, content, name="a.jsonl")
        with writing(sessions) as session:
            rows = session.query(Document).order_by(Document.id).all()
            chosen.append([(row.text, row.split) for row in rows])
            for row in rows:
                session.delete(row)
    assert chosen[0] == chosen[1]


def test_markup_is_no_text_of_a_document_unless_plain_text_was_chosen(
    sessions: sessionmaker[Session], project_id: int
) -> None:
    markup = b"T1\tPER 0 4\tMara\n"

    (refused,) = importing(sessions, project_id, Incoming(markup, "a.ann"))
    assert refused.broken_off
    assert "brat's annotations without their text" in refused.broken_off.reason
    assert (refused.added, refused.done, refused.bad_count) == (0, False, 1)
    *_, chosen = importing(sessions, project_id, Incoming(markup, "a.ann", format="text"))
    assert (chosen.added, chosen.done) == (1, True)
