"""What a job did and when, line by line, in the job's folder; any process reads it."""

from __future__ import annotations

import json
import logging
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Literal

from storage.columns import now

JOURNAL = "journal.jsonl"
LOG = logging.getLogger(__name__)
Level = Literal["info", "error"]


@dataclass(frozen=True, slots=True)
class JournalLine:
    at: datetime
    step: str
    """Of the job: `snapshot`, `train`, `evaluate` or `register`."""
    level: Level
    message: str


def write(folder: Path, step: str, message: str, level: Level = "info") -> None:
    """Adds a line. A disk that is full ends no job for it: the log says so."""
    line = {"at": now().isoformat(), "step": step, "level": level, "message": message}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with (folder / JOURNAL).open("a", encoding="utf-8") as file:
            file.write(json.dumps(line, ensure_ascii=False) + "\n")
    except OSError as error:
        LOG.warning("could not write the journal of job %s: %s", folder.name, error)


def read(folder: Path, after: int = 0, limit: int = 1_000) -> list[JournalLine]:
    """Up to `limit` lines after the first `after` ones; none where the job has written none yet."""
    path = folder / JOURNAL
    if not path.is_file():
        return []
    # a torn line may end within a character
    with path.open(encoding="utf-8", errors="replace") as file:
        return [_line(raw) for raw in islice(file, after, after + limit) if raw.endswith("\n")]


def _line(raw: str) -> JournalLine:
    try:
        line = json.loads(raw)
        at = datetime.fromisoformat(line["at"])
        return JournalLine(at, line["step"], line["level"], line["message"])
    except (ValueError, KeyError, TypeError):  # torn by a kill, and written on by the next worker
        return JournalLine(datetime.fromtimestamp(0, now().tzinfo), "", "error", raw.strip())
