"""What ends a job as it should, or for a reason that its people are shown, is no fault to trace."""

from __future__ import annotations

import logging

from app.services.retraining.training_data import RetrainingError


class Reasons(logging.Filter):
    """Takes the trace from what DBOS logs of a job that was cancelled or that failed for a reason
    of ours; where that reason has a cause, the step has logged its trace."""

    def filter(self, record: logging.LogRecord) -> bool:
        raised = record.exc_info[1] if record.exc_info else None
        if isinstance(raised, RetrainingError):
            record.msg, record.args, record.exc_info = f"a retraining ended: {raised}", (), None
            record.levelno, record.levelname = logging.WARNING, "WARNING"
        return True
