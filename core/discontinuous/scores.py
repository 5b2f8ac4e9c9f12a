"""Score fragmented entities: every fragment and the label must be exact."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from ..evaluation.metrics import Count, compare
from .records import FragmentedEntity, FragmentedExample


@dataclass(frozen=True, slots=True)
class FragmentScores:
    """Counts over a set of sentences."""

    overall: Count
    discontinuous: Count
    """Only entities with more than one fragment."""

    def to_json(self) -> dict[str, Any]:
        """Both as `Count.to_json`."""
        return {
            "overall": self.overall.to_json(),
            "discontinuous": self.discontinuous.to_json(),
        }


def score_fragmented(
    pairs: Iterable[tuple[FragmentedExample, Iterable[FragmentedEntity]]],
) -> FragmentScores:
    """Score each sentence's predictions against its entities."""
    overall = discontinuous = Count()
    for example, predicted in pairs:
        gold, predicted_set = set(example.entities), set(predicted)
        overall += compare(gold, predicted_set)
        discontinuous += compare(
            {entity for entity in gold if entity.discontinuous},
            {entity for entity in predicted_set if entity.discontinuous},
        )
    return FragmentScores(overall, discontinuous)
