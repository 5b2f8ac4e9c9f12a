"""A plan on paper, and the documents that its rate is measured with."""

from __future__ import annotations

import pytest

from core.text.segmentation import sentences
from core.text.tokenization import tokenize
from tests.workers.material import texts
from tests.workers.planning import Assumed, plan

ASSUMED = Assumed(cores=4, cpu_price=0.5, gpu_rate=400, gpu_price=2.0)


def test_a_plan_multiplies_cores_and_machines_and_prices() -> None:
    result = {item.machines: item for item in plan(1_440_000, 10, ASSUMED)}
    assert list(result) == ["1 CPU machine", "8 CPU machines", "1 GPU", "8 GPUs"]
    assert (result["1 CPU machine"].hours, result["1 CPU machine"].cost) == (10, 5)
    assert (result["8 CPU machines"].hours, result["8 CPU machines"].cost) == (1.25, 5)
    assert (result["1 GPU"].hours, result["1 GPU"].cost) == (1, 2)
    assert (result["8 GPUs"].rate, result["8 GPUs"].cost) == (3200, 2)
    (three,) = plan(3_600_000, 10, ASSUMED, counts=[3])[1:]
    assert (three.machines, three.rate, three.cost) == ("3 GPUs", 1200, 5)


def test_nothing_is_planned_from_no_rate() -> None:
    with pytest.raises(ValueError, match="more than 0 sentences a second, got 0"):
        plan(1, 0, ASSUMED)


def test_the_documents_differ_and_have_the_sentences_that_are_counted() -> None:
    made = texts(300, 5)
    assert len(set(made)) == 300
    assert {len(sentences(text, tokenize(text))) for text in made} == {5}
