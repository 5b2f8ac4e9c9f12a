"""Prodigy's `patterns.jsonl`, which is spaCy's EntityRuler's, too.

```json
{"label": "DRUG", "pattern": "acetylsalicylic acid", "id": "aspirin"}
{"label": "DRUG", "pattern": [{"lower": "acetylsalicylic"}, {"lower": "acid"}]}
```

A string matches as it is written. A list of tokens that names words alone, all of them by `lower`
or all by `text`, is words as well; any other needs spaCy's `Matcher`, and is bounded here, since a
repeated token can match in more ways than anybody can wait for.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from storage.enums import RuleKind
from storage.formats.fields import FieldError, object_of
from storage.rule_files.records import MAX_LABEL, MAX_NAME, MAX_TERM, RuleRecord, checked_text

MAX_TOKENS = 20
MAX_OPTIONAL = 6
"""Tokens of a pattern that may be there or not."""
_MOST_VALUES = 1000
"""Values of all lists in a pattern."""
_WORDS = frozenset(("LOWER", "TEXT", "ORTH", "NORM", "SHAPE", "PREFIX", "SUFFIX"))
_FLAGS = re.compile(
    "IS_(ALPHA|ASCII|DIGIT|LOWER|UPPER|TITLE|PUNCT|SPACE|BRACKET|QUOTE|LEFT_PUNCT|RIGHT_PUNCT|"
    "CURRENCY)|LIKE_(NUM|URL|EMAIL)"
)
_NATIVE: Mapping[str, RuleKind] = {"LOWER": "lower", "TEXT": "exact", "ORTH": "exact"}
_COMPARISONS = frozenset(("==", "!=", ">=", "<=", ">", "<"))
_OPERATOR = re.compile(r"[1!?+*]|\{(\d{1,2})\}|\{(\d{0,2}),(\d{0,2})\}")
_KEYS = ("label", "pattern", "id")


def pattern_of(number: int, line: str, notes: Counter[str]) -> RuleRecord:
    """The rule of a line. Raises `FieldError`."""
    try:
        raw = object_of(json.loads(line), "a pattern")
    except (ValueError, RecursionError) as error:
        if isinstance(error, FieldError):
            raise
        raise FieldError(
            f"not JSON ({error}); each line is an object such as "
            '{"label": "DRUG", "pattern": "aspirin"}'
        ) from None
    label = None
    if raw.get("label") is not None:
        label = checked_text(raw["label"], "'label'", MAX_LABEL)
    name = raw.get("id")
    name = "" if name in (None, "") else checked_text(str(name), "'id'", MAX_NAME)
    record = _of(number, raw.get("pattern"), label, name)
    for key in raw:
        if key not in _KEYS:
            notes[f"{key[:40]!r} not read"] += 1
    return record


def _of(number: int, pattern: object, label: str | None, name: str) -> RuleRecord:
    if isinstance(pattern, str):
        return RuleRecord(number, "exact", checked_text(pattern, "'pattern'"), label, name)
    if not isinstance(pattern, list):
        raise FieldError(
            "'pattern' must be a string, or a list of tokens such as "
            f'[{{"lower": "aspirin"}}], got {type(pattern).__name__}'
        )
    if not 1 <= len(pattern) <= MAX_TOKENS:
        raise FieldError(f"a pattern has 1 to {MAX_TOKENS} tokens, got {len(pattern)}; split it")
    tokens = [_upper(object_of(token, "a token of a pattern")) for token in pattern]
    for attribute, kind in _NATIVE.items():
        words = [token[attribute] for token in tokens if list(token) == [attribute]]
        if len(words) == len(tokens) and all(isinstance(word, str) for word in words):
            text = checked_text(" ".join(words), "'pattern'")
            return RuleRecord(number, kind, text, label, name, plain=False)
    _check(tokens)
    text = json.dumps(tokens, ensure_ascii=False, sort_keys=True)
    return RuleRecord(number, "tokens", text, label, name, plain=False)


def _upper(token: Mapping[str, Any]) -> dict[str, Any]:
    """The token by spaCy's names of its attributes, which Prodigy writes small."""
    named = {key.upper(): value for key, value in token.items()}
    if len(named) < len(token):
        raise FieldError("a token of a pattern names an attribute twice; keep one of the two")
    return named


def _check(tokens: Sequence[Mapping[str, Any]]) -> None:
    optional = unbounded = values = 0
    for token in tokens:
        least, most = _repeats(token.get("OP", "1"))
        unbounded += most is None
        optional += 0 if most is None else most - least
        values += sum(_values(name, value) for name, value in token.items() if name != "OP")
    if optional > MAX_OPTIONAL or unbounded > 1:
        raise FieldError(
            f"a pattern has at most one token that repeats without end and {MAX_OPTIONAL} that may "
            f"be missing, got {unbounded} and {optional}; split it into several patterns"
        )
    if values > _MOST_VALUES:
        raise FieldError(
            f"a pattern lists at most {_MOST_VALUES:,} values, got {values:,}; write each as a "
            "pattern of its own"
        )


def _repeats(operator: object) -> tuple[int, int | None]:
    """How often a token stands there: least and most; None is without end."""
    match = _OPERATOR.fullmatch(operator) if isinstance(operator, str) else None
    if match is None:
        raise FieldError(f"'OP' must be !, ?, +, *, {{n}} or {{n,m}}, got {str(operator)[:40]!r}")
    if operator in ("+", "*"):
        return 0, None
    if operator == "?":
        return 0, 1
    if operator in ("1", "!"):
        return 1, 1
    exactly, least, most = match.groups()
    if exactly is not None:
        least = most = exactly
    if most == "":
        return int(least or 0), None
    low, high = int(least or 0), int(most)
    if not low <= high <= MAX_TOKENS:
        raise FieldError(f"'OP' repeats at most {MAX_TOKENS} times, got {operator!r}; split it")
    return low, high


def _values(name: str, value: object) -> int:
    """How many values the attribute lists. Raises `FieldError` for what is not matched here."""
    if name in _WORDS:
        return _listed(name, value)
    if _FLAGS.fullmatch(name):
        if isinstance(value, bool):
            return 1
        raise FieldError(f"{name!r} must be true or false, got {str(value)[:40]!r}")
    if name == "LENGTH":
        parts = value if isinstance(value, dict) else {"==": value}
        if parts.keys() <= _COMPARISONS and all(type(part) is int for part in parts.values()):
            return 1
        raise FieldError(f"'LENGTH' must be a number or a comparison, got {str(value)[:40]!r}")
    raise FieldError(
        f"{name[:40]!r} cannot be matched: no tagger or parser runs here; describe the "
        f"words themselves, by {', '.join(sorted(_WORDS))}, LENGTH, IS_… or LIKE_…"
    )


def _listed(name: str, value: object) -> int:
    if isinstance(value, str):
        return len([checked_text(value, repr(name))])
    if isinstance(value, dict) and any(key.startswith(("REGEX", "FUZZY")) for key in value):
        raise FieldError(
            f"{name!r} with REGEX or FUZZY is not supported: nothing bounds how long it takes; "
            'list the words with {"IN": […]}, or describe them with SHAPE, IS_DIGIT or LIKE_NUM'
        )
    if not isinstance(value, dict) or not value or value.keys() - {"IN", "NOT_IN"}:
        raise FieldError(f"{name!r} must be a string, IN or NOT_IN, got {str(value)[:40]!r}")
    count = 0
    for words in value.values():
        if not isinstance(words, list):
            raise FieldError(f"{name!r} with IN needs a list, got {str(words)[:40]!r}")
        count += len([checked_text(word, repr(name), MAX_TERM) for word in words])
    return count
