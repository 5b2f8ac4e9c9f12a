"""The score from which the head suggests: what would have cost an annotator least so far.

Every learnt document is suggested on before it is learnt (test, then train), so that the outcomes
are those of documents the head had never seen.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from typing import NamedTuple

_GRID = tuple(percent / 100 for percent in range(25, 100, 5))
_FIRST = 0.45
"""Before there are outcomes enough."""
_ENOUGH = 20
_RECENT = 600
"""The outcomes that count."""


class Outcome(NamedTuple):
    """What became of the best candidate of some place in the text."""

    score: float
    right: bool
    """Boundaries and label are a person's."""
    exists: bool
    """The boundaries are a person's."""

    def gestures(self, threshold: float) -> int:
        """What it costs: rejecting or relabelling is one gesture, a missed entity two."""
        if self.score >= threshold:
            return int(not self.right)
        return 2 * self.exists


class CheapestThreshold:
    """The outcomes of each learnt document, and the threshold that they ask for."""

    def __init__(self) -> None:
        self._outcomes: dict[Hashable, tuple[Outcome, ...]] = {}

    def add(self, document: Hashable, outcomes: Iterable[Outcome]) -> None:
        """Remember a document's outcomes."""
        self._outcomes[document] = tuple(outcomes)

    def remove(self, document: Hashable) -> None:
        """Forget a document's outcomes."""
        del self._outcomes[document]

    @property
    def value(self) -> float:
        """The threshold: that with the fewest gestures, the lowest of several."""
        recent = [outcome for outcomes in self._outcomes.values() for outcome in outcomes]
        recent = recent[-_RECENT:]
        if len(recent) <= _ENOUGH:
            return _FIRST
        return min(_GRID, key=lambda grid: sum(outcome.gestures(grid) for outcome in recent))
