"""Sentences of similar length together, as many as suit the device."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import torch

_SUBWORDS_PER_BATCH = {"cpu": 420, "cuda": 20_480}
"""Subwords of an inference batch. On a CPU a batch should fit its caches: so many take a fifth less
time than 32 sentences. A GPU needs enough work at each call."""


def inference_batches(lengths: Sequence[int], device: torch.device) -> Iterator[list[int]]:
    """Batch all indices by length, shortest first, with as many subwords (padding included) as suit
    the device. A longer sentence is a batch of its own."""
    budget = _SUBWORDS_PER_BATCH.get(device.type, _SUBWORDS_PER_BATCH["cpu"])
    batch: list[int] = []
    for index in sorted(range(len(lengths)), key=lambda index: lengths[index]):
        if batch and (len(batch) + 1) * lengths[index] > budget:
            yield batch
            batch = []
        batch.append(index)
    if batch:
        yield batch
