"""A text as the model sees it, window by window, and the windows' entities merged back."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from heapq import heapify, heappop, heappush

from ..diffusion.constraints import Constraints
from ..text.segmentation import Window
from ..types import Entity, Span, Token


@dataclass(frozen=True)
class WindowedText:
    """A text tokenized and split into windows for the model."""

    text: str
    tokens: tuple[Token, ...]
    windows: tuple[Window, ...]
    uncovered: tuple[Token, ...]
    """Words too long for any window; nothing can be predicted there."""
    constraints: tuple[Constraints, ...]
    """One item for each window."""
    fixed: tuple[Entity, ...]
    """The entities that a person fixed, also those not made of whole words."""

    @property
    def sentences(self) -> list[list[str]]:
        return [
            [self.text[token.start : token.end] for token in self.tokens_of(window)]
            for window in self.windows
        ]

    def tokens_of(self, window: Window) -> tuple[Token, ...]:
        return self.tokens[window.start : window.end]


@dataclass(frozen=True, slots=True)
class Merged:
    """An entity of the document, in token indices, and its source: `per_window[window][1][index]`
    of the argument to `merge`."""

    span: Span
    score: float
    window: int
    index: int


_Claims = dict[int, tuple[float, int]]
"""By each window that predicts a span: its score there, and its index among the window's spans."""


def merge(
    per_window: Sequence[tuple[Window, Sequence[tuple[Span, float]]]],
) -> tuple[Merged, ...]:
    """Merge the predictions of all windows into those of the document, in text order.

    The windows are in text order, each with its scored spans in words of the window. A span that
    touches the edge where its window was cut may be part of a longer one: it is kept only if every
    window that sees both it and the words past that edge predicts it too. If windows that see the
    same words disagree, the higher score wins.

    A span is kept once, with the highest score at which all of this holds among what scores as
    high. So what scores lower never decides about it, and what reaches a score is the same as if
    each window had predicted nothing below.
    """
    views = [window for window, _ in per_window]
    claims = _claims_by_span(per_window)
    waiting = [(-max(score for score, _ in made.values()), span) for span, made in claims.items()]
    heapify(waiting)
    merged: list[Merged] = []
    accepted: dict[int, list[Span]] = defaultdict(list)
    while waiting:
        negative, span = heappop(waiting)
        level, overlapping = -negative, _windows_over(span, views)
        rivals = {rival for number in overlapping for rival in accepted[number]}
        claiming = {other: _claiming(claims[other], level) for other in (span, *rivals)}
        opponents = [rival for rival in rivals if _disagree(span, rival, claiming, views)]
        if not opponents and _believed(span, claiming[span], overlapping, views):
            window = min(claiming[span], key=lambda number: (claims[span][number][0], number))
            merged.append(Merged(span, level, window, claims[span][window][1]))
            for number in claims[span]:
                accepted[number].append(span)
        elif lower := _scores_below(level, (claims[other] for other in (span, *opponents))):
            heappush(waiting, (-max(lower), span))
    return tuple(sorted(merged, key=lambda item: item.span))


def _claims_by_span(
    per_window: Sequence[tuple[Window, Sequence[tuple[Span, float]]]],
) -> dict[Span, _Claims]:
    """The windows that predict each span, in words of the document."""
    claims: dict[Span, _Claims] = defaultdict(dict)
    for number, (window, scored) in enumerate(per_window):
        for index, (local, score) in enumerate(scored):
            span = Span(window.start + local.start, window.start + local.end, local.label)
            if number not in claims[span] or score > claims[span][number][0]:
                claims[span][number] = (score, index)
    return claims


def _claiming(claims: _Claims, level: float) -> set[int]:
    """The windows that predict a span with at least the score `level`."""
    return {number for number, (score, _) in claims.items() if score >= level}


def _scores_below(level: float, several: Iterable[_Claims]) -> list[float]:
    return [score for claims in several for score, _ in claims.values() if score < level]


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
    first: Span, second: Span, claims: Mapping[Span, set[int]], views: Sequence[Window]
) -> bool:
    """Whether two overlapping spans come from windows of which one saw both and predicted one."""
    if first.start >= second.end or second.start >= first.end or claims[first] & claims[second]:
        return False
    return any(_sees(views[n], second) for n in claims[first]) or any(
        _sees(views[n], first) for n in claims[second]
    )
