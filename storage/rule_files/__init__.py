"""Files of rules: a term a line, a table of terms and labels, or Prodigy's `patterns.jsonl`.

Reading knows no project: which labels there are, and whether a rule is there already, its service
says. What a file holds and is not taken is named with its line, or counted by kind.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from io import BytesIO
from itertools import chain
from pathlib import PurePath

from storage.formats.encodings import EncodingError, not_utf8, utf8_lines
from storage.formats.fields import FieldError
from storage.records import BadRecord
from storage.rule_files.patterns import pattern_of
from storage.rule_files.records import MAX_TERM, RuleRecord, checked_text
from storage.rule_files.tables import Line, Table, rows_of

MOST_BYTES = 32 * 2**20
"""Of a file of rules: ten times what 200,000 terms need."""
MOST_RULES = 200_000
"""In a file, and in a project."""
Parse = Callable[[int, str, Counter[str]], RuleRecord | None]
SUFFIXES = (".txt", ".csv", ".tsv", ".jsonl")
_MOST_LISTED = 100

__all__ = ["MAX_TERM", "MOST_BYTES", "MOST_RULES", "SUFFIXES", "RuleFile", "RuleRecord", "read"]


class RuleFileError(ValueError):
    """A file of which nothing can be taken; the message says what would help."""


@dataclass(slots=True)
class RuleFile:
    """What was read: the rules, and what was not taken."""

    rules: list[RuleRecord] = field(default_factory=list)
    bad: list[BadRecord] = field(default_factory=list)
    """The first of them."""
    bad_count: int = 0
    notes: Counter[str] = field(default_factory=Counter)
    """Kinds of things that are left out, with how often they occur."""

    def refuse(self, line: int, reason: str) -> None:
        """Count a line that is not taken, and list it among the first."""
        self.bad_count += 1
        if len(self.bad) < _MOST_LISTED:
            self.bad.append(BadRecord(line, reason))


def read(content: bytes, name: str) -> RuleFile:
    """Read a file of rules by its name's ending; one of JSON objects is taken for patterns.

    Raises `RuleFileError` for a file that is too big or is no text in UTF-8.
    """
    if len(content) > MOST_BYTES:
        raise RuleFileError(
            f"{name} has {len(content) / 2**20:.0f} MB, and rules are read from at most "
            f"{MOST_BYTES // 2**20} MB; split it into several files"
        )
    found = RuleFile()
    try:
        _read_lines(_lines(content, found), PurePath(name).suffix.lower(), found)
    except EncodingError as error:
        raise RuleFileError(f"{name}: {error}") from None
    return found


def _read_lines(lines: Iterator[Line], suffix: str, found: RuleFile) -> None:
    first = next(lines, None)
    if first is None:
        return
    parse: Parse = _term
    if suffix in (".jsonl", ".ndjson", ".json") or _is_object(first[1]):
        parse = pattern_of
    elif suffix in (".csv", ".tsv"):
        delimiter, lines = rows_of(chain((first,), lines), tabs=suffix == ".tsv")
        first = next(lines)
        table = Table(first[1], delimiter, found.notes)
        parse = table.row
        if table.has_header:
            first = None
    for number, line in _chained(first, lines):
        try:
            record = parse(number, line, found.notes)
        except FieldError as reason:
            found.refuse(number, str(reason))
            continue
        if record is not None:
            found.rules.append(record)
        if len(found.rules) > MOST_RULES:
            raise RuleFileError(
                f"the file holds more than {MOST_RULES:,} rules, the most that a project can have; "
                "nothing was imported: leave out the terms that your texts do not hold"
            )


def _lines(content: bytes, found: RuleFile) -> Iterator[Line]:
    """The lines that are not blank, with their numbers from 1."""
    for number, raw in enumerate(utf8_lines(BytesIO(content)), 1):
        try:
            line = raw.decode().rstrip("\r\n")
        except UnicodeDecodeError as error:
            found.refuse(number, not_utf8(error))
            continue
        if line.strip():
            yield number, line


def _chained(first: Line | None, lines: Iterable[Line]) -> Iterator[Line]:
    if first is not None:
        yield first
    yield from lines


def _is_object(line: str) -> bool:
    if not line.lstrip().startswith("{"):
        return False
    try:
        return isinstance(json.loads(line), dict)
    except (ValueError, RecursionError):
        return False


def _term(number: int, line: str, notes: Counter[str]) -> RuleRecord:
    return RuleRecord(number, "exact", checked_text(line, "a term"))
