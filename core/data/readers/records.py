"""The result of a reader, and the error for a file that cannot be read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ...types import Example

_EXPANDED = "entities that begin or end within a word, expanded to whole words; check their offsets"
_JOINED = "ends of sentences within an entity, where both sentences were joined"


class DataError(ValueError):
    """A file that cannot be read as annotated sentences: path, line and problem."""

    def __init__(self, path: str | Path, line: int, problem: str) -> None:
        super().__init__(f"{path}:{line}: {problem}")
        self.path, self.line, self.problem = Path(path), line, problem


@dataclass(frozen=True, slots=True)
class ParseResult:
    """The examples of a file, and how many adjustments were needed to read it."""

    examples: tuple[Example, ...]
    expanded: int = 0
    """Entities that began or ended within a word and were expanded to whole words."""
    joined: int = 0
    """Sentence boundaries removed because an entity crosses them."""
    notes: Mapping[str, int] = field(default_factory=dict)
    """What was taken for what, or left out, and how often."""

    @property
    def report(self) -> Mapping[str, int]:
        """The notes, and the adjustments that were needed."""
        adjusted = {_EXPANDED: self.expanded, _JOINED: self.joined}
        return {**self.notes, **{text: number for text, number in adjusted.items() if number}}


ParsedLine = tuple[int, ParseResult]
"""A line number and what was parsed there."""


def lines_of(path: Path) -> list[str]:
    """The lines of a UTF-8 file without line ends and byte order mark.

    Only a line feed, with or without a carriage return, ends a line. Raises `DataError`.
    """
    lines = []
    for number, encoded in enumerate(path.read_bytes().split(b"\n"), 1):
        try:
            line = encoded.decode("utf-8-sig" if number == 1 else "utf-8")
        except UnicodeDecodeError as error:
            raise DataError(path, number, f"expected UTF-8, got {error}; save as UTF-8") from None
        lines.append(line.removesuffix("\r"))
    return lines
