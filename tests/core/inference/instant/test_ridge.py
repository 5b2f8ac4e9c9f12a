from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from core.inference.instant import ridge as ridge_module
from core.inference.instant.ridge import Ridge

Samples = tuple[Tensor, Tensor, Tensor]


def samples(seed: int, count: int = 6) -> Samples:
    generator = torch.Generator().manual_seed(seed)
    y = (torch.rand(count, 2, generator=generator) > 0.5).float()
    return torch.randn(count, 3, generator=generator), y, 1 + y[:, 0]


def learnt(*seeds: int) -> Ridge:
    ridge = Ridge(3, 2, penalty=0.5)
    for seed in seeds:
        ridge.add(*samples(seed))
    return ridge


@pytest.mark.parametrize("block", [1, 2, 192])
def test_the_weights_are_those_of_a_weighted_ridge_regression(
    block: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ridge_module, "_BLOCK", block)
    x, y, w = samples(0)
    design = torch.cat([x, torch.ones(len(x), 1)], 1).double()
    gram = design.T @ torch.diag(w.double()) @ design + 0.5 * torch.eye(4)
    weights = torch.linalg.inv(gram) @ design.T @ torch.diag(w.double()) @ y.double()

    asked = torch.randn(4, 3, generator=torch.Generator().manual_seed(1))
    expected = torch.cat([asked, torch.ones(4, 1)], 1).double() @ weights

    torch.testing.assert_close(learnt(0).predict(asked).double(), expected, rtol=1e-4, atol=1e-5)


@given(st.lists(st.integers(0, 99), max_size=4), st.lists(st.integers(0, 99), max_size=4))
def test_samples_that_are_taken_back_were_never_there(
    remaining: list[int], taken: list[int]
) -> None:
    ridge = learnt(*remaining, *taken)
    for seed in taken:
        ridge.add(*samples(seed), sign=-1)
    x = samples(100)[0]
    torch.testing.assert_close(ridge.predict(x), learnt(*remaining).predict(x), rtol=0, atol=1e-5)


def test_targets_are_added_left_out_moved_and_merged() -> None:
    x = samples(100)[0]
    before = learnt(0, 1).predict(x)

    ridge = learnt(0, 1)
    ridge.set_targets([1, None, 0])
    swapped = ridge.predict(x)
    ridge.merge_targets([1, 0, 1])
    merged = ridge.predict(x)

    torch.testing.assert_close(
        swapped, torch.stack([before[:, 1], 0 * before[:, 0], before[:, 0]], 1)
    )
    torch.testing.assert_close(merged, torch.stack([0 * before[:, 0], before.sum(1)], 1))
