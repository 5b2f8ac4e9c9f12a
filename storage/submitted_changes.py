"""Tells a listener, after the commit, in which projects submitted documents may have changed.

Every statement is looked at, so that it does not matter which service made it: what is submitted
changes by a document's status, split or deletion, by a new submitted set, and, for all projects, by
another active model.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Engine, event, select
from sqlalchemy.orm import Session

from storage.models import AnnotationSet, Document

Listener = Callable[[frozenset[int] | None], None]
"""Takes the numbers of projects; None: any of them may have changed."""
_COLUMNS = {
    "annotation_sets": {"state"},
    "documents": {"status", "split", "deleted_at"},
    "model_versions": {"state"},
    "projects": {"instant", "deleted_at"},
}
_ID = re.compile(r"(?:(?:annotation_sets|documents|projects)_)?id(?:_\d+)*")
"""What SQLAlchemy calls the parameter of a condition on a primary key."""
_RECORDED = "submitted changes"
_listeners: dict[str, Listener] = {}
_documents, _sets = Document.__table__, AnnotationSet.__table__


@dataclass(slots=True)
class Touched:
    """The rows that a transaction changed."""

    documents: set[int] = field(default_factory=set)
    sets: set[int] = field(default_factory=set)
    projects: set[int] = field(default_factory=set)
    unknown: bool = False
    """Whether there may be others."""

    def __bool__(self) -> bool:
        return bool(self.documents or self.sets or self.projects or self.unknown)


def listen(engine: Engine, listener: Listener) -> None:
    """Make the listener the one that is told of this database's changes by this process."""
    _listeners[str(engine.url)] = listener


def watch(engine: Engine) -> None:
    """Look at the statements of an engine."""
    event.listen(engine, "before_cursor_execute", _record)


@contextmanager
def recorded(session: Session) -> Iterator[list[frozenset[int] | None]]:
    """Record what a transaction changes; yields what is to be announced after its commit."""
    changed: list[frozenset[int] | None] = []
    if str(session.get_bind().engine.url) not in _listeners:
        yield changed
        return
    info, touched = session.connection().info, Touched()
    info[_RECORDED] = touched
    try:
        yield changed
        session.flush()
        if touched:
            changed.append(_projects(session, touched))
    finally:
        del info[_RECORDED]


def announce(engine: Engine, changed: Iterable[frozenset[int] | None]) -> None:
    """Tell the listener, which must return at once."""
    listener = _listeners.get(str(engine.url))
    if listener is not None:
        for projects in changed:
            listener(projects)


def _projects(session: Session, touched: Touched) -> frozenset[int] | None:
    if touched.unknown:
        return None
    found = set(touched.projects)
    if touched.sets:
        query = select(_sets.c.document_id).where(_sets.c.id.in_(touched.sets))
        touched.documents |= set(session.execute(query).scalars())
    if touched.documents:
        query = select(_documents.c.project_id).where(_documents.c.id.in_(touched.documents))
        found |= set(session.execute(query.distinct()).scalars())
    return frozenset(found)


def _record(
    connection: Any, _cursor: Any, _statement: str, _parameters: Any, context: Any, _many: bool
) -> None:
    touched = connection.info.get(_RECORDED)
    if touched is None or context.compiled is None:
        return
    if not (context.isinsert or context.isupdate or context.isdelete):
        return
    table = context.compiled.statement.table.name
    if table not in _COLUMNS:
        return
    for row in context.compiled_parameters:
        if context.isinsert:
            _record_new(touched, table, row)
        elif context.isupdate and row.keys() & _COLUMNS[table]:
            _record_changed(touched, table, row)
        elif context.isdelete and table != "annotation_sets":  # drafts come and go
            touched.unknown = True


def _record_new(touched: Touched, table: str, row: Mapping[str, Any]) -> None:
    if table == "documents" and row.get("status") == "submitted":
        touched.projects.add(row["project_id"])
    elif table == "annotation_sets" and row["origin"] == "person" and row["state"] == "submitted":
        touched.documents.add(row["document_id"])
    elif table == "model_versions" and row.get("state") == "active":
        touched.unknown = True


def _record_changed(touched: Touched, table: str, row: Mapping[str, Any]) -> None:
    given = [value for name, value in row.items() if _ID.fullmatch(name)]
    ids = {id for value in given for id in (value if isinstance(value, list) else [value])}
    if table == "model_versions" or not ids:
        touched.unknown = True
    else:
        getattr(touched, "sets" if table == "annotation_sets" else table).update(ids)
