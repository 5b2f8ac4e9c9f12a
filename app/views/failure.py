"""Errors as a person should meet them: what happened and what helps, never a stack trace."""

from __future__ import annotations

from sqlalchemy.exc import SQLAlchemyError

from app.views.wording import literal

_LONGEST = 400


def explained(error: Exception) -> str:
    """What to show for an error that reached the page, as Markdown."""
    if isinstance(error, SQLAlchemyError):
        cause = str(getattr(error, "orig", None) or error)
        return (
            f"**The database could not be used:** {_short(cause)}\n\n"
            "What was saved before is safe. Check that its disk has room and that "
            "`SPANNEAL_DATABASE` names a database that can be written to, then reload the page."
        )
    if isinstance(error, OSError | ValueError | LookupError):
        return f"**This could not be done:** {_short(str(error))}"
    return (
        f"**Something went wrong:** {_short(f'{type(error).__name__}: {error}')}\n\n"
        "What was saved before is safe. The log of the server says more; reload the page to go on."
    )


def _short(message: str) -> str:
    return literal(message if len(message) <= _LONGEST else message[: _LONGEST - 1] + "…")
