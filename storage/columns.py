"""Column types and checks that the models share, portable between SQLite and PostgreSQL."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from sqlalchemy import CheckConstraint, DateTime, Dialect, Text, TypeDecorator


class UtcDateTime(TypeDecorator[datetime]):
    """An aware `datetime` in UTC, whatever the database keeps. Naive values are refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"expected a time with its zone, got {value!r}; use datetime.now(UTC)")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class RawText(TypeDecorator[str]):
    """Text that comes back exactly. PostgreSQL cannot hold NUL: there "\\0" is kept as "\\x1a0",
    and "\\x1a" as "\\x1a1"."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        if value is None or dialect.name != "postgresql":
            return value
        return value.replace("\x1a", "\x1a1").replace("\0", "\x1a0")

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:
        if value is None or dialect.name != "postgresql":
            return value
        return value.replace("\x1a0", "\0").replace("\x1a1", "\x1a")


def now() -> datetime:
    return datetime.now(UTC)


def one_of(column: str, values: Sequence[str]) -> CheckConstraint:
    """CHECK that a column holds one of a closed list of words."""
    words = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} IN ({words})", name=f"{column}_known")


def hex_colour(column: str) -> CheckConstraint:
    """CHECK that a column is `#rrggbb` and nothing else: it ends up in a style sheet."""
    return CheckConstraint(
        f"length({column}) = 7 AND substr({column}, 1, 1) = '#' "
        f"AND ltrim(substr({column}, 2), '0123456789abcdefABCDEF') = ''",
        name=f"{column}_hex",
    )
