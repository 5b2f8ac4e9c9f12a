"""What is where in a column file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .cells import Separator
from .choice import EXAMPLE
from .notation import Notation

LAST = -1


@dataclass(frozen=True, slots=True)
class TagColumn:
    """A column of tags."""

    index: int
    """From 0; `LAST` where the lines differ in their number of columns."""
    key: str | None = None
    """The feature that holds the tag: NER of a column of `SpaceAfter=No|NER=B-PER`."""
    notation: Notation = Notation.STANDARD

    def cell(self, cells: Sequence[str]) -> str:
        """The tag as the file has it. Raises `IndexError` where the line ends before it."""
        if self.key is None:
            return cells[self.index]
        return features(cells[self.index]).get(self.key, "O")


@dataclass(frozen=True, slots=True)
class Layout:
    """Which columns hold what, from 0."""

    separator: Separator
    width: int | None
    """Columns; None where the lines differ."""
    quoted: bool = False
    """Cells between tabs are in quotation marks where they hold any, as CSV has them."""
    word: int = 0
    tags: tuple[TagColumn, ...] = (TagColumn(LAST),)
    identifier: int | None = None
    """Numbers of words within their sentence, with ranges such as 1-2 for CoNLL-U."""
    sentence: int | None = None
    """Says where a sentence begins, in a table without blank lines."""
    spacing: int | None = None
    """Holds `SpaceAfter=No` or `NoSpaceAfter`."""
    characters: bool = False
    """Words are characters, and lines with a blank for a word are the blanks of the text."""
    language: str = ""
    """`de:` before every word, which is no part of it."""
    header: tuple[str, ...] = ()
    """The line with the columns' names, if it is a line of the table."""
    names: tuple[str, ...] = ()
    other_tags: tuple[int, ...] = ()
    """Columns that hold tags, too, and are not taken."""
    certain: bool = True
    """False where no column was found that holds tags alone."""

    @property
    def notes(self) -> tuple[str, ...]:
        """What a person should know; nothing of words in the first column and tags in the last."""
        usual = self.width is None or self._tags_are_last(self.width)
        notations = {tag.notation for tag in self.tags} - {Notation.STANDARD}
        spelled = tuple(f"tags are {notation.value}" for notation in notations)
        if self.language:
            spelled += (f"{self.language!r} before every word is left out",)
        if self.word == 0 and usual and not self.other_tags:
            return spelled
        others = ", ".join(self._name(index) for index in self.other_tags)
        skipped = f"; tags skipped: {others}" if others else ""
        remedy = f"; others can be chosen, with --columns {EXAMPLE} or in the preview"
        return (f"{self.description}{skipped}{remedy}", *spelled)

    def _tags_are_last(self, width: int) -> bool:
        return [(tag.index, tag.key) for tag in self.tags] == [(width - 1, None)]

    @property
    def description(self) -> str:
        """`words from column 2, tags from columns 3 and 4 (of 4)`."""
        tags = [
            self._name(tag.index) + (f", feature {tag.key}" if tag.key else "") for tag in self.tags
        ]
        total = f" (of {self.width})" if self.width else ""
        return f"words from {self._name(self.word)}, tags from {' and '.join(tags)}{total}"

    def _name(self, index: int) -> str:
        if index == LAST:
            return "the last column"
        named = index < len(self.names) and self.names[index].strip()
        return f"column {index + 1}" + (f" {named}" if named else "")


def features(cell: str) -> dict[str, str]:
    """`SpaceAfter=No|NER=B-PER` as a mapping."""
    pairs = (part.partition("=") for part in cell.strip().split("|"))
    return {key: value for key, equals, value in pairs if equals}
