"""The log for machines: one JSON object a line (`SPANNEAL_LOG=json`), whatever writes it."""

from __future__ import annotations

import io
import json
import logging
import sys
import threading
from datetime import UTC, datetime
from types import TracebackType

from app.settings import LogForm

PRINTED, LOG = logging.getLogger("printed"), logging.getLogger(__name__)


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


class PrintedLines(io.TextIOBase):
    """A stream whose lines go into the log: what packages print, progress, warnings, traces."""

    encoding = "utf-8"

    def __init__(self) -> None:
        self._lock, self._rest, self._logging = threading.RLock(), "", False

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        with self._lock:
            if self._logging:  # the log itself failed, and says so: nobody is left to tell
                return len(text)
            *lines, self._rest = (self._rest + text).split("\n")
            self._logging = True
            try:
                for line in lines:
                    if shown := line.rstrip().rsplit("\r", 1)[-1].strip():
                        PRINTED.info("%s", shown)
            finally:
                self._logging = False
        return len(text)


def announce(text: str) -> None:
    """Says to whoever started the process what it does: a line of the log, or a line as it is."""
    if isinstance(sys.stderr, PrintedLines):
        LOG.info("%s", text)
    else:
        print(text, file=sys.stderr, flush=True)


def configure(form: LogForm) -> None:
    """Sends all that is logged or printed to standard error in this form.

    Call it first of all, and again once Streamlit or DBOS are imported, which bring handlers of
    their own.
    """
    if form == "text":
        return
    handler = logging.StreamHandler(sys.__stderr__)
    handler.setFormatter(JsonLines())
    if not isinstance(sys.stderr, PrintedLines):
        sys.stdout, sys.stderr = PrintedLines(), PrintedLines()
    sys.excepthook = _log_uncaught
    logging.captureWarnings(True)
    logging.getLogger("httpx").setLevel(logging.WARNING)  # its lines name whom it asks
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(logging.INFO)
    for logger in list(logging.root.manager.loggerDict.values()):
        if isinstance(logger, logging.Logger) and logger.handlers:
            logger.handlers, logger.propagate = [], True


def _log_uncaught(
    kind: type[BaseException], error: BaseException, trace: TracebackType | None
) -> None:
    LOG.critical("the process ends: %s", kind.__name__, exc_info=(kind, error, trace))
