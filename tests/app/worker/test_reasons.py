"""What the worker's log says of a job that ended early."""

from __future__ import annotations

import logging
import sys

from app.services.retraining.training_data import RetrainingError
from app.worker.reasons import Reasons


def logged(raised: Exception) -> logging.LogRecord:
    try:
        raise raised
    except Exception:
        trace = sys.exc_info()
    record = logging.LogRecord("dbos", logging.ERROR, "x.py", 1, "Exception:", (), trace)
    assert Reasons().filter(record)
    return record


def test_what_a_person_cancelled_is_one_line_without_a_trace() -> None:
    record = logged(RetrainingError("cancelled; try again"))
    assert (record.levelname, record.exc_info) == ("WARNING", None)
    assert record.getMessage() == "a retraining ended: cancelled; try again"


def test_a_fault_keeps_its_trace() -> None:
    record = logged(ZeroDivisionError("division by zero"))
    assert record.exc_info
    assert (record.levelname, record.getMessage()) == ("ERROR", "Exception:")
