"""From which score on to suggest: what would have cost an annotator least so far.

Every document is suggested on before it is learnt (test, then train), so that the outcomes are
those of documents the head had never seen.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import inf
from typing import NamedTuple

_GRID = tuple(percent / 100 for percent in range(25, 100, 5))
FIRST = 0.5
"""The threshold of a new label before there are outcomes."""
_PRIOR = 50.0
"""How many outcomes of all labels together count beside a label's own."""
_FIRST_WEIGHT = 8.0
"""How many gestures a threshold at the other end of the grid than `FIRST` is taken to cost."""
_PATIENCE = 4.0
"""How many gestures the head must have saved before the model's word alone does not stand."""
RECENT = 1000
"""The outcomes that count."""


class Outcome(NamedTuple):
    """What became of a candidate in a document that the head had not learnt."""

    document: int
    label: str
    by_model: bool
    """Whether the model itself suggested it."""
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


@dataclass(frozen=True)
class Thresholds:
    """The least scores, by label."""

    head: Mapping[str, float] = field(default_factory=dict)
    """Of the head's own candidates; those of other labels are not suggested."""
    model: Mapping[str, float] = field(default_factory=dict)
    """Of the head's score for what the model suggests; a label that is not in it stands
    unquestioned."""


def cheapest_thresholds(
    outcomes: Sequence[Outcome], labels: Iterable[str], known: Collection[str]
) -> Thresholds:
    """The thresholds with the fewest gestures; a `known` label is one that the model suggests
    itself: there the head speaks up, or against the model, only if that has paid."""
    additions = [outcome for outcome in outcomes if not outcome.by_model]
    new = [outcome for outcome in additions if outcome.label not in known]
    pooled = _costs(new)
    head, model = {}, {}
    for label in labels:
        label_costs = _costs([outcome for outcome in additions if outcome.label == label])
        if label in known:
            head[label] = _if_it_pays(label_costs, inf, reversed(_GRID))
            questioned = [o for o in outcomes if o.by_model and o.label == label]
            model[label] = _if_it_pays(_costs(questioned), -inf, _GRID)
        else:
            share = _PRIOR / (len(new) + _PRIOR)
            costs = {
                grid: label_costs[grid] + share * pooled[grid] + _FIRST_WEIGHT * abs(grid - FIRST)
                for grid in _GRID
            }
            head[label] = min(_GRID, key=costs.__getitem__)
    return Thresholds(
        {label: least for label, least in head.items() if least < inf},
        {label: least for label, least in model.items() if least > -inf},
    )


def _costs(outcomes: Sequence[Outcome]) -> dict[float, float]:
    return {
        grid: float(sum(outcome.gestures(grid) for outcome in outcomes))
        for grid in (-inf, *_GRID, inf)
    }


def _if_it_pays(costs: Mapping[float, float], otherwise: float, grid: Iterable[float]) -> float:
    """The first of the cheapest thresholds, if it would have saved enough."""
    best = min(grid, key=costs.__getitem__)
    return best if costs[best] + _PATIENCE <= costs[otherwise] else otherwise
