"""The migrations and the models say the same."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from storage.engine import create_engine_from, session_factory, upgrade
from storage.models import AnnotationSet, Base, Document, ModelVersion, Project
from storage.repository import annotation_sets, projects
from tests.operation_log import last_seq, log_of

pytestmark = pytest.mark.both_databases


def test_the_migrations_make_exactly_the_schema_of_the_models(engine: Engine) -> None:
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []


@pytest.mark.sqlite
def test_the_migrations_make_the_same_checks_and_indexes(engine: Engine, tmp_path: Path) -> None:
    """Alembic compares neither CHECKs nor the conditions of indexes, so the SQL is compared."""
    direct = create_engine_from(f"sqlite:///{tmp_path}/direct.db")
    Base.metadata.create_all(direct)

    assert _schema(engine) == _schema(direct)
    direct.dispose()


@pytest.mark.sqlite
def test_upgrading_again_changes_nothing(engine: Engine) -> None:
    before = _schema(engine)
    upgrade(engine)

    assert _schema(engine) == before


@pytest.mark.parametrize("revision", ["0001", "0002", "0007"])
def test_what_was_there_before_an_upgrade_is_there_after_it(
    database_url: str, revision: str
) -> None:
    """From every released schema, on every database."""
    old = create_engine_from(database_url)
    upgrade(old, revision)
    with old.begin() as connection:
        for statement in _WORK[: None if revision != "0001" else -2]:
            connection.execute(text(statement))
    upgrade(old)

    with session_factory(old)() as session:
        document, project = session.get_one(Document, 1), session.get_one(Project, 1)
        assert (document.text, document.comment, document.skip_reason) == ("Ada", "", "")
        assert (project.holdout_share, project.queue, project.hotkeys) == (0.2, "arrival", {})
        assert project.nested
        assert project.guidelines == ("Names." if revision != "0001" else "")
        assert (document.version, document.deleted_at, project.annotators) == (0, None, 1)
        assert [label.name for label in projects.labels(session, 1)] == ["PER"]
        draft, submitted = (
            annotation_sets.draft_of(session, 1),
            annotation_sets.submitted_of(session, 1),
        )
        assert draft is not None
        assert submitted is not None
        assert (draft.parent_id, draft.blind, submitted.person) == (2, False, "Ann")
        (span,) = annotation_sets.spans_of(submitted)
        assert (span.start, span.end, span.label, span.status) == (0, 3, "PER", "accepted")
        assert last_seq(session, "page") == 7
        (operation,) = log_of(session, 1)
        assert (operation.payload, operation.version, operation.blind) == (_OP, None, False)
        assert operation.at.isoformat() == "2026-01-01T00:00:00+00:00"
    with pytest.raises(DBAPIError, match="never changed or deleted"), old.begin() as connection:
        connection.execute(text("DELETE FROM operations"))
    old.dispose()


def test_documents_of_the_control_split_are_of_the_holdout_split_after_an_upgrade(
    database_url: str,
) -> None:
    old = create_engine_from(database_url)
    upgrade(old, "0007")
    scores = '{"control": {"new": {"f1": 0.5}}}'
    with old.begin() as connection:
        for statement in _WORK[:4]:
            connection.exec_driver_sql(statement)
        connection.exec_driver_sql("UPDATE documents SET split = 'control'")
        connection.exec_driver_sql("UPDATE projects SET control_share = 0.3")
        connection.exec_driver_sql(
            f"UPDATE model_versions SET metrics = '{scores}', "
            """settings = '{"snapshot": {"control": 4, "train": 9}}'"""
        )
    upgrade(old)

    with session_factory(old)() as session:
        version = session.get_one(ModelVersion, 1)
        assert session.get_one(Document, 1).split == "holdout"
        assert session.get_one(Project, 1).holdout_share == 0.3
        assert version.metrics == {"holdout": {"new": {"f1": 0.5}}}
        assert version.settings == {"snapshot": {"holdout": 4, "train": 9}}
    with pytest.raises(IntegrityError), old.begin() as connection:
        connection.exec_driver_sql("UPDATE documents SET split = 'control'")
    old.dispose()


def test_thresholds_up_to_three_are_divided_by_three_and_nothing_else_is(
    database_url: str,
) -> None:
    def sampler(threshold: float | None) -> dict[str, object]:
        return {"sampler": {"steps": 5, "threshold": threshold}, "hints": [[0, 3, "PER", 0.7]]}

    before = {
        11: sampler(2.1),
        12: sampler(None),
        13: sampler(0.0),
        14: {"imported": 'a "threshold": 2.1 \0.jsonl'},
        15: {},
    }
    measured = {"control": {"old": {"f1": 0.5}, **sampler(1.65)}}
    old = create_engine_from(database_url)
    upgrade(old, "0007")
    with old.begin() as connection:
        for statement in _WORK:
            connection.execute(text(statement))
        connection.execute(text("UPDATE entities SET score = 0.9"))
        connection.execute(
            text("UPDATE model_versions SET metrics = :metrics"), {"metrics": json.dumps(measured)}
        )
        for number, provenance in before.items():
            connection.execute(
                text(
                    "INSERT INTO annotation_sets (id, document_id, origin, model_version_id, "
                    "provenance, state, created_at) VALUES (:id, 1, 'machine', 1, :provenance, "
                    f"'submitted', '{_TIME}')"
                ),
                {"id": number, "provenance": json.dumps(provenance)},
            )
    upgrade(old)

    with session_factory(old)() as session:
        after = {number: session.get_one(AnnotationSet, number).provenance for number in before}
        assert after == before | {11: sampler(2.1 / 3)}
        assert session.get_one(ModelVersion, 1).metrics == {
            "holdout": {"old": {"f1": 0.5}, **sampler(1.65 / 3)}
        }
        assert session.scalars(text("SELECT score FROM entities")).all() == [0.9]
    old.dispose()


def test_a_log_can_only_be_added_to(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO events (at, person, action, detail) "
                f"VALUES ('{_TIME}', 'Ada', 'delete', '{{}}')"
            )
        )
    for change in ("UPDATE events SET person = 'Eve'", "DELETE FROM events"):
        with pytest.raises(DBAPIError, match="never changed or deleted"), engine.begin() as first:
            first.execute(text(change))

    with engine.connect() as connection:
        assert connection.scalar(text("SELECT person FROM events")) == "Ada"


_TIME = "2026-01-01 00:00:00.000000"
_OP = {"op": "accept", "id": "m1.1"}
_WORK = (
    f"INSERT INTO projects (id, name, created_at) VALUES (1, 'Old', '{_TIME}')",
    "INSERT INTO labels (id, project_id, name, color, description, position) "
    "VALUES (1, 1, 'PER', '#e4572e', '', 0)",
    "INSERT INTO model_versions (id, path, labels, metrics, settings, state, created_at) "
    f"VALUES (1, 'm', '[\"PER\"]', '{{}}', '{{}}', 'active', '{_TIME}')",
    "INSERT INTO documents (id, project_id, name, text, length, sha256, split, status, meta, "
    "created_at, updated_at) VALUES (1, 1, 'a', 'Ada', 3, 'x', 'train', 'in_progress', '{}', "
    f"'{_TIME}', '{_TIME}')",
    "INSERT INTO annotation_sets (id, document_id, origin, model_version_id, provenance, state, "
    f"created_at) VALUES (1, 1, 'machine', 1, '{{}}', 'submitted', '{_TIME}')",
    "INSERT INTO annotation_sets (id, document_id, origin, provenance, person, parent_id, state, "
    f"created_at) VALUES (2, 1, 'person', '{{}}', 'Ann', 1, 'submitted', '{_TIME}'), "
    f"(3, 1, 'person', '{{}}', 'Ann', 2, 'draft', '{_TIME}')",
    'INSERT INTO entities (id, annotation_set_id, key, start, "end", label, status, source) '
    "VALUES (1, 2, 'm1.1', 0, 3, 'PER', 'accepted', 'model')",
    "INSERT INTO operations (client, seq, document_id, person, payload, at) "
    f"VALUES ('page', 7, 1, 'Ann', '{json.dumps(_OP)}', '{_TIME}')",
    "UPDATE projects SET guidelines = 'Names.'",
    "INSERT INTO visits (document_id, person, opened_at, aided) "
    f"VALUES (1, 'Ann', '{_TIME}', true)",
)
"""Data of a released schema; the last two statements need 0002."""
_PARTS = re.compile(r",(?![^(]*\))")
"""Commas between columns and constraints, not those inside their parentheses."""


def _schema(engine: Engine) -> dict[str, list[str]]:
    """Every table's and index's SQL as its parts; a column added later stands elsewhere."""
    query = text(
        "SELECT name, sql FROM sqlite_master "
        "WHERE sql NOT NULL AND type != 'trigger' AND name != :own"
    )
    with engine.connect() as connection:
        return {
            name: sorted(" ".join(part.split()) for part in _PARTS.split(_body(sql)))
            for name, sql in connection.execute(query, {"own": "alembic_version"})
        }


def _body(sql: str) -> str:
    return sql[sql.index("(") + 1 : sql.rindex(")")] if sql.startswith("CREATE TABLE") else sql
