"""How well fragmented entities are found: every fragment and the label must be exact."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ..evaluation.metrics import Count, compare
from .records import FragmentedEntity, FragmentedExample


@dataclass(frozen=True, slots=True)
class FragmentScores:
    """Counts over a set of sentences."""

    overall: Count
    discontinuous: Count
    """Of entities with more than one fragment alone."""


def score_fragmented(
    pairs: Iterable[tuple[FragmentedExample, Iterable[FragmentedEntity]]],
) -> FragmentScores:
    """The agreement of each sentence's predictions with its entities."""
    overall = discontinuous = Count()
    for example, predicted in pairs:
        gold, predicted_set = set(example.entities), set(predicted)
        overall += compare(gold, predicted_set)
        discontinuous += compare(
            {entity for entity in gold if entity.discontinuous},
            {entity for entity in predicted_set if entity.discontinuous},
        )
    return FragmentScores(overall, discontinuous)
