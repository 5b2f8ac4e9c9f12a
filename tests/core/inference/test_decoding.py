from __future__ import annotations

from dataclasses import replace
from itertools import product

import pytest
import torch

from core.diffusion.sampler import SamplerStep, denoise
from core.inference.candidates import candidates
from core.inference.decoding import Candidate, select
from core.types import Confidence, SamplerSettings, Span
from tests.core.conftest import NewModel

LABELS = ("LOC", "ORG")
SENTENCES = (
    ("Bo", "met", "Ann"),
    ("The", "University", "of", "Kyiv", "met", "the", "New", "York", "City", "Council"),
    ("Oslo",),
)


Proposal = tuple[int, int, float, float]
"""Inclusive l and r, P^l and P^r."""


def step_of(
    *slots: Proposal | list[Proposal], types: dict[int, list[float]], seeds: int = 1
) -> SamplerStep:
    """One sentence's slots: what each proposes, the predicted one first; and P^c by l, ∅ last."""
    close = torch.tensor([slot if isinstance(slot, list) else [slot] for slot in slots])
    return SamplerStep(
        t=1,
        t_prev=0,
        x_t=torch.zeros(1, len(slots), 2),
        candidates=close[None, ..., :2].long(),
        candidate_left_probs=close[None, ..., 2],
        candidate_right_probs=close[None, ..., 3],
        classify=lambda words: torch.tensor([[types[int(word[0])] for word in words[0]]]),
        seeds=seeds,
    )


def plain(history: list[SamplerStep], labels: tuple[str, ...]) -> list[list[Candidate]]:
    """The same as `candidates`, span by span and typed at every step."""
    result = []
    for row in range(len(history[0].boundaries)):
        best: dict[tuple[int, int], Candidate] = {}
        for number, step in enumerate(history, start=1):
            types = step.classify(step.candidates.flatten(1, 2)).view(
                *step.candidates.shape[:3], -1
            )
            for slot, rank in product(
                range(step.candidates.shape[1]), range(step.candidates.shape[2])
            ):
                left, right = step.candidates[row, slot, rank].tolist()
                prob, kind = types[row, slot, rank].max(-1)
                sides = (
                    step.candidate_left_probs[row, slot, rank],
                    step.candidate_right_probs[row, slot, rank],
                )
                score = (sum(sides) / 2 + 2 * prob) / 3
                if kind == len(labels):
                    continue
                single = Candidate(left, right + 1, labels[kind], score.item(), number, slot)
                if (left, right) not in best or single.score > best[left, right].score + 1e-6:
                    best[left, right] = single
        result.append(sorted(best.values(), key=lambda item: (item.start, item.end)))
    return result


@pytest.mark.parametrize(("gamma", "num_spans"), [(1, 1), (1, 30), (5, 7), (4, 40)])
def test_collapsed_spans_give_the_entities_of_the_slow_uncollapsed_computation(
    new_model: NewModel, gamma: int, num_spans: int
) -> None:
    model = new_model()
    labels = model.config.labels
    for seed in range(5):
        settings = SamplerSettings(gamma, num_spans, seed=seed, eta=float(seed % 2))
        history = list(denoise(model, SENTENCES, settings))
        fast = [
            sorted(candidate, key=lambda c: (c.start, c.end))
            for candidate in candidates(history, labels)
        ]
        slow = plain(history, labels)
        assert any(slow)
        for item, other in zip(fast, slow, strict=True):
            assert [entry.span for entry in item] == [entry.span for entry in other]
            for a, b in zip(item, other, strict=True):
                assert a.score == pytest.approx(b.score, abs=1e-5)
                visible = history[a.step - 1].candidates[slow.index(other), a.slot]
                assert [a.start, a.end - 1] in visible.tolist()


def test_the_type_classifier_runs_once_over_each_distinct_span() -> None:
    asked = []

    def classify(words: torch.Tensor) -> torch.Tensor:
        asked.append(words.tolist())
        return torch.tensor([0.7, 0.2, 0.1]).expand(*words.shape[:2], 3)

    steps = [
        SamplerStep(
            t, t - 1, torch.zeros(2, 3, 2), torch.tensor(words)[:, :, None],
            probs := torch.rand(2, 3, 1), probs, classify,
        )
        for t, words in ((2, [[[0, 1], [0, 1], [2, 2]], [[0, 0]] * 3]),
                         (1, [[[0, 1], [1, 1], [2, 2]], [[0, 0]] * 3]))
    ]  # fmt: skip
    assert [len(candidate) for candidate in candidates(steps, LABELS)] == [3, 1]
    assert asked == [[[[0, 1], [1, 1], [2, 2]], [[0, 0], [0, 0], [0, 0]]]]


def test_a_span_is_scored_by_half_of_each_boundary_and_twice_its_type() -> None:
    step = step_of((2, 4, 0.5, 0.25), types={2: [0.75, 0.25, 0.0]})
    ((result,),) = candidates([step], LABELS)
    assert result == Candidate(2, 5, "LOC", 1.875 / 3, 1, 0, result.confidence)
    assert result.confidence == Confidence(left=0.5, right=0.25, type=0.75, since=1, support=1.0)


def test_confidence_tells_since_when_a_span_is_there_and_how_many_noisy_spans_were() -> None:
    """Of three steps with two noisy spans each."""
    types = {left: [0.9, 0.1, 0.0] for left in range(5)}
    paths = {
        "stays": [(0, 0), (0, 0), (0, 0)],
        "comes": [(1, 1), (1, 1), (4, 4)],
    }
    steps = [
        step_of(*((*paths[name][i], 0.5, 0.5) for name in paths), types=types) for i in range(3)
    ]
    (result,) = candidates(steps, LABELS)
    predicted = {item.start: item.confidence for item in result}
    assert {start: item.since for start, item in predicted.items() if item} == {0: 1, 1: None, 4: 3}
    support = {start: item.support for start, item in predicted.items() if item}
    assert support == pytest.approx({0: 3 / 6, 1: 2 / 6, 4: 1 / 6})


def test_a_span_that_went_away_and_came_back_is_there_since_it_came_back() -> None:
    types = {left: [0.9, 0.1, 0.0] for left in range(2)}
    steps = [step_of((at, at, 0.5, 0.5), types=types) for at in (0, 1, 0, 0)]
    (result,) = candidates(steps, LABELS)
    predicted = {item.start: item.confidence for item in result}
    assert {start: item.since for start, item in predicted.items() if item} == {0: 3, 1: None}


def test_spans_that_are_no_entity_and_those_below_the_least_score_are_left_out() -> None:
    step = step_of((0, 0, 1.0, 1.0), types={0: [0.2, 0.2, 0.6]})
    assert candidates([step], LABELS) == [[]]
    step = step_of((2, 4, 0.5, 0.25), types={2: [0.75, 0.25, 0.0]})
    assert candidates([step], LABELS, min_score=0.626) == [[]]


def test_boundaries_beside_the_predicted_ones_are_proposed_where_their_type_is_surer() -> None:
    types = {0: [0.25, 0.125, 0.625], 1: [0.25, 0.75, 0.0]}
    step = step_of([(0, 2, 0.75, 0.5), (1, 2, 0.25, 0.5)], types=types)
    ((result,),) = candidates([step], LABELS)
    assert (result.span, result.step, result.slot) == (Span(1, 3, "ORG"), 1, 0)
    assert result.score == (0.125 + 0.25 + 1.5) / 3
    assert result.confidence == Confidence(0.25, 0.5, 0.75, since=None, support=0.0)


def test_only_predicted_boundaries_count_as_being_there() -> None:
    """Of two steps with two noisy spans; [1, 1] is beside what the first three predict."""
    types = {left: [0.9, 0.1, 0.0] for left in range(2)}
    beside = [(0, 0, 0.6, 0.6), (1, 1, 0.4, 0.4)]
    steps = [
        step_of(beside, beside, types=types),
        step_of(beside, beside[::-1], types=types),
    ]
    (result,) = candidates(steps, LABELS)
    predicted = {item.start: item.confidence for item in result}
    assert {at: (item.since, item.support) for at, item in predicted.items() if item} == {
        0: (1, 3 / 4),
        1: (2, 1 / 4),
    }


def test_a_place_is_where_it_was_surest_though_only_beside_what_was_predicted() -> None:
    types = {left: [0.9, 0.1, 0.0] for left in range(2)}
    early = step_of([(0, 0, 0.5, 0.5), (0, 0, 0.5, 0.5)], [(0, 0, 0.6, 0.6), (1, 1, 0.4, 0.4)],
                    types=types)  # fmt: skip
    late = step_of([(1, 1, 0.3, 0.3), (1, 1, 0.3, 0.3)], [(1, 1, 0.4, 0.4), (0, 0, 0.1, 0.1)],
                   types=types)  # fmt: skip
    (result,) = candidates([early, late], LABELS)
    assert [(item.start, item.step, item.slot) for item in result] == [(0, 1, 1), (1, 1, 1)]


def test_a_span_keeps_the_best_boundaries_that_it_had_at_any_step_the_first_of_equals() -> None:
    types = {1: [0.75, 0.25, 0.0], 0: [0.75, 0.25, 0.0]}
    early = step_of((0, 0, 0.1, 0.1), (1, 2, 0.5, 0.5), (1, 2, 0.5, 0.75), types=types)
    late = step_of((1, 2, 0.75, 0.5), (1, 2, 0.5, 0.5), (0, 0, 0.2, 0.1), types=types)
    (result,) = candidates([early, late], LABELS)
    first = result[0]
    assert (first.span, first.step, first.slot) == (Span(1, 3, "LOC"), 1, 2)
    assert first.score == 2.125 / 3
    assert (result[1].start, result[1].step, result[1].slot) == (0, 2, 2)


def test_a_span_that_is_gone_at_the_last_step_is_still_proposed() -> None:
    types = {0: [0.9, 0.1, 0.0], 3: [0.9, 0.1, 0.0]}
    steps = [step_of((0, 0, 0.9, 0.9), types=types), step_of((3, 3, 0.5, 0.5), types=types)]
    (result,) = candidates(steps, LABELS)
    assert [(item.start, item.step) for item in result] == [(0, 1), (3, 2)]


OUTER = Candidate(0, 5, "ORG", 0.83, 1, 0)
INNER = Candidate(3, 5, "LOC", 0.67, 1, 1)
NEXT = Candidate(5, 6, "LOC", 0.5, 1, 2)
CROSSING = Candidate(4, 6, "ORG", 0.33, 1, 3)
ALL = [OUTER, INNER, NEXT, CROSSING]


@pytest.mark.parametrize(
    ("threshold", "stored"),
    [(0.0, [OUTER, INNER, NEXT]), (0.5, [OUTER, INNER, NEXT]), (0.51, [OUTER, INNER]), (0.9, [])],
)
def test_what_does_not_reach_the_threshold_is_dropped(
    threshold: float, stored: list[Candidate]
) -> None:
    assert set(select(ALL, threshold, flat=False)) == set(stored)


def test_flat_drops_what_overlaps_a_better_one_and_keeps_neighbours() -> None:
    assert select(ALL, 0.0, flat=True) == [OUTER, NEXT]


def test_nested_entities_cross_no_better_one_unless_a_person_fixed_them() -> None:
    assert CROSSING not in select(ALL, 0.0, flat=False)
    fixed = replace(CROSSING, score=1.0, fixed=True)
    assert select([fixed, OUTER, INNER, NEXT], 0.0, flat=False) == [fixed, NEXT]


def test_entities_are_in_text_order_the_outer_one_first() -> None:
    assert select(ALL, 0.0, flat=False) == [OUTER, INNER, NEXT]
