"""Convert between tag columns and spans: IOB1, IOB2 ("BIO"), BIOES, BILOU, BMES and BMEWO.

A tag is O or PREFIX-LABEL. Decoding is lenient in a way that all these schemes agree on: a span
begins at B, S, U or W, and wherever the label changes or the previous span has ended (by E, L, S,
U, W or O); so `B-ORG I-PER` is two entities, and IOB1's bare `I-ORG I-ORG` is one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Literal

from ..types import Span

Scheme = Literal["BIO", "IOB1", "BIOES"]

_BEGINS = frozenset("BSUW")
_ENDS = frozenset("ELSUW")
_PREFIXES = frozenset("BIMELSUW")
_SECOND_TAG = re.compile(r"\|(?:O(?:\||$)|[BIMELSUW]-)")
_COMMENT = " #"


class TagError(ValueError):
    """A tag that belongs to none of the schemes."""


class CrowdedTagError(TagError):
    """A tag with another one, or a comment, behind it."""


def split_tag(tag: str, *, in_cell: bool = True) -> tuple[str, str]:
    """`"B-ORG"` → `("B", "ORG")`, `"O"` → `("O", "")`. Raises `TagError` for anything else.

    `in_cell`: a `#` behind a blank begins a comment; in a list of tags it belongs to the label.
    """
    if tag == "O":
        return "O", ""
    prefix, dash, label = tag.partition("-")
    if prefix not in _PREFIXES or not dash or not label:
        raise TagError(
            f"a tag is O or one of B- I- E- S- (also L- U- M- W-) and a label, got {tag!r}"
        )
    if "|" in label and _SECOND_TAG.search(label):
        raise CrowdedTagError(
            f"one tag a word is expected, got {tag!r}; put the tags of nested entities into "
            "columns of their own"
        )
    if in_cell and _COMMENT in label:
        raise CrowdedTagError(f"a tag is expected without a comment behind it, got {tag!r}")
    return prefix, label


def decode_tags(tags: Sequence[str], *, in_cells: bool = True) -> tuple[Span, ...]:
    """Decode a tag column to spans, in order; the scheme need not be given.

    `in_cells` as in `split_tag`.
    """
    spans: list[Span] = []
    start, open_label = 0, ""
    for index, tag in enumerate(tags):
        prefix, label = split_tag(tag, in_cell=in_cells)
        if open_label and (prefix in _BEGINS or label != open_label):
            spans.append(Span(start, index, open_label))
            open_label = ""
        if label and not open_label:
            start, open_label = index, label
        if open_label and prefix in _ENDS:
            spans.append(Span(start, index + 1, open_label))
            open_label = ""
    if open_label:
        spans.append(Span(start, len(tags), open_label))
    return tuple(spans)


def outermost(spans: Iterable[Span]) -> tuple[tuple[Span, ...], tuple[Span, ...]]:
    """Split spans into `(outer, dropped)`, both in text order: those that a flat format can hold,
    and the rest.

    The longest span wins, then the leftmost, then the alphabetically first label. Duplicates count
    once.
    """
    taken: set[int] = set()
    outer: list[Span] = []
    dropped: list[Span] = []
    for span in sorted(set(spans), key=lambda s: (s.start - s.end, s)):
        words = range(span.start, span.end)
        if taken.isdisjoint(words):
            taken.update(words)
            outer.append(span)
        else:
            dropped.append(span)
    return tuple(sorted(outer)), tuple(sorted(dropped))


def encode_tags(
    spans: Iterable[Span], length: int, scheme: Scheme = "BIO"
) -> tuple[tuple[str, ...], tuple[Span, ...]]:
    """Encode spans as `(tags, dropped)`: `length` tags for the outermost spans, and the spans they
    cannot hold.

    Raises `ValueError` if a span reaches past `length`.
    """
    outer, dropped = outermost(spans)
    tags = ["O"] * length
    previous = Span(0, 1, "O") if not outer else outer[0]
    for span in outer:
        if span.end > length:
            raise ValueError(
                f"span [{span.start}, {span.end}) {span.label!r} reaches past the {length} words "
                f"to tag; word offsets are half-open"
            )
        touches = previous.end == span.start and previous.label == span.label
        tags[span.start : span.end] = _span_tags(span, scheme, touches)
        previous = span
    return tuple(tags), dropped


def _span_tags(span: Span, scheme: Scheme, touches_same_label: bool) -> list[str]:
    size = span.end - span.start
    if scheme == "BIOES":
        prefixes = "S" if size == 1 else "B" + "I" * (size - 2) + "E"
    elif scheme == "IOB1" and not touches_same_label:
        prefixes = "I" * size
    else:
        prefixes = "B" + "I" * (size - 1)
    return [f"{prefix}-{span.label}" for prefix in prefixes]
