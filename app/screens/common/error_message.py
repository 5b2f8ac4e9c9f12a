"""Errors as a person should meet them: what happened and what helps, never a stack trace.

The server's log has the whole of it, under the reference that the page names.
"""

from __future__ import annotations

import logging
from secrets import token_hex

import streamlit as st
from sqlalchemy.exc import SQLAlchemyError

from app.screens.common.wording import literal
from storage.database_errors import problem_of

LOG = logging.getLogger(__name__)
_LONGEST = 400


def explained(error: Exception) -> str:
    """What to show for an error that reached the page, as Markdown; and a line in the log."""
    reference = token_hex(4)
    LOG.error("reference %s", reference, exc_info=error)
    if isinstance(error, SQLAlchemyError):
        found = problem_of(error)
        return (
            f"**The database could not be used:** {_short(found.what)}.\n\n"
            f"What was saved before is safe. {literal(found.remedy)} Then reload the page. "
            f"The server’s log has it under {reference}."
        )
    if isinstance(error, OSError | ValueError | LookupError):
        return f"**This could not be done:** {_short(str(error))}"
    return (
        f"**Something went wrong:** the server’s log says what, under {reference}.\n\n"
        "What was saved before is safe; reload the page to go on."
    )


def shown(error: Exception) -> bool:
    """For errors outside a page's own run, such as in what a button calls: True, it is shown."""
    st.error(explained(error), icon=":material/error:")
    return True


def _short(message: str) -> str:
    return literal(message if len(message) <= _LONGEST else message[: _LONGEST - 1] + "…")
