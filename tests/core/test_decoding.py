from __future__ import annotations

import pytest
import torch

from core.decoding import Candidate, candidates, select
from core.sampler import SamplerStep

LABELS = ("LOC", "ORG")


def step_of(*slots: tuple[int, int, float, float, tuple[float, float, float]]) -> SamplerStep:
    """One sentence's slots: inclusive l and r, P^l, P^r and the types' probabilities, ∅ last."""
    left, right, p_left, p_right, types = zip(*slots, strict=True)
    return SamplerStep(
        t=1,
        t_prev=0,
        x_t=torch.zeros(1, len(slots), 2),
        words=torch.stack([torch.tensor(left), torch.tensor(right)], dim=-1)[None],
        left_probs=torch.tensor([p_left]),
        right_probs=torch.tensor([p_right]),
        classify=lambda: torch.tensor([types]),
    )


def test_a_slot_is_scored_by_the_sum_of_its_three_probabilities() -> None:
    (found,) = candidates(step_of((2, 4, 0.5, 0.25, (0.75, 0.25, 0.0))), LABELS)
    assert found == [Candidate(2, 5, "LOC", 1.5, 0.75, 0)]


def test_slots_that_say_no_entity_propose_nothing() -> None:
    assert candidates(step_of((0, 0, 1.0, 1.0, (0.2, 0.2, 0.6))), LABELS) == [[]]


def test_of_equal_boundaries_the_higher_type_probability_stays() -> None:
    (found,) = candidates(
        step_of(
            (1, 2, 1.0, 1.0, (0.6, 0.4, 0.0)),
            (1, 2, 0.5, 0.5, (0.1, 0.9, 0.0)),
            (1, 2, 0.9, 0.9, (0.7, 0.3, 0.0)),
        ),
        LABELS,
    )
    assert [(each.label, each.slot) for each in found] == [("ORG", 1)]


def test_of_equal_type_probabilities_the_higher_score_stays() -> None:
    types = (0.75, 0.25, 0.0)
    (found,) = candidates(
        step_of((1, 2, 0.5, 0.5, types), (1, 2, 0.75, 0.5, types), (1, 2, 0.5, 0.5, types)), LABELS
    )
    assert [each.slot for each in found] == [1]


def test_proposals_come_best_first() -> None:
    (found,) = candidates(
        step_of((0, 0, 0.1, 0.1, (0.9, 0.1, 0.0)), (1, 3, 0.9, 0.9, (0.1, 0.9, 0.0))), LABELS
    )
    assert [(each.start, each.end) for each in found] == [(1, 4), (0, 1)]


OUTER = Candidate(0, 5, "ORG", 2.5, 0.9, 0)
INNER = Candidate(3, 5, "LOC", 2.0, 0.9, 1)
NEXT = Candidate(5, 6, "LOC", 1.5, 0.9, 2)
CROSSING = Candidate(4, 6, "ORG", 1.0, 0.9, 3)
ALL = [OUTER, INNER, NEXT, CROSSING]


@pytest.mark.parametrize(
    ("threshold", "kept"),
    [(0.0, ALL), (1.5, [OUTER, INNER, NEXT]), (1.51, [OUTER, INNER]), (2.6, [])],
)
def test_what_does_not_reach_the_threshold_is_dropped(
    threshold: float, kept: list[Candidate]
) -> None:
    assert set(select(ALL, threshold, flat=False)) == set(kept)


def test_flat_drops_what_overlaps_a_better_one_and_keeps_neighbours() -> None:
    assert select(ALL, 0.0, flat=True) == [OUTER, NEXT]


def test_entities_are_in_text_order_the_outer_one_first() -> None:
    assert select(ALL, 0.0, flat=False) == [OUTER, INNER, CROSSING, NEXT]
