"""Read the sentences of a column file; what cannot be read is named, and the others go on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain, islice

from ...types import Span
from ..tag_schemes import TagError
from .cells import split_cells
from .choice import EXAMPLE, ColumnChoice
from .detection import SAMPLED, SAMPLED_LENGTH, find_layout
from .layout import Layout, features
from .lines import Line, Undecodable, physical_lines
from .notation import Notation, canonical, spans_of
from .rows import is_markup, is_token_range, looks_like_comment, starts_document

EMPTY_WORDS = "words left out because they are empty"
EMPTY_ENTITIES = "entities left out because their words are empty"
MULTIWORDS = "multiword tokens and empty nodes skipped; their words are read"
MARKUP = "lines of markup skipped"
_SHOWN = 80


@dataclass(frozen=True, slots=True)
class Fault:
    """A line that cannot be read, and why."""

    line: int
    reason: str


@dataclass(frozen=True, slots=True)
class TaggedSentence:
    """The words and entities of a sentence, or the first fault in it."""

    first: int
    """Its first line, from 1."""
    last: int
    words: tuple[str, ...] = ()
    spaces: tuple[bool, ...] = ()
    """Whether a blank follows each word."""
    entities: tuple[Span, ...] = ()
    fault: Fault | None = None
    starts_document: bool = False
    """No sentence, but a `-DOCSTART-`."""
    counts: dict[str, int] = field(default_factory=dict)
    """What was left out or skipped, and how often."""
    notes: tuple[str, ...] = ()
    """What was taken for what, see `Layout.notes`."""


@dataclass(slots=True)
class _Rows:
    """The lines of the sentence that is being read."""

    first: int
    width: int = 0
    words: list[str] = field(default_factory=list)
    spaces: list[bool] = field(default_factory=list)
    tags: list[tuple[str, ...]] = field(default_factory=list)
    fault: Fault | None = None
    counts: dict[str, int] = field(default_factory=dict)


def read_sentences(
    chunks: Iterable[Line], choice: ColumnChoice | None = None
) -> Iterator[TaggedSentence]:
    """The sentences in order. `chunks` are lines that end at line feeds, with or without them.

    Raises `ValueError` for a choice that the file cannot meet, and for a file without words or
    tags.
    """
    lines = physical_lines(chunks)
    sample = _sample(lines)
    layout = find_layout([line for line in sample if isinstance(line, str)], choice)
    yield from _Reader(layout).read(chain(sample, lines))


def _sample(lines: Iterator[Line]) -> list[Line]:
    sample: list[Line] = []
    length = 0
    for line in islice(lines, SAMPLED):
        sample.append(line)
        length += len(line) if isinstance(line, str) else 0
        if length > SAMPLED_LENGTH:
            break
    return sample


class _Reader:
    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self._notes = layout.notes
        self._counts: dict[str, int] = {}
        self._sentence_name = ""

    def read(self, lines: Iterable[Line]) -> Iterator[TaggedSentence]:
        """Raises `ValueError` where there is something, and no word."""
        current: _Rows | None = None
        number, sentences, blank = 0, 0, True
        for number, line in enumerate(lines, 1):
            if isinstance(line, Undecodable):
                current = current or _Rows(number)
                current.fault = current.fault or Fault(number, line.reason)
                continue
            cells = split_cells(line, self._layout.separator, self._layout.quoted)
            blank = blank and not cells
            starts, marks = starts_document(cells), is_markup(cells)
            if current and (not cells or starts or marks or self._begins_sentence(cells)):
                yield self._finished(current, number - 1)
                sentences += 1
                current = None
            if starts:
                yield TaggedSentence(number, number, starts_document=True)
            elif marks:
                self._count(MARKUP)
            elif cells and not self._is_passed_over(line, cells):
                current = current or self._begun(number, cells)
                current.fault = current.fault or self._add(current, number, line, cells)
        if current is not None:
            yield self._finished(current, number)
        elif not sentences and not blank:
            raise ValueError("the file holds no words with tags, only comments or headers")

    def _count(self, what: str) -> None:
        self._counts[what] = self._counts.get(what, 0) + 1

    def _begun(self, number: int, cells: Sequence[str]) -> _Rows:
        self._sentence_name = self._named_sentence(cells)
        return _Rows(number)

    def _begins_sentence(self, cells: Sequence[str]) -> bool:
        return self._named_sentence(cells) not in ("", self._sentence_name)

    def _named_sentence(self, cells: Sequence[str]) -> str:
        """The name of the sentence in a table that has a column for it."""
        column = self._layout.sentence
        return cells[column].strip() if column is not None and column < len(cells) else ""

    def _is_passed_over(self, line: str, cells: list[str]) -> bool:
        """Comments, repeated headers, and the ranges of multiword tokens."""
        if tuple(cells) == self._layout.header:
            return True
        if looks_like_comment(line) and not self._is_word(line, cells):
            return True
        identifier = self._layout.identifier
        if identifier is None or identifier >= len(cells):
            return False
        passed_over = is_token_range(cells[identifier])
        if passed_over:
            self._count(MULTIWORDS)
        return passed_over

    def _is_word(self, line: str, cells: Sequence[str]) -> bool:
        """Whether the line is `#` or `#tag` with its tag, and no comment."""
        layout = self._layout
        if self._lacks_tabs(line) or (layout.width or len(cells)) != len(cells):
            return False
        return len(cells) > 1 and self._holds_tags(cells)

    def _lacks_tabs(self, line: str) -> bool:
        return self._layout.separator == "tab" and "\t" not in line

    def _add(self, rows: _Rows, number: int, line: str, cells: list[str]) -> Fault | None:
        layout = self._layout
        if layout.width == len(cells) + 1 and layout.separator == "blank" and line[:1] in " \t":
            cells = ["", *cells]  # the word is missing before its separator
        if self._lacks_tabs(line) and any(tag.key for tag in layout.tags):
            cells = [line]  # a feature may be missing, so that its tag tells no words apart
        if len(cells) < 2:
            return Fault(number, f"expected a word and a tag, got only {cells[0].strip()[:60]!r}")
        rows.width = layout.width or rows.width or len(cells)
        if len(cells) != rows.width and not self._is_read_anyway(cells):
            return Fault(
                number,
                f"expected {rows.width} columns as in the lines before, got {len(cells)}: "
                f"{' '.join(cells)[:_SHOWN]!r}; is a blank line or a column missing?",
            )
        try:
            tags = self._tags(cells)
        except TagError as error:
            return Fault(number, f"{error}; {self._hint()}")
        rows.words.append(cells[layout.word].removeprefix(layout.language).strip())
        rows.tags.append(tags)
        rows.spaces.append(self._space_follows(cells))
        return None

    def _is_read_anyway(self, cells: Sequence[str]) -> bool:
        """Cells beside the ones that matter may be missing or added where tabs tell them apart."""
        if self._layout.separator == "blank" or self._layout.width is None:
            return False
        return self._layout.word < len(cells) and self._holds_tags(cells)

    def _tags(self, cells: Sequence[str]) -> tuple[str, ...]:
        """Raises `TagError`, or `IndexError` where the line ends before a tag."""
        return tuple(canonical(tag.cell(cells), tag.notation) for tag in self._layout.tags)

    def _holds_tags(self, cells: Sequence[str]) -> bool:
        try:
            self._tags(cells)
        except (TagError, IndexError):
            return False
        return True

    def _hint(self) -> str:
        return f"{self._layout.description} were read; choose others with --columns {EXAMPLE}"

    def _space_follows(self, cells: Sequence[str]) -> bool:
        column = self._layout.spacing
        if column is None or column >= len(cells):
            return True
        cell = cells[column]
        return "NoSpaceAfter" not in cell and features(cell).get("SpaceAfter") != "No"

    def _finished(self, rows: _Rows, last: int) -> TaggedSentence:
        counts, self._counts = self._counts, {}
        if rows.fault is not None:
            return TaggedSentence(rows.first, last, fault=rows.fault, counts=counts)
        place = [0]  # words with content before each row
        for word in rows.words:
            place.append(place[-1] + bool(word))
        entities: set[Span] = set()
        for column in range(len(self._layout.tags)):
            cells = [tags[column] for tags in rows.tags]
            for span in spans_of(cells, Notation.STANDARD):
                start, end = place[span.start], place[span.end]
                if start < end:
                    entities.add(Span(start, end, span.label))
                else:
                    counts[EMPTY_ENTITIES] = counts.get(EMPTY_ENTITIES, 0) + 1
        empty = len(rows.words) - place[-1]
        if empty and not self._layout.characters:
            counts[EMPTY_WORDS] = empty
        return TaggedSentence(
            rows.first,
            last,
            tuple(word for word in rows.words if word),
            self._spaces(rows),
            tuple(sorted(entities)),
            counts=counts,
            notes=self._notes,
        )

    def _spaces(self, rows: _Rows) -> tuple[bool, ...]:
        if not self._layout.characters:
            return tuple(s for s, word in zip(rows.spaces, rows.words, strict=True) if word)
        following = [*rows.words[1:], ""]
        return tuple(not after for word, after in zip(rows.words, following, strict=True) if word)
