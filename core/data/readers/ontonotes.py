"""OntoNotes in the CoNLL-2012 format: `*_gold_conll` files, names in brackets in column eleven.

    bc/cctv/00/cctv_0000 0 3 Hong NNP (TOP* - - - - (GPE* -
    bc/cctv/00/cctv_0000 0 4 Kong NNP *     - - - - *)    -

The documents of the New Testament, whose identifiers begin with `pt/`, are left out and counted:
their names were not annotated.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path

from ...types import Example, Span
from .records import DataError, ParsedLine, ParseResult

SUFFIX = "_gold_conll"
FIRST_LINE = "#begin document"
_DOCUMENT, _WORD, _NAME, _LEAST = 0, 3, 10, 12
_WITHOUT_NAMES = "pt/"
LEFT_OUT = "sentences of the New Testament (pt/) left out, since its names are not annotated"
_BRACKETS = re.compile(r"(?:\([^()*|\s]+)*\*?\)*")
_OPENING = re.compile(r"\(([^()*|\s]+)")


@dataclass(slots=True)
class _Sentence:
    words: list[str] = field(default_factory=list)
    spans: list[Span] = field(default_factory=list)
    open: list[tuple[int, str]] = field(default_factory=list)
    """The start and label of each name that has not ended yet."""
    is_without_names: bool = False


def read_ontonotes(path: Path, lines: Iterable[str]) -> Iterator[ParsedLine]:
    """Yield the sentences of one file, each with the number of its last line, and what was left out
    before it; a last result may be that alone. Raises `DataError`."""
    sentence = _Sentence()
    number = left_out = 0
    for number, line in enumerate(chain(lines, [""]), 1):
        columns = line.split()
        if columns and not line.startswith("#"):
            _check(path, number, columns)
            sentence.is_without_names = columns[_DOCUMENT].startswith(_WITHOUT_NAMES)
            if not sentence.is_without_names:
                _add(sentence, path, number, columns)
            continue
        if sentence.open:
            start, label = sentence.open[-1]
            raise DataError(
                path,
                number - 1,
                f"the sentence ends, but ({label} was opened at its word {start} and has no ); "
                "is a blank line too many, or a bracket missing?",
            )
        left_out += sentence.is_without_names
        if sentence.words:
            spans = tuple(sorted(set(sentence.spans)))
            notes = {LEFT_OUT: left_out} if left_out else {}
            yield number - 1, ParseResult((Example(tuple(sentence.words), spans),), notes=notes)
            left_out = 0
        sentence = _Sentence()
    if left_out:
        yield number - 1, ParseResult((), notes={LEFT_OUT: left_out})


def _check(path: Path, number: int, columns: Sequence[str]) -> None:
    if len(columns) < _LEAST:
        raise DataError(
            path,
            number,
            f"expected at least {_LEAST} columns of CoNLL-2012, the {_NAME + 1}th with names in "
            f"brackets, got {len(columns)}: {' '.join(columns)[:80]!r}",
        )
    if columns[_WORD] == "[WORD]":
        raise DataError(
            path,
            number,
            "expected a word, got [WORD]: this is a skeleton; the script that comes with "
            "CoNLL-2012 puts OntoNotes' words into it",
        )


def _add(sentence: _Sentence, path: Path, number: int, columns: Sequence[str]) -> None:
    mark = columns[_NAME]
    if not _BRACKETS.fullmatch(mark) or mark.count(")") > len(sentence.open) + mark.count("("):
        raise DataError(
            path,
            number,
            f"expected *, (TYPE*, *) or (TYPE) in column {_NAME + 1} with every ) closing a "
            f"bracket of its sentence, got {mark!r}",
        )
    place = len(sentence.words)
    sentence.words.append(columns[_WORD])
    sentence.open += [(place, label) for label in _OPENING.findall(mark)]
    for _ in range(mark.count(")")):
        start, label = sentence.open.pop()
        sentence.spans.append(Span(start, place + 1, label))


def files_below(folder: Path) -> list[Path]:
    """All `*_gold_conll` files of a folder tree, sorted, without those in a folder `pt`.

    Raises `DataError` if there are none.
    """
    paths = (path.relative_to(folder) for path in folder.rglob("*" + SUFFIX))
    files = sorted(folder / path for path in paths if "pt" not in path.parts)
    if not files:
        raise DataError(
            folder,
            1,
            f"a folder is read as OntoNotes: expected files below it whose names end in {SUFFIX}, "
            "got none; name a file, or make them with the script that comes with CoNLL-2012",
        )
    return files
