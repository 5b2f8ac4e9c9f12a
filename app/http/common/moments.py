"""A moment that a request names."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime


def _in_utc(moment: datetime) -> datetime:
    """The moment as databases keep it. Raises `ValueError` where UTC has no year for it."""
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise ValueError(
            f"a moment lies in the years 1 to 9999, in UTC too; got {moment.isoformat()}"
        ) from None


Moment = Annotated[AwareDatetime, AfterValidator(_in_utc)]
