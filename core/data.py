"""Annotated sentences out of files: token JSONL, text JSONL and CoNLL columns.

    {"tokens": ["Bank", "of", "China"], "entities": [{"start": 0, "end": 3, "type": "ORG"}]}
    {"text": "Bank of China", "entities": [{"start": 0, "end": 13, "label": "ORG"}]}
    Bank NNP B-ORG

Offsets count words in the first kind, code points in the second; both are half-open.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from core.segmentation import sentences
from core.tags import TagError, decode_tags
from core.tokenization import tokenize
from core.types import Entity, Example, Token, WordSpan

_NOT_GOLD = frozenset({"rejected", "suggested"})


class DataError(ValueError):
    """A file that cannot be read as annotated sentences: which one, which line, and why."""

    def __init__(self, path: str | Path, line: int, problem: str) -> None:
        super().__init__(f"{path}:{line}: {problem}")
        self.path, self.line, self.problem = Path(path), line, problem


@dataclass(frozen=True, slots=True)
class Reading:
    """What a file held, and what had to be bent to read it."""

    examples: tuple[Example, ...]
    expanded: int = 0
    """Entities that began or ended within a word, and were grown to whole words."""
    joined: int = 0
    """Sentence ends that were taken away because an entity lies across them."""


def read_examples(path: str | Path, labels: Iterable[str] | None = None) -> list[Example]:
    """The sentences of a file; see `read_file`, which also counts what had to be bent."""
    return list(read_file(path, labels).examples)


def read_file(path: str | Path, labels: Iterable[str] | None = None) -> Reading:
    """The sentences of a token JSONL, text JSONL or CoNLL file; the content tells which.

    `labels` are those the file's annotators looked for (None: all of the model's); an entity
    with another one is an error. Entities with status rejected or suggested are not gold.
    Raises `DataError`.
    """
    looked_for = None if labels is None else frozenset(labels)
    examples: list[Example] = []
    expanded = joined = 0
    lines = _lines(Path(path))
    rows = _json_rows(path, lines) if _is_jsonl(lines) else _conll_rows(path, lines)
    for line, row in rows:
        for entity in (entity for example in row.examples for entity in example.entities):
            if looked_for is not None and entity.label not in looked_for:
                raise DataError(
                    path,
                    line,
                    f"label {entity.label!r} is not among those the file is said to annotate, "
                    f"{sorted(looked_for)}; add it there or correct the file",
                )
        examples += [replace(example, labels=looked_for) for example in row.examples]
        expanded += row.expanded
        joined += row.joined
    if not examples:
        raise DataError(path, 1, "expected at least one sentence, got an empty file")
    return Reading(tuple(examples), expanded, joined)


def _lines(path: Path) -> list[str]:
    lines = []
    for number, raw in enumerate(path.read_bytes().split(b"\n"), 1):
        try:
            line = raw.decode("utf-8-sig" if number == 1 else "utf-8")
        except UnicodeDecodeError as error:
            raise DataError(path, number, f"expected UTF-8, got {error}; save as UTF-8") from None
        lines.append(line.removesuffix("\r"))
    return lines


def _is_jsonl(lines: Sequence[str]) -> bool:
    first = next((line.strip() for line in lines if line.strip()), "")
    return first.startswith("{") and (first.endswith("}") or len(first.split()) != 2)


def _json_rows(path: str | Path, lines: Sequence[str]) -> Iterator[tuple[int, Reading]]:
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            yield number, _json_row(json.loads(line))
        except (ValueError, RecursionError) as error:
            raise DataError(path, number, str(error)) from None


def _json_row(record: Any) -> Reading:
    if isinstance(record, dict) and isinstance(record.get("entities"), list):
        entities = record["entities"]
        if isinstance(record.get("tokens"), list):
            return Reading((_token_example(record["tokens"], entities),))
        if isinstance(record.get("text"), str):
            return split_document(record["text"], _gold(entities))
    raise ValueError(
        'expected an object with "text" or "tokens", and "entities" as a list; got '
        f"{json.dumps(record)[:80]}"
    )


def _gold(records: list[Any]) -> Iterator[Entity]:
    for record in records:
        start, end, label = _fields(record, "label")
        if record.get("status") not in _NOT_GOLD:
            yield Entity(start, end, label)


def _fields(record: Any, label_key: str) -> tuple[int, int, str]:
    if isinstance(record, dict):
        start, end, label = record.get("start"), record.get("end"), record.get(label_key)
        if type(start) is int and type(end) is int and isinstance(label, str) and label:
            return start, end, label
    raise ValueError(
        f'expected an entity {{"start": int, "end": int, "{label_key}": str}}, got '
        f"{json.dumps(record)[:80]}"
    )


def _token_example(words: list[Any], records: list[Any]) -> Example:
    for word in words:
        if not isinstance(word, str) or not word.strip():
            raise ValueError(f"expected every token to be a word, got {word!r}")
    if not words:
        raise ValueError("expected at least one token, got none")
    spans = {WordSpan(*_fields(record, "type")) for record in records}
    return Example(tuple(words), tuple(sorted(spans)))


def split_document(text: str, entities: Iterable[Entity]) -> Reading:
    """A document's sentences as examples.

    An entity that ends within a word grows to the whole word; one that lies across a
    sentence's end joins the sentences, so none is lost. Raises `ValueError` for an entity
    past the text's end or over white space alone.
    """
    tokens = tokenize(text)
    first, last = _word_at(text, tokens)
    spans: list[WordSpan] = []
    expanded = 0
    for entity in entities:
        if entity.end > len(text):
            raise ValueError(
                f"entity [{entity.start}, {entity.end}) {entity.label!r} reaches past the text of "
                f"{len(text)} code points; offsets are code points, end exclusive"
            )
        start, end = first[entity.start], last[entity.end]
        if start >= end:
            raise ValueError(
                f"entity [{entity.start}, {entity.end}) {entity.label!r} covers no word of the text"
            )
        inside = text[entity.start : entity.end].strip()
        whole = text[tokens[start].start : tokens[end - 1].end]
        expanded += len(whole) > len(inside)
        spans.append(WordSpan(start, end, entity.label))
    stretches, joined = _join(sentences(text, tokens), spans)
    return Reading(tuple(_examples(text, tokens, stretches, sorted(set(spans)))), expanded, joined)


def _word_at(text: str, tokens: Sequence[Token]) -> tuple[list[int], list[int]]:
    """For each code point: the first token that ends after it, and (as an exclusive end) the
    number of tokens that start before it."""
    first: list[int] = []
    last = [0]
    for index, token in enumerate(tokens):
        first += [index] * (token.end - len(first))
        last += [index] * (token.start + 1 - len(last))
        last += [index + 1] * (token.end + 1 - len(last))
    first += [len(tokens)] * (len(text) + 1 - len(first))
    last += [len(tokens)] * (len(text) + 1 - len(last))
    return first, last


def _join(
    bounds: Sequence[tuple[int, int]], spans: Iterable[WordSpan]
) -> tuple[list[tuple[int, int]], int]:
    """The sentences with each end removed that a span lies across, and how many were."""
    inside = {cut for span in spans for cut in range(span.start + 1, span.end)}
    stretches: list[tuple[int, int]] = []
    for start, end in bounds:
        if start in inside:
            start = stretches.pop()[0]
        stretches.append((start, end))
    return stretches, len(bounds) - len(stretches)


def _examples(
    text: str,
    tokens: Sequence[Token],
    stretches: Iterable[tuple[int, int]],
    spans: Sequence[WordSpan],
) -> Iterator[Example]:
    """`spans` are sorted; each lies within one stretch."""
    taken = 0
    for start, end in stretches:
        words = tuple(text[token.start : token.end] for token in tokens[start:end])
        within = taken
        while within < len(spans) and spans[within].start < end:
            within += 1
        inside = [WordSpan(s.start - start, s.end - start, s.label) for s in spans[taken:within]]
        taken = within
        yield Example(words, tuple(inside))


def _conll_rows(path: str | Path, lines: Sequence[str]) -> Iterator[tuple[int, Reading]]:
    """Blank lines part sentences; the first column is the word, the last one its tag."""
    words: list[str] = []
    tags: list[str] = []
    for number, line in enumerate([*lines, ""], 1):
        columns = re.split(r"\t+" if "\t" in line else r" +", line.strip(" \t"))
        if not columns[0] or columns[0] == "-DOCSTART-":
            if words:
                example = Example(tuple(words), decode_tags(tags))
                yield number - 1, Reading((example,))
            words, tags = [], []
            continue
        if len(columns) < 2:
            raise DataError(path, number, f"expected a word and a tag, or JSON, got {line[:80]!r}")
        try:
            decode_tags(columns[-1:])
        except TagError as error:
            raise DataError(path, number, str(error)) from None
        words.append(columns[0])
        tags.append(columns[-1])


def label_set(examples: Iterable[Example]) -> tuple[str, ...]:
    """The labels that occur, sorted."""
    return tuple(sorted({entity.label for example in examples for entity in example.entities}))


def merge_corpora(corpora: Iterable[tuple[str, Sequence[Example]]]) -> list[Example]:
    """All corpora's examples, each knowing which labels its annotators looked for.

    A corpus in which a label of the others never occurs once is taken not to annotate it: its
    examples get `labels` = those that do occur. In a corpus with every label, `labels` is None.
    An example that already says what was looked for keeps its word. So tweets annotated
    without MISC teach nothing about MISC, and are not a reason to deny it. A small file may
    lack a label by chance: then name its labels in `read_examples`.
    """
    held = [list(examples) for _, examples in corpora]
    everything = set(label_set(example for examples in held for example in examples))
    merged: list[Example] = []
    for examples in held:
        own = frozenset(label_set(examples))
        labels = own if own < everything else None
        merged += [e if e.labels is not None else replace(e, labels=labels) for e in examples]
    return merged
