"""What a command says of an error that its reader can do something about."""

from __future__ import annotations

import sqlite3

from app.services.operations.unfinished_restore import plain
from app.settings import Settings
from core import command_line
from storage.database_errors import StorageError, problem_of


def explain(error: Exception) -> str | None:
    """What happened and what helps; None for a mistake of the program."""
    if isinstance(error, (StorageError, sqlite3.Error)):
        problem = problem_of(error)
        return f"{problem.what}: {_database()}. {problem.remedy}"
    message = command_line.explain(error)
    if message is None and isinstance(error, LookupError | RuntimeError):
        return str(error)
    return message


def _database() -> str:
    return plain(Settings.from_environment().database)
