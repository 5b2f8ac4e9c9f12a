"""Read annotated sentences from files in any format that `core.data.readers` knows."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

from ..text.columns import ColumnChoice
from ..types import Example, Span
from .readers.columns import read_columns
from .readers.documents import split_document
from .readers.objects import read_json_list, read_jsonl
from .readers.ontonotes import FIRST_LINE, SUFFIX, files_below, read_ontonotes
from .readers.records import DataError, ParsedLine, ParseResult, lines_of

_OBJECT = re.compile(r'\{\s*(["}]|$)')

__all__ = [
    "DataError",
    "ParseResult",
    "label_set",
    "merge_corpora",
    "read_examples",
    "read_file",
    "split_document",
]


def read_examples(
    path: str | Path, labels: Iterable[str] | None = None, columns: ColumnChoice | None = None
) -> list[Example]:
    """Read the sentences of a file; `read_file` also reports what had to be adjusted."""
    return list(read_file(path, labels, columns).examples)


def read_file(
    path: str | Path, labels: Iterable[str] | None = None, columns: ColumnChoice | None = None
) -> ParseResult:
    """Read the sentences of a JSONL, JSON, column or CoNLL-2012 file, or of a folder of the last.

    The format is detected from the contents, apart from the suffixes `.json` and `_gold_conll`.
    `labels` are the labels that the file annotates (None: all of the model's); an entity with
    another label is an error. What nobody has decided is left out and counted in the notes, see
    `core.data.readers.decisions`. `columns` are those of a column file, where they should not be
    found by its content. Raises `DataError`, also where nothing is left.
    """
    path = Path(path)
    annotated_labels = None if labels is None else frozenset(labels)
    examples: list[Example] = []
    expanded = joined = 0
    notes: Counter[str] = Counter()
    for file in files_below(path) if path.is_dir() else [path]:
        for line, row in _rows(file, columns):
            _check_labels(file, line, row, annotated_labels)
            examples += [replace(example, labels=annotated_labels) for example in row.examples]
            expanded += row.expanded
            joined += row.joined
            notes.update(row.notes)
    if not examples:
        left_out = "; ".join(f"{note} ({number})" for note, number in notes.items())
        got = f"none; {left_out}" if left_out else "an empty file"
        raise DataError(path, 1, f"expected at least one sentence, got {got}")
    return ParseResult(tuple(examples), expanded, joined, notes)


def _rows(path: Path, columns: ColumnChoice | None) -> Iterator[ParsedLine]:
    lines = lines_of(path)
    first = next((line.strip() for line in lines if line.strip()), "")
    if path.name.endswith(SUFFIX) or first.startswith(FIRST_LINE):
        return read_ontonotes(path, lines)
    if _is_jsonl(first):
        return read_jsonl(path, lines)
    if (path.suffix == ".json" and first) or _is_json_list(first, lines):
        return read_json_list(path, lines)
    return read_columns(path, lines, columns)


def _is_jsonl(first: str) -> bool:
    """A brace may also be the first word of a column file."""
    return bool(_OBJECT.match(first)) and (first.endswith("}") or len(first.split()) != 2)


def _is_json_list(first: str, lines: Sequence[str]) -> bool:
    if not first.startswith("["):
        return False
    following = (line.strip() for line in lines if line.strip() not in ("", "["))
    rest = first[1:].lstrip() or next(following, "]")
    return rest.startswith(("{", "]"))


def _check_labels(path: Path, line: int, row: ParseResult, known: frozenset[str] | None) -> None:
    for entity in (entity for example in row.examples for entity in example.entities):
        if known is not None and entity.label not in known:
            raise DataError(
                path,
                line,
                f"label {entity.label!r} is not among those the file is said to annotate, "
                f"{sorted(known)}; add it there or correct the file",
            )


def label_set(examples: Iterable[Example]) -> tuple[str, ...]:
    """The labels that occur, sorted."""
    return tuple(sorted({entity.label for example in examples for entity in example.entities}))


def merge_corpora(
    corpora: Iterable[Sequence[Example]], labels: Iterable[str] = ()
) -> list[Example]:
    """Concatenate corpora, marking in each example what its corpus annotates: labels and nesting.

    If a label of the other corpora, or one of the model's `labels`, never occurs in a corpus, the
    corpus is taken not to annotate it: its examples get `labels` = those that do occur. Examples of
    a corpus with every label, and examples that already have `labels`, keep theirs. So tweets
    annotated without MISC are not trained against MISC. A small file may lack a label by chance:
    then name its labels in `read_examples`. A corpus without overlapping entities is taken not to
    annotate nested ones.
    """
    loaded = list(corpora)
    all_labels = set(label_set(example for examples in loaded for example in examples)) | {*labels}
    merged: list[Example] = []
    for examples in loaded:
        corpus_labels = frozenset(label_set(examples))
        known = corpus_labels if corpus_labels < all_labels else None
        nested = any(_overlap(example.entities) for example in examples)
        merged += [
            replace(e, labels=known if e.labels is None else e.labels, nested=nested)
            for e in examples
        ]
    return merged


def _overlap(entities: Iterable[Span]) -> bool:
    return any(first.end > second.start for first, second in pairwise(sorted(entities)))
