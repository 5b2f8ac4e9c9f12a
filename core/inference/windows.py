"""A text as the model sees it, window by window, and the windows' entities merged back."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

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


def merge(
    per_window: Sequence[tuple[Window, Sequence[tuple[Span, float]]]],
) -> tuple[Merged, ...]:
    """Merge the predictions of all windows into those of the document, in text order.

    The windows are in text order, each with its scored spans in words of the window. A
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
