"""Conditions that sessions add to their queries by themselves, at the price of a look at them.

SQLAlchemy looks through every part of such a condition at each query, to find the SQL that it made
of the same query before; for a dozen of them that takes longer than most queries.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from sqlalchemy import BindParameter, ColumnElement
from sqlalchemy.orm import ORMExecuteState
from sqlalchemy.orm.util import LoaderCriteriaOption

BUILT_ONCE: dict[str, Any] = {"built_once": True}
"""Execution options of a query that is built once and asked again and again: with its conditions it
is built once, too."""


class Condition(LoaderCriteriaOption):
    """As `with_loader_criteria`, for aliases too; looked through once. It never changes."""

    __slots__ = ("_binds", "_key")

    def __init__(self, model: type[Any], condition: ColumnElement[bool]) -> None:
        super().__init__(model, condition, include_aliases=True)
        found = condition._generate_cache_key()
        if found is None:
            raise ValueError(f"SQLAlchemy cannot keep the SQL of the condition on {model.__name__}")
        self._key = (Condition, model, found.key)
        self._binds: list[BindParameter[Any]] = list(found.bindparams)

    def _gen_cache_key(
        self, anon_map: Any, bindparams: list[BindParameter[Any]]
    ) -> tuple[Any, ...]:
        bindparams.extend(self._binds)
        return self._key


def add(state: ORMExecuteState, conditions: tuple[Condition, ...]) -> None:
    """Adds conditions to the query that a session is about to ask."""
    if state.execution_options.get("built_once", False):
        state.statement = _kept(state.statement, conditions)
    else:
        state.statement = state.statement.options(*conditions)


@lru_cache(maxsize=1024)
def _kept(statement: Any, conditions: tuple[Condition, ...]) -> Any:
    return statement.options(*conditions)
