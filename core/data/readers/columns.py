"""Columns: one word a line with its tags beside it, blank lines between sentences.

    Bank NNP B-NP B-ORG

CoNLL-2003 and similar formats, and MSRA with one character a line; `core.text.columns` finds which
column is what, for the app's import too. `-DOCSTART-` lines end a sentence like blank ones.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from ...text.columns import ColumnChoice, read_sentences
from ...types import Example
from .records import DataError, ParsedLine, ParseResult


def read_columns(
    path: Path, lines: Sequence[str], columns: ColumnChoice | None = None
) -> Iterator[ParsedLine]:
    """Yield the sentences, each with the number of its last line. Empty words are dropped.

    Raises `DataError`, also if the lines of a sentence differ in their number of columns, or the
    file does not have the chosen ones.
    """
    try:
        for sentence in read_sentences(lines, columns):
            if sentence.fault is not None:
                raise DataError(path, sentence.fault.line, sentence.fault.reason)
            examples = (Example(sentence.words, sentence.entities),) if sentence.words else ()
            notes = dict.fromkeys(sentence.notes, 1) | sentence.counts
            if examples or notes:
                yield sentence.last, ParseResult(examples, notes=notes)
    except DataError:
        raise
    except ValueError as error:
        raise DataError(path, 1, str(error)) from None
