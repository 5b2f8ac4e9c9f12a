"""Split a text into sentences, and sentences into windows that the encoder can hold.

All offsets count tokens, half-open. A sentence too long for the encoder is split into overlapping
windows; `core.inference.windows` merges their entities again.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise

from ..types import Token
from .tokenization import tokenize, tokens

_HARD_BREAK = re.compile(r"[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]")
_CLOSERS = frozenset("\"'”’»›)]}」』】》）］")  # noqa: RUF001
_STOPS = frozenset([".", "..", "...", *"!?…؟۔।॥։።‼⁇⁈⁉"])  # noqa: RUF001
_FULL_WIDTH_STOPS = frozenset("。！？｡።។။")  # noqa: RUF001
"""Stops that need no white space after them."""


@dataclass(frozen=True, slots=True)
class Window:
    """Tokens [start, end) that the encoder sees at once."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class WindowLimits:
    """How much a window may hold. Raises ValueError for impossible limits."""

    max_words: int
    overlap: int
    """Words that neighbouring windows of one sentence share, as far as the budgets allow."""
    max_subwords: int
    subword_lengths: Callable[[Sequence[str]], Sequence[int]]
    """Counts the subwords of each word."""

    def __post_init__(self) -> None:
        if not 0 <= self.overlap < self.max_words or self.max_subwords < 1:
            raise ValueError(
                "need 0 <= overlap < max_words and max_subwords >= 1, got "
                f"overlap={self.overlap}, max_words={self.max_words}, "
                f"max_subwords={self.max_subwords}"
            )


@dataclass(frozen=True, slots=True)
class Segment:
    """A run of whole sentences, split into windows."""

    tokens: tuple[Token, ...]
    windows: tuple[Window, ...]
    """In text order, as indices into `tokens`; none crosses the end of a sentence."""
    uncovered: tuple[Token, ...]
    """Tokens that alone exceed the subword budget: nothing can be predicted there."""


def segment(text: str, limits: WindowLimits) -> Segment:
    """Split a whole text into one segment."""
    return _segment(text, tokenize(text), limits)


def segments(text: str, limits: WindowLimits, size: int) -> Iterator[Segment]:
    """Yield a text's segments of at least `size` tokens each, except the last. No text longer than
    that is tokenized ahead."""
    for stretch in stretches(text, tokens(text), size):
        yield _segment(text, stretch, limits)


def sentences(text: str, tokens: Sequence[Token]) -> tuple[tuple[int, int], ...]:
    """The sentences of a text as half-open token ranges that together cover every token once.

    A line break always ends a sentence. So do . ! ? … and similar stops, with the closing quotes
    after them, before white space and a word that does not start in lower case; full-width stops
    need no white space. Abbreviations and initials do not: there the stop belongs to the token. Nor
    does the stop of a list's number ("1. Introduction").
    """
    bounds = [index for index, (_, first) in enumerate(_beginnings(text, tokens)) if first]
    return tuple(pairwise([*bounds, len(tokens)] if tokens else []))


def stretches(text: str, tokens: Iterable[Token], size: int) -> Iterator[tuple[Token, ...]]:
    """Yield runs of whole sentences with at least `size` tokens each, except the last.

    Only one run is held in memory, so that a document of any length can be processed.
    """
    buffer: list[Token] = []
    for token, begins in _beginnings(text, tokens):
        if begins and len(buffer) >= size:
            yield tuple(buffer)
            buffer = []
        buffer.append(token)
    if buffer:
        yield tuple(buffer)


def _beginnings(text: str, tokens: Iterable[Token]) -> Iterator[tuple[Token, bool]]:
    """Yield each token, and whether a sentence begins with it."""
    before: Token | None = None
    stop: str | None = None
    place, first = 0, ""
    for token in tokens:
        word = text[token.start : token.end]
        gap = "" if before is None else text[before.end : token.start]
        begins = before is None or bool(_HARD_BREAK.search(gap)) or _breaks(stop, gap, word)
        if begins:
            stop, place, first = None, 0, word[0]
        stop = _stop_after(stop, gap, word, place, first)
        yield token, begins
        before, place = token, place + 1


def _breaks(stop: str | None, gap: str, word: str) -> bool:
    """Whether a new sentence starts at `word`, after `gap` and the pending `stop`."""
    if stop is None:
        return False
    if stop in _FULL_WIDTH_STOPS:
        return bool(gap) or word not in _CLOSERS | _FULL_WIDTH_STOPS
    return bool(gap) and not word[0].islower()


def _stop_after(stop: str | None, gap: str, word: str, place: int, first: str) -> str | None:
    """The stop that is pending after `word`, the sentence's `place`-th; it stays pending through
    closing quotes. `first` is the sentence's first code point."""
    if word in _STOPS or word in _FULL_WIDTH_STOPS:
        return None if word == "." and place == 1 and first.isdecimal() else word
    return stop if word in _CLOSERS and not gap else None


def _segment(text: str, tokens: tuple[Token, ...], limits: WindowLimits) -> Segment:
    """One window for each sentence, several overlapping ones for a long one."""
    lengths = limits.subword_lengths([text[token.start : token.end] for token in tokens])
    if len(lengths) != len(tokens):
        raise ValueError(
            f"subword_lengths needs one number a token: {len(tokens)}, got {len(lengths)}"
        )
    totals = list(accumulate(lengths, initial=0))
    ranges = sentences(text, tokens)
    cut = [window for start, end in ranges for window in _cut(start, end, totals, limits)]
    too_long = {
        window for window in cut if totals[window.end] - totals[window.start] > limits.max_subwords
    }
    return Segment(
        tokens,
        tuple(window for window in cut if window not in too_long),
        tuple(tokens[window.start] for window in cut if window in too_long),
    )


def _cut(start: int, end: int, totals: list[int], limits: WindowLimits) -> Iterator[Window]:
    """The windows of one sentence [start, end); `totals[i]` is the number of subwords before token
    i. A token beyond the budget gets a window of its own."""
    max_words, max_subwords = limits.max_words, limits.max_subwords
    while True:
        budget = totals[start] + max_subwords
        stop = bisect_left(totals, budget + 1, start + 1, min(start + max_words, end) + 1) - 1
        stop = max(stop, start + 1)
        yield Window(start, stop)
        if stop == end:
            return
        fits_next = bisect_left(totals, totals[stop + 1] - max_subwords, start + 1, stop)
        start = max(fits_next, stop - limits.overlap, stop + 1 - max_words)
