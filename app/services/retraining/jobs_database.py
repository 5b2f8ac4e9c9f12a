"""What the jobs' database may hold: rows in JSON, and no others.

Each row names the serializer that DBOS reads it with. Pickle is one of them, and runs code; this
program never writes it, so such a row comes from somebody else.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import (
    Connection,
    String,
    column,
    func,
    inspect,
    make_url,
    select,
    table,
)

from storage.database_errors import StorageError, problem_of
from storage.engine import create_engine_from

JSON = "portable_json"
"""The serializer that jobs are recorded with, by DBOS's name."""
_MARK = "serialization"
"""The column in which a row names its serializer; NULL stands for the process's own."""


class JobsDatabaseError(ValueError):
    """What keeps the jobs' database from being used, and what to do."""


@contextmanager
def explained(url: str) -> Iterator[None]:
    """Turns what the database says into a `JobsDatabaseError` that names it."""
    try:
        yield
    except StorageError as error:
        problem = problem_of(error)
        raise JobsDatabaseError(
            f"the jobs' database {make_url(url).render_as_string()} cannot be used: "
            f"{problem.what}. {problem.remedy}"
        ) from error


def require_json(url: str) -> None:
    """Raises `JobsDatabaseError` if a row names any serializer but `JSON`."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite" and not Path(parsed.database or "").exists():
        return
    engine = create_engine_from(url)
    try:
        with explained(url), engine.connect() as connection:
            found = list(_foreign_rows(connection))
    finally:
        engine.dispose()
    if found:
        rows = ", ".join(
            f"{count} row{'s' if count > 1 else ''} of {name} marked {mark}"
            for name, mark, count in found
        )
        raise JobsDatabaseError(
            f"{parsed.render_as_string()} holds {rows}; jobs are recorded as {JSON} alone, and "
            "other rows could run code, so none was read. Restore a backup that you trust, or move "
            "this database aside: only the list of retraining jobs begins anew"
        )


def _foreign_rows(connection: Connection) -> Iterator[tuple[str, object, int]]:
    """Tables, what their rows are marked as, and how many of them are."""
    schema = "dbos" if connection.dialect.name == "postgresql" else None
    inspector = inspect(connection)
    if schema is not None and not inspector.has_schema(schema):
        return
    for name in sorted({*inspector.get_table_names(schema), *inspector.get_view_names(schema)}):
        if _MARK not in {described["name"] for described in inspector.get_columns(name, schema)}:
            continue
        mark = column(_MARK, String)
        marked = (
            select(mark, func.count())
            .select_from(table(name, mark, schema=schema))
            .where(mark != JSON)
            .group_by(mark)
        )
        for value, count in connection.execute(marked):
            yield name, value, count
