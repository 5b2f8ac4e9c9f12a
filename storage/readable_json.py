"""JSON columns as queries look into them, also where a text in them holds NUL.

PostgreSQL keeps `\\u0000` in JSON, and then refuses to look up any key of it.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import JSON
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.expression import FunctionElement

_NUL = r"\u0000"
_WITHOUT = r"""'(?<!\\)((?:\\\\)*)\\u0000', '\1', 'g'"""
"""The escape itself, and none whose backslash is escaped."""


class readable(FunctionElement[Any]):
    """A JSON column without the NULs of its texts."""

    name = "readable"
    type = JSON()
    inherit_cache = True


@compiles(readable)
def _as_it_is(element: readable, compiler: SQLCompiler, **options: Any) -> str:
    return compiler.process(element.clauses, **options)


@compiles(readable, "postgresql")
def _without_nul(element: readable, compiler: SQLCompiler, **options: Any) -> str:
    column = compiler.process(element.clauses, **options)
    without = f"regexp_replace(CAST({column} AS text), {_WITHOUT})"
    return (
        f"(CASE WHEN strpos(CAST({column} AS text), '{_NUL}') > 0 "
        f"THEN CAST({without} AS json) ELSE {column} END)"
    )
