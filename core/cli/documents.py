"""The documents that `annotate` reads: one a line, as text or as JSON."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import TextIOWrapper
from itertools import chain
from pathlib import Path

from ..types import Entity

FORMATS = ("auto", "text", "jsonl")
_JSON_SUFFIXES = frozenset({".jsonl", ".ndjson", ".json"})
_ENCODING = "utf-8-sig"


@dataclass(frozen=True, slots=True)
class Document:
    """A document with a person's decisions about it."""

    text: str
    fixed: tuple[Entity, ...] = ()
    suppressed: tuple[Entity, ...] = ()


def read_documents(file: Path | None, input_format: str) -> Iterator[tuple[int, Document]]:
    """Read a file, or standard input for None, as the documents and their lines' numbers.

    With "auto", JSON is what the file's suffix says is JSON, and what begins with an object that
    has a "text". Blank lines are documents of a text, but none among JSON lines. Raises OSError,
    and ValueError for what is not UTF-8 and for a line that is no document.
    """
    with _opened(file) as lines:
        try:
            if input_format == "auto":
                input_format, lines = _detected(file, lines)
            for number, line in enumerate(lines, start=1):
                if input_format == "text":
                    yield number, Document(line.removesuffix("\n"))
                elif line.strip():
                    yield number, read_line(line, number)
        except UnicodeDecodeError as error:
            name = "standard input" if file is None else file
            raise ValueError(f"{name}: expected UTF-8, got {error}; convert it to UTF-8") from error


def batched(
    documents: Iterable[tuple[int, Document]], most: int
) -> Iterator[list[tuple[int, Document]]]:
    """Yield up to `most` numbered documents in a row, but one with constraints alone. What was
    read before an error is yielded before the error is raised."""
    batch: list[tuple[int, Document]] = []
    try:
        for number, document in documents:
            constrained = bool(document.fixed or document.suppressed)
            if batch and constrained:
                yield batch
                batch = []
            batch.append((number, document))
            if constrained or len(batch) == most:
                yield batch
                batch = []
    except ValueError:
        if batch:
            yield batch
        raise
    if batch:
        yield batch


@contextmanager
def _opened(file: Path | None) -> Iterator[Iterable[str]]:
    if file is not None:
        with file.open(encoding=_ENCODING) as stream:
            yield stream
        return
    if isinstance(sys.stdin, TextIOWrapper):
        sys.stdin.reconfigure(encoding=_ENCODING, errors="strict")
    yield sys.stdin


def _detected(file: Path | None, lines: Iterable[str]) -> tuple[str, Iterable[str]]:
    """The format, and all lines, of which the first was read."""
    if file is not None and file.suffix.lower() in _JSON_SUFFIXES:
        return "jsonl", lines
    rest = iter(lines)
    first = next(rest, None)
    if first is None:
        return "text", ()
    return "jsonl" if _is_document(first) else "text", chain([first], rest)


def _is_document(line: str) -> bool:
    try:
        record = json.loads(line)
    except (ValueError, RecursionError):
        return False
    return isinstance(record, dict) and "text" in record


def read_line(line: str, number: int) -> Document:
    """Parse a JSON line. Raises ValueError with its number."""
    try:
        record = json.loads(line)
        fixed, suppressed = (
            tuple(_parse_entity(**entity) for entity in record.get(role, ()))
            for role in ("fixed", "suppressed")
        )
        if not isinstance(record["text"], str):
            raise TypeError(f"text should be a string, got {record['text']!r}")
        record["text"].encode()  # half of a surrogate pair is no character
        return Document(record["text"], fixed, suppressed)
    except (KeyError, TypeError, AttributeError, ValueError, RecursionError) as error:
        raise ValueError(
            f'line {number} of the JSON lines should look like {{"text": "…", "fixed": '
            f'[{{"start": 0, "end": 4, "label": "PER"}}], "suppressed": []}}; {error!r}'
        ) from error


def _parse_entity(start: object, end: object, label: object, **_: object) -> Entity:
    """Parse an entity, ignoring further fields that `annotate` itself writes."""
    if type(start) is not int or type(end) is not int or not isinstance(label, str):
        raise TypeError(
            f"start and end should be whole numbers, label a string, got {start!r}, {end!r} "
            f"and {label!r}"
        )
    return Entity(start, end, label)
