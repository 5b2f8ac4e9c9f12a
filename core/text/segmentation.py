"""Split documents into sentences and sentences into windows, and merge the windows' entities.

All offsets count tokens of the document, half-open. A sentence too long for the encoder is split
into overlapping windows; each token is owned by exactly one window, and `merge` combines the
predictions of the windows into those of the document.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise

from ..types import Span, Token

_HARD_BREAK = re.compile(r"[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]")
_CLOSERS = frozenset("\"'”’»›)]}」』】》）］")  # noqa: RUF001
_STOPS = frozenset([".", "..", "...", *"!?…؟۔।॥։።‼⁇⁈⁉"])  # noqa: RUF001
_FULL_WIDTH_STOPS = frozenset("。！？｡።។။")  # noqa: RUF001
"""Stops that need no white space after them."""


@dataclass(frozen=True, slots=True)
class Window:
    """Tokens [start, end) that the encoder sees at once, of which this window owns [own_start,
    own_end). `too_long` marks a single token beyond the subword budget: nothing can be predicted
    there, and `uncovered` reports it."""

    start: int
    end: int
    own_start: int
    own_end: int
    too_long: bool = False


@dataclass(frozen=True, slots=True)
class Merged:
    """An entity of the document, in token indices, and its source: `per_window[window][1][index]`
    of the argument to `merge`."""

    span: Span
    score: float
    window: int
    index: int


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


def windows(
    text: str,
    tokens: Sequence[Token],
    max_words: int = 200,
    overlap: int = 16,
    lengths: Sequence[int] | None = None,
    max_subwords: int = 510,
) -> tuple[Window, ...]:
    """Split a text into windows: one for each sentence, several overlapping ones for a long
    sentence.

    No window holds more than `max_words` tokens or, given the `lengths` of the tokens in subwords,
    more than `max_subwords` subwords; a single token beyond that budget gets a window of its own,
    marked `too_long`. Neighbours share `overlap` tokens as far as the budgets allow. Windows never
    cross a sentence boundary. Raises `ValueError` for impossible limits.
    """
    if not 0 <= overlap < max_words or max_subwords < 1:
        raise ValueError(
            f"need 0 <= overlap < max_words and max_subwords >= 1, got overlap={overlap}, "
            f"max_words={max_words}, max_subwords={max_subwords}"
        )
    if lengths is not None and len(lengths) != len(tokens):
        raise ValueError(f"lengths needs one number a token: {len(tokens)}, got {len(lengths)}")
    totals = list(accumulate(lengths or [0] * len(tokens), initial=0))
    return tuple(
        window
        for start, end in sentences(text, tokens)
        for window in _cut(start, end, totals, max_words, overlap, max_subwords)
    )


def _cut(
    start: int, end: int, totals: list[int], max_words: int, overlap: int, max_subwords: int
) -> Iterator[Window]:
    """The windows of one sentence [start, end); `totals[i]` is the number of subwords before token
    i."""
    own_start = start
    while True:
        budget = totals[start] + max_subwords
        stop = bisect_left(totals, budget + 1, start + 1, min(start + max_words, end) + 1) - 1
        too_long = stop == start
        stop = max(stop, start + 1)
        if stop == end:
            yield Window(start, stop, own_start, stop, too_long)
            return
        fits_next = bisect_left(totals, totals[stop + 1] - max_subwords, start + 1, stop)
        following = max(fits_next, stop - overlap, stop + 1 - max_words)
        own_end = (following + stop + 1) // 2
        yield Window(start, stop, own_start, own_end, too_long)
        start, own_start = following, own_end


def uncovered(windows: Iterable[Window], tokens: Sequence[Token]) -> tuple[Token, ...]:
    """The tokens that no window covers."""
    return tuple(tokens[window.start] for window in windows if window.too_long)


def merge(
    per_window: Sequence[tuple[Window, Sequence[tuple[Span, float]]]],
) -> tuple[Merged, ...]:
    """Merge the predictions of all windows into those of the document, in text order.

    The windows are in the order of `windows`, each with its scored spans in words of the window. A
    span predicted by several windows is kept once, with its highest score. A span that touches the
    edge where its window was cut may be part of a longer one: it is kept only if every window that
    sees both it and the words past that edge predicts it too. If windows that see the same words
    disagree, the higher score wins.
    """
    best: dict[Span, Merged] = {}
    claims: dict[Span, set[int]] = defaultdict(set)
    for number, (window, scored) in enumerate(per_window):
        for index, (local, score) in enumerate(scored):
            span = Span(window.start + local.start, window.start + local.end, local.label)
            claims[span].add(number)
            if span not in best or score > best[span].score:
                best[span] = Merged(span, score, number, index)
    views = [window for window, _ in per_window]
    accepted: dict[int, list[Span]] = defaultdict(list)
    for span in sorted(best, key=lambda span: (-best[span].score, span)):
        overlapping = _windows_over(span, views)
        rivals = {rival for number in overlapping for rival in accepted[number]}
        if not _believed(span, claims[span], overlapping, views) or any(
            _disagree(span, rival, claims, views) for rival in rivals
        ):
            del best[span]
            continue
        for number in claims[span]:
            accepted[number].append(span)
    return tuple(best[span] for span in sorted(best))


def _windows_over(span: Span, views: Sequence[Window]) -> range:
    """The indices of the windows that share a word with the span."""
    first = bisect_right(views, span.start, key=lambda view: view.end)
    return range(first, bisect_left(views, span.end, key=lambda view: view.start))


def _sees(view: Window, span: Span) -> bool:
    return view.start <= span.start and span.end <= view.end


def _believed(span: Span, claims: set[int], overlapping: range, views: Sequence[Window]) -> bool:
    """Whether some window that predicts the span is contradicted by no window that sees beyond
    it."""
    dissent = [views[n] for n in overlapping if n not in claims and _sees(views[n], span)]
    return any(
        not any(
            (span.start == views[claim].start and other.start < span.start)
            or (span.end == views[claim].end and other.end > span.end)
            for other in dissent
        )
        for claim in claims
    )


def _disagree(
    first: Span, second: Span, claims: dict[Span, set[int]], views: Sequence[Window]
) -> bool:
    """Whether two overlapping spans come from windows of which one saw both and predicted one."""
    if first.start >= second.end or second.start >= first.end or claims[first] & claims[second]:
        return False
    return any(_sees(views[n], second) for n in claims[first]) or any(
        _sees(views[n], first) for n in claims[second]
    )
