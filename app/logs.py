"""The log for machines: one JSON object a line (`SPANNEAL_LOG=json`)."""

from __future__ import annotations

import json
import logging
import sys
from datetime import UTC, datetime

from app.settings import LogForm


class JsonLines(logging.Formatter):
    """`{"time", "level", "logger", "message"}`, with `"error"` for an exception's trace."""

    def format(self, record: logging.LogRecord) -> str:
        record_json = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info:
            record_json["error"] = self.formatException(record.exc_info)
        return json.dumps(record_json, ensure_ascii=False)


def configure(form: LogForm) -> None:
    """Sends all that is logged to standard error in this form, Streamlit's and DBOS's lines too.

    They bring handlers of their own: call it once they are imported.
    """
    if form == "text":
        return
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(logging.INFO)
    for logger in list(logging.root.manager.loggerDict.values()):
        if isinstance(logger, logging.Logger) and logger.handlers:
            logger.handlers, logger.propagate = [], True
