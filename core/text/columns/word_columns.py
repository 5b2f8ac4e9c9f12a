"""Find the column of the words: neither numbers of words, nor tags, nor names of sentences."""

from __future__ import annotations

import itertools
import re
from collections.abc import Collection, Sequence

from .names import names_words

Rows = Sequence[Sequence[Sequence[str]]]
"""Sentences of rows of cells."""
_NUMBER = re.compile(r"\d{1,9}")
_NUMBERS = re.compile(r"\d+(?:[-.:]\d+)?")
_PLACEHOLDERS = frozenset({"", "_", "-", "-X-"})
_MOST = 0.9


def find_identifier(sentences: Rows, width: int) -> int | None:
    """The column that counts the words of each sentence or of the file, from any number on."""
    for column in range(min(width - 1, 2)):
        steps = right = 0
        numbers = [[row[column].strip() for row in sentence] for sentence in sentences]
        if not all(_NUMBER.fullmatch(number) for sentence in numbers for number in sentence):
            continue
        for sentence in numbers:
            pairs = list(itertools.pairwise(sentence))
            steps += len(pairs)
            right += sum(int(later) == int(earlier) + 1 for earlier, later in pairs)
        if right >= _MOST * steps and (steps or all(s[0] in ("0", "1") for s in numbers)):
            return column
    return None


def find_words(
    sentences: Rows,
    names: Sequence[str],
    tags: Collection[int],
    identifier: int | None,
    sentence_column: int | None,
) -> int:
    """The named column, or else the first that can be one; `tags` are columns that hold tags."""
    width = len(sentences[0][0])
    named = [i for i in range(min(len(names), width)) if names_words(names[i]) and i not in tags]
    if named:
        return named[0]
    able = [i for i in range(width) if i not in tags and i not in (identifier, sentence_column)]
    likely = [i for i in able if not _of_sentence(sentences, i) and not is_empty(sentences, i)]
    lettered = [i for i in likely if not _is_numeric(sentences, i)]
    if identifier is not None and all(_is_constant(sentences, i) for i in lettered):
        return identifier  # words that happen to be numbers in their order
    return (lettered or likely or able or [0])[0]


def _of_sentence(sentences: Rows, column: int) -> bool:
    """Whether it is the same in all rows of a sentence, as a document's name is."""
    longer = [sentence for sentence in sentences if len(sentence) > 1]
    same = sum(len({row[column] for row in sentence}) == 1 for sentence in longer)
    return sum(map(len, longer)) > 2 and same >= _MOST * len(longer)


def is_empty(sentences: Rows, column: int) -> bool:
    """Whether most cells hold nothing, or only mark that."""
    cells = [row[column].strip() for sentence in sentences for row in sentence]
    return sum(cell in _PLACEHOLDERS for cell in cells) * 2 > len(cells)


def _is_constant(sentences: Rows, column: int) -> bool:
    cells = [row[column] for sentence in sentences for row in sentence]
    return len(cells) > 1 and len(set(cells)) == 1


def _is_numeric(sentences: Rows, column: int) -> bool:
    """Whether all cells are numbers, as offsets are, or pairs of them."""
    return all(_NUMBERS.fullmatch(row[column].strip()) for s in sentences for row in s)
