"""Typed access to the fields of a record that came from outside."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from typing import Any, TypeVar

from storage.enums import SPLITS, Split

Word = TypeVar("Word", bound=str)


class FieldError(ValueError):
    """A field that is not what its format says; the message is for the person who imports."""


_FORMER_SPLITS: Mapping[str, Split] = {"control": "holdout"}
"""What exports made before version 0.2 call a split."""


def object_of(value: object, what: str) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise FieldError(f"{what} must be an object, got {_shown(value)}")
    return value


def own_data(raw: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    """An object of the importer's own, empty where absent, that can be written out again."""
    value = object_of(raw.get(key, {}), repr(key))
    try:
        json.dumps(value, ensure_ascii=False, allow_nan=False).encode()
    except UnicodeEncodeError:
        raise FieldError(
            f"{key!r} holds half a character (a lone surrogate), or a byte that is not UTF-8"
        ) from None
    except ValueError:
        raise FieldError(f"{key!r} holds NaN or an infinity, which JSON does not know") from None
    return value


def others(raw: Mapping[str, Any], known: Collection[str]) -> Mapping[str, Any]:
    """What stands under keys that a format does not know: data about the document, to be kept."""
    return own_data({"meta": {key: raw[key] for key in raw if key not in known}}, "meta")


def name_in(raw: Mapping[str, Any], key: str, default: str) -> str:
    """The document's name under a key that other tools use as they like; else the default."""
    value = raw.get(key)
    return string(raw, key) if isinstance(value, str) and value else default


def own_split(raw: Mapping[str, Any]) -> Split | None:
    """The split under our own names, those of earlier exports too. Raises FieldError."""
    value = raw.get("split")
    former = _FORMER_SPLITS.get(value) if isinstance(value, str) else None
    return former or one_word(raw, "split", SPLITS)


def split_in(raw: Mapping[str, Any]) -> tuple[Split | None, tuple[str, ...]]:
    """The split, or a note where another tool's is none of ours."""
    value = raw.get("split")
    if value in (None, ""):
        return None, ()
    if value in SPLITS or value in _FORMER_SPLITS:
        return own_split(raw), ()
    return None, (f"its split {_shown(value)} is none of {', '.join(SPLITS)}: it was left open",)


def string(
    raw: Mapping[str, Any], key: str, default: str | None = None, longest: int | None = None
) -> str:
    """A non-empty string that a database can keep, of at most `longest` characters."""
    value = raw.get(key, default)
    if not isinstance(value, str) or not value:
        raise FieldError(f"{key!r} must be a non-empty string, got {_shown(value)}")
    if longest is not None and len(value) > longest:
        raise FieldError(f"{key!r} has at most {longest} characters, got {len(value)}")
    try:
        value.encode()
    except UnicodeEncodeError as error:
        raise FieldError(
            f"{key!r} holds {value[error.start]!r} at {error.start}: half a character (a lone "
            "surrogate), or a byte that is not UTF-8; write the whole character, in UTF-8"
        ) from None
    return value


def label_in(raw: Mapping[str, Any], *keys: str) -> str:
    """The label under the first of the keys that is there."""
    return string(raw, next((key for key in keys if raw.get(key) is not None), keys[0]))


def whole(raw: Mapping[str, Any], key: str) -> int:
    value = raw.get(key)
    if not isinstance(value, int) or isinstance(value, bool):
        raise FieldError(f"{key!r} must be a whole number, got {_shown(value)}")
    return value


def score(raw: Mapping[str, Any]) -> float | None:
    """`score` in [0, 1], or None where there is none."""
    value = raw.get("score")
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
        raise FieldError(f"'score' must lie between 0 and 1, or be null, got {_shown(value)}")
    return float(value)


def one_word(raw: Mapping[str, Any], key: str, known: Sequence[Word]) -> Word | None:
    """One of a closed list of words, or None where the key is absent or null."""
    value = raw.get(key)
    if value is None:
        return None
    for word in known:
        if value == word:
            return word
    raise FieldError(f"{key!r} must be one of {', '.join(known)}, got {_shown(value)}")


def _shown(value: object) -> str:
    shown = repr(value)
    return shown if len(shown) <= 60 else f"{shown[:57]}…"
