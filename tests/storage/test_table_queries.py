"""Queries over tables: they find what the session has changed and not yet written."""

from __future__ import annotations

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session, sessionmaker

from storage.engine import writing
from storage.models import Project
from storage.repository import projects
from storage.table_queries import rows, table


def test_a_change_that_no_one_has_flushed_is_found(sessions: sessionmaker[Session]) -> None:
    held = table(Project).c
    query = select(held.name).where(held.guidelines == bindparam("guidelines"))
    with writing(sessions) as session:
        project = projects.create(session, "P")
        project.guidelines = "read twice"

        assert [row.name for row in rows(session, query, guidelines="read twice")] == ["P"]
        assert rows(session, query, guidelines="read once") == []
