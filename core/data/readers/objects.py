"""JSON: one object a line (JSONL), or one list of objects as in SpERT.

    {"tokens": ["Bank", "of", "China"], "entities": [{"start": 0, "end": 3, "type": "ORG"}]}
    {"text": "Bank of China", "entities": [{"start": 0, "end": 13, "label": "ORG"}]}

Offsets count words in the first form, code points in the second; both are half-open. "type" and
"label" may stand for each other. An entity's own words under "text" must be those that its
offsets cover. What nobody has decided is left out and counted, by the "status" of a record and of
an entity. Other fields (relations, "ltokens" and "rtokens" for neighbouring sentences) are ignored.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from ...text.surfaces import same_letters, same_words
from ...types import Entity, Example, Span
from .decisions import UNDECIDED, decision, why_left_out
from .documents import split_document
from .records import DataError, ParsedLine, ParseResult

_BLANK = " \t\r\n"


def read_jsonl(path: Path, lines: Sequence[str]) -> Iterator[ParsedLine]:
    """Parse one object a line, skipping blank lines. Raises `DataError`."""
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            yield number, _parse(json.loads(line))
        except json.JSONDecodeError as error:
            problem = f"expected a JSON object a line, got {line.strip()[:60]!r}: {error}"
            raise DataError(path, number, problem) from None
        except (ValueError, RecursionError) as error:
            raise DataError(path, number, str(error)) from None


def read_json_list(path: Path, lines: Sequence[str]) -> Iterator[ParsedLine]:
    """Parse one list over the whole file, yielding each object with the line it begins on.

    Raises `DataError`.
    """
    text = "\n".join(lines)
    decoder = json.JSONDecoder()
    position, line = _next(text, 0, 1)
    if text[position : position + 1] != "[":
        raise DataError(
            path,
            line,
            f"expected a list [{{…}}, …] of sentences, got {text[position : position + 60]!r}",
        )
    position, line = _next(text, position + 1, line)
    while text[position : position + 1] != "]":
        try:
            record, end = decoder.raw_decode(text, position)
            yield line, _parse(record)
        except (ValueError, RecursionError) as error:
            raise DataError(path, line, f"in the sentence that begins here: {error}") from None
        position, line = _next(text, end, line + text.count("\n", position, end))
        if text[position : position + 1] == ",":
            position, line = _next(text, position + 1, line)
        elif text[position : position + 1] != "]":
            raise DataError(
                path,
                line,
                f"expected , or ] after a sentence, got {text[position : position + 60]!r}",
            )
    position, line = _next(text, position + 1, line)
    if position < len(text):
        raise DataError(
            path, line, f"expected nothing after the list, got {text[position : position + 60]!r}"
        )


def _next(text: str, position: int, line: int) -> tuple[int, int]:
    """The next position that is not blank, and its line."""
    end = position
    while end < len(text) and text[end] in _BLANK:
        end += 1
    return end, line + text.count("\n", position, end)


def _parse(record: Any) -> ParseResult:
    if isinstance(record, dict):
        words, text, entities = (record.get(key) for key in ("tokens", "text", "entities"))
        has_words = isinstance(words, list) or isinstance(text, str)
        if has_words and (reason := why_left_out(record)):
            return ParseResult((), notes={reason: 1})
        if isinstance(entities, list) and isinstance(words, list):
            return _parse_tokens(words, entities)
        if isinstance(entities, list) and isinstance(text, str):
            return _parse_text(text, entities)
    raise ValueError(
        'expected an object with "text" or "tokens", and "entities" as a list; got '
        f"{json.dumps(record)[:80]}"
    )


def _parse_text(text: str, records: list[Any]) -> ParseResult:
    _check_characters(text)
    accepted: list[Entity] = []
    undecided: list[Entity] = []
    for record in records:
        start, end, label = _fields(record, "label", "type")
        if not same_words(text[start:end], given := _words(record, text[start:end])):
            raise _elsewhere(start, end, label, given, text[start:end], "code points")
        if (made := decision(record)) != "rejected":
            (accepted if made == "accepted" else undecided).append(Entity(start, end, label))
    return split_document(text, accepted, undecided)


def _check_characters(text: str) -> None:
    """Raise ValueError for half of a surrogate pair, which no tokenizer takes."""
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise ValueError(
            f"expected characters, got half of one, {text[error.start]!r}, at {error.start}; write "
            "both halves of the surrogate pair, or remove it"
        ) from None


def _fields(record: Any, label_key: str, other_key: str) -> tuple[int, int, str]:
    if isinstance(record, dict):
        start, end = record.get("start"), record.get("end")
        label = record.get(label_key) or record.get(other_key)
        if type(start) is int and type(end) is int and isinstance(label, str) and label:
            return start, end, label
    raise ValueError(
        f'expected an entity {{"start": int, "end": int, "{label_key}": str}}, got '
        f"{json.dumps(record)[:80]}"
    )


def _parse_tokens(words: list[Any], records: list[Any]) -> ParseResult:
    for word in words:
        if not isinstance(word, str) or not word.strip():
            raise ValueError(f"expected every token to be a word, got {word!r}")
    if not words:
        raise ValueError("expected at least one token, got none")
    _check_characters(" ".join(words))
    decisions = [decision(record) for record in records]
    parts = (
        part
        for record, made in zip(records, decisions, strict=True)
        if made != "rejected"
        for part in _parts(record)
    )
    spans = {_span(part, words) for part in parts}
    example = Example(tuple(words), tuple(sorted(spans)))
    if "suggested" in decisions:
        return ParseResult((), notes={UNDECIDED: 1})
    return ParseResult((example,))


def _span(record: Any, words: list[str]) -> Span:
    """The entity of a record. A fragment is a part of the words that its record gives."""
    start, end, label = _fields(record, "type", "label")
    covered = " ".join(words[start:end])
    given = covered if "fragments" in record else _words(record, covered)
    if not same_letters(covered, given):
        raise _elsewhere(start, end, label, given, covered, "tokens")
    return Span(start, end, label)


def _words(record: Any, default: str) -> str:
    """The entity's own words, where the file gives them."""
    words = record.get("text")
    return words if isinstance(words, str) else default


def _elsewhere(start: int, end: int, label: str, given: str, covered: str, unit: str) -> ValueError:
    return ValueError(
        f"entity [{start}, {end}) {label!r} is {given[:40]!r} says the file, but {covered[:40]!r} "
        f"is there; offsets are {unit}, end exclusive: count them so, or leave the words out"
    )


def _parts(record: Any) -> Iterator[Any]:
    """Yield the fragments of an entity as one entity each, the form that a span model can learn."""
    fragments = record.get("fragments") if isinstance(record, dict) else None
    if not isinstance(fragments, list):
        yield record
        return
    for fragment in fragments:
        position = fragment if isinstance(fragment, list) else []
        yield {**record, **dict(zip(("start", "end"), position, strict=False))}
