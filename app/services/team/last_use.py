"""When something was used last is written down as far as the database can be written to."""

from __future__ import annotations

import logging
from collections.abc import Callable

from sqlalchemy.orm import Session

from storage.database_errors import StorageError, problem_of
from storage.engine import Sessions, writing

LOG = logging.getLogger(__name__)


def note_use(sessions: Sessions, what: str, write: Callable[[Session], None]) -> None:
    """Writes the use of `what` down. A database that is full, read-only or busy is logged, and
    keeps nobody from reading."""
    try:
        with writing(sessions) as session:
            write(session)
    except StorageError as error:
        LOG.warning("could not record the use of %s: %s", what, problem_of(error).what)
