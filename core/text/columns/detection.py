"""Find out from a column file's first lines which column is the word and which are the tags."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from .cells import Separator, are_quoted, find_separator, split_cells
from .choice import EXAMPLE, ColumnChoice
from .chosen import chosen_layout
from .layout import LAST, Layout, TagColumn, features
from .names import is_header, names_sentences, names_tags
from .notation import OUTSIDE, Notation, is_tag
from .rows import (
    DOCUMENT_START,
    global_columns,
    is_markup,
    is_token_range,
    looks_like_comment,
    starts_document,
)
from .tag_columns import find_tags
from .word_columns import find_identifier, find_words

SAMPLED = 5_000
"""Lines of a file's beginning by which it is judged."""
SAMPLED_LENGTH = 2_000_000
"""Code points of it, where the lines are long."""
_SAME_WIDTH = 0.8
"""The share of lines that must have as many columns as most, for positions to mean anything."""
_FEWEST = 2
"""Words that a file must have to be taken for columns by its content alone."""
_FEW_TAGS = 0.1
_UNANNOTATED = frozenset(("_", "-", "*"))
"""Cells that say O beside other tags, and nothing where there are no others."""
_SOME_OUTSIDE = 0.3
_SHOWN = 60
_LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[a-z]+)*:")
_FEWEST_MARKED = 3


@dataclass(frozen=True, slots=True)
class Table:
    """The rows of the sample that are words, by sentence, and the columns' names."""

    separator: Separator
    quoted: bool
    sentences: tuple[tuple[tuple[str, ...], ...], ...]
    header: tuple[str, ...]
    names: tuple[str, ...]

    @property
    def rows(self) -> list[tuple[str, ...]]:
        return [row for sentence in self.sentences for row in sentence]


def find_layout(sample: Sequence[str], choice: ColumnChoice | None = None) -> Layout:
    """The layout of a file that begins with these lines; what is chosen goes before what is found.

    Raises `ValueError` for a choice that the file cannot meet, or where no column holds tags.
    """
    layout, rows = inspect(sample)
    if choice is not None:
        return chosen_layout(layout, choice)
    longer = [row for row in rows if len(row) > 1]
    annotated = any(row[-1] not in _UNANNOTATED for row in longer)
    tagged = sum(is_tag(row[-1]) for row in longer) if annotated else 0
    if longer and not layout.certain and tagged <= _FEW_TAGS * len(longer):
        raise ValueError(
            "no column holds tags: a tag is O or one of B- I- E- S- (also L- U- M- W-) and a "
            f"label; the first words are {' '.join(longer[0])[:_SHOWN]!r}. Say which columns with "
            f"--columns {EXAMPLE} or in the preview, or take the file as text"
        )
    return layout


def inspect(sample: Sequence[str]) -> tuple[Layout, list[tuple[str, ...]]]:
    """The layout as far as it can be found, and the cells of the lines that are words."""
    table = _table(sample)
    return _found(table), table.rows


def looks_like_columns(sample: Sequence[str]) -> bool:
    """Whether the content says that this is a column file, and neither prose nor a plain table."""
    first = next((line for line in sample if line.strip()), "")
    if first.startswith((DOCUMENT_START, "#begin document")) or global_columns(first):
        return True
    if first.startswith(("#FORMAT=", "{", "[{")):
        return False
    table = _table(sample)
    layout = _found(table)
    rows = table.rows
    if not layout.certain or layout.width is None or len(rows) < _FEWEST:
        return False
    if sum(len(row) == layout.width for row in rows) < _SAME_WIDTH * len(rows):
        return False
    tags = [layout.tags[0].cell(row).strip() for row in rows if len(row) == layout.width]
    named = bool(table.names)
    outside = sum(tag in OUTSIDE for tag in tags)
    if "O" not in tags and not (named and outside):
        return False
    if layout.tags[0].notation is Notation.STANDARD:
        return outside < len(tags) or layout.separator != "blank"
    return outside >= _SOME_OUTSIDE * len(tags)


def _table(sample: Sequence[str]) -> Table:
    contents = [line for line in sample if line.strip()]
    names = next((named for line in contents if (named := global_columns(line))), ())
    data = [line for line in contents if not looks_like_comment(line)]
    separator = find_separator([line for line in data if not line.startswith(DOCUMENT_START)])
    quoted = separator == "tab" and _has_header(data) and are_quoted(data)
    numbered = any(split_cells(line, separator, quoted)[:1] == ["1"] for line in data)
    sentences: list[list[tuple[str, ...]]] = [[]]
    header: tuple[str, ...] = ()
    for line in sample:
        cells = split_cells(line, separator, quoted)
        if not cells or starts_document(cells) or is_markup(cells):
            sentences.append([])
        elif looks_like_comment(line) or (numbered and is_token_range(cells[0])):
            continue
        elif not header and not any(sentences) and is_header(cells):
            header = tuple(cells)
        elif cells != list(header):
            sentences[-1].append(tuple(cells))
    return Table(
        separator, quoted, tuple(map(tuple, filter(None, sentences))), header, header or names
    )


def _has_header(data: Sequence[str]) -> bool:
    return is_header(split_cells(data[0], "tab", quoted=True))


def _found(table: Table) -> Layout:
    rows = table.rows
    widths = Counter(len(row) for row in rows)
    width, most = widths.most_common(1)[0] if widths else (0, 0)
    whole = width > 1 and (most >= _SAME_WIDTH * len(rows) or len(table.names) == width)
    if not whole:
        return Layout(table.separator, None, table.quoted, header=table.header, certain=False)
    sentences = [
        regular
        for sentence in table.sentences
        if (regular := [row for row in sentence if len(row) == width])
    ]
    return _of_width(table, sentences, width)


def _of_width(table: Table, sentences: list[list[tuple[str, ...]]], width: int) -> Layout:
    columns = list(zip(*(row for sentence in sentences for row in sentence), strict=True))
    identifier = find_identifier(sentences, width)
    tags = find_tags(sentences, table.names, without=identifier)
    layout = Layout(
        table.separator,
        width,
        table.quoted,
        header=table.header,
        names=table.names,
        sentence=_sentence_column(table.names),
    )
    others = {tag.index for tag in tags.taken if tag.key is None} | set(tags.passed_over)
    word = find_words(sentences, table.names, others | tags.like_tags, identifier, layout.sentence)
    spacing = next((i for i, column in enumerate(columns) if any(map(_says_spacing, column))), None)
    return replace(
        layout,
        word=word,
        tags=tags.taken or (TagColumn(width - 1 if word != width - 1 else LAST),),
        identifier=None if identifier == word else identifier,
        spacing=spacing,
        characters=_of_characters(columns[word]),
        language=_language(columns[word]),
        other_tags=tuple(sorted(tags.passed_over)),
        certain=bool(tags.taken),
    )


def _sentence_column(names: Sequence[str]) -> int | None:
    named = (i for i, name in enumerate(names) if names_sentences(name) and not names_tags(name))
    return next(named, None)


def _says_spacing(cell: str) -> bool:
    return "NoSpaceAfter" in cell or "SpaceAfter" in features(cell)


def _language(words: Sequence[str]) -> str:
    """`de:` where it stands before every word, as in WikiANN."""
    match = _LANGUAGE.match(words[0])
    mark = match[0] if match and len(words) >= _FEWEST_MARKED else ""
    return mark if mark and all(word.startswith(mark) for word in words) else ""


def _of_characters(words: Sequence[str]) -> bool:
    """Whether every word is a character and blanks are words, as in KLUE."""
    stripped = [word.strip() for word in words]
    return "" in stripped and all(len(word) < 2 for word in stripped) and " " in words
