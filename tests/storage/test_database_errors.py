"""What kind of failure an error of the database is, and what of it strangers are told."""

from __future__ import annotations

import sqlite3

import psycopg
import pytest
from sqlalchemy.exc import DBAPIError

from storage.database_errors import OUTAGES, problem_of, public_problem_of


def wrapped(cause: psycopg.Error | sqlite3.Error) -> DBAPIError:
    """As SQLAlchemy raises it."""
    kind = psycopg.Error if isinstance(cause, psycopg.Error) else sqlite3.Error
    error = DBAPIError.instance("SELECT 1", {}, cause, kind)
    assert isinstance(error, DBAPIError)
    return error


@pytest.mark.parametrize(
    "cause",
    [
        psycopg.errors.ReadOnlySqlTransaction(),
        psycopg.errors.DiskFull(),
        sqlite3.OperationalError(),
    ],
)
def test_a_database_that_serves_nobody_just_now_is_an_outage(
    cause: psycopg.Error | sqlite3.Error,
) -> None:
    assert isinstance(wrapped(cause), OUTAGES)


def test_what_the_database_says_in_its_own_words_is_not_told_outside() -> None:
    error = wrapped(sqlite3.OperationalError("near Anna Haag"))

    assert "Anna Haag" in problem_of(error).what
    assert public_problem_of(error).what == "the database failed"


def test_what_is_known_is_told_outside() -> None:
    error = wrapped(psycopg.errors.ReadOnlySqlTransaction())

    assert public_problem_of(error) == problem_of(error)
    assert problem_of(error).what == "the database cannot be written to"
