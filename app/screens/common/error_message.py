"""Errors as people see them: what happened and what helps, never a stack trace.

The server's log has the whole of it, under the reference that the page names.
"""

from __future__ import annotations

import logging
from secrets import token_hex

import streamlit as st

from app.screens.common.wording import literal
from app.server_paths import without_paths
from storage.database_errors import StorageError, problem_of

LOG = logging.getLogger(__name__)
_LONGEST = 400


def error_text(error: Exception) -> str:
    """What to show for an error that reached the page, as Markdown; and a line in the log."""
    reference = token_hex(4)
    LOG.error("reference %s", reference, exc_info=error)
    if isinstance(error, StorageError):
        found = problem_of(error)
        return (
            f"**Database error:** {_short(found.what)}.\n\nEverything saved so far is safe. "
            f"{literal(found.remedy)} Then reload the page. Details are in the server’s log under "
            f"{reference}."
        )
    if isinstance(error, OSError | ValueError | LookupError):
        return f"**This could not be done:** {_short(without_paths(str(error)))}"
    return (
        "**Something went wrong:** details are in the server’s log under "
        f"{reference}.\n\nEverything saved so far is safe; reload the page to continue."
    )


def reason(error: Exception) -> str:
    """What an error says, as Markdown, for one that a page awaits."""
    return literal(without_paths(str(error)))


def show_error(error: Exception) -> bool:
    """For errors outside a page's own run, such as in what a button calls: True, it is shown."""
    st.error(error_text(error), icon=":material/error:")
    return True


def _short(message: str) -> str:
    return literal(message if len(message) <= _LONGEST else message[: _LONGEST - 1] + "…")
