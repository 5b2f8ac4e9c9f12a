"""Queries that every save and every opening asks, at the price of their answers.

To build a query over models, to look through it for the SQL that was made of it before, and to add
what sessions add takes SQLAlchemy five to ten times as long as the database takes to answer. Here
they are built once: a function without values, kept by `functools.cache`, gives a query over tables
whose values are `bindparam`s. What sessions add to queries over models does not reach them: each
says what it finds in the trash, and is asked about what its transaction has found before.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import FromClause, Row, Select
from sqlalchemy.orm import Session

from storage.models import Base

Query = Select[*tuple[Any, ...]]
Found = Sequence[Row[*tuple[Any, ...]]]


def table(model: type[Base]) -> FromClause:
    """The table of a model."""
    return model.__table__


def rows(session: Session, query: Query, **values: Any) -> Found:
    """What the query finds with these values, and with all that the session has changed."""
    session.flush()
    return session.connection().execute(query, values).all()
