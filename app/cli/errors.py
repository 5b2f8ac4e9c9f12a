"""What a command says of an error that its reader can do something about."""

from __future__ import annotations

import errno
import sqlite3

from app.services.operations.unfinished_restore import plain
from app.settings import Settings
from storage.database_errors import StorageError, problem_of

_REMEDIES = {
    errno.ENOENT: ("there is no such file or folder", "Check its name."),
    errno.ENOSPC: ("the disk is full", "Free some space on it and try again."),
    errno.EDQUOT: ("the disk is full", "Free some space on it, or raise the quota, and try again."),
    errno.EROFS: ("the disk is read-only", "Make it writable, or choose another folder."),
    errno.EACCES: ("access is denied", "Give the program's user the right to read and write it."),
    errno.EPERM: ("access is denied", "Give the program's user the right to read and write it."),
    errno.EIO: ("the disk reports an error", "Check that it is connected and healthy."),
}


def explain(error: Exception) -> str | None:
    """What happened and what helps, in one line; None for a mistake of the program."""
    if isinstance(error, (StorageError, sqlite3.Error)):
        found = problem_of(error)
        return _line(f"{found.what}: {_database()}. {found.remedy}")
    if isinstance(error, OSError) and error.errno in _REMEDIES:
        what, remedy = _REMEDIES[error.errno]
        return _line(f"{what}: {error.filename or error}. {remedy}")
    if isinstance(error, ValueError | LookupError | OSError | RuntimeError):
        return str(error)
    return None


def _database() -> str:
    return plain(Settings.from_environment().database)


def _line(text: str) -> str:
    return " ".join(text.split())
