"""Batch examples: gold entities as tensors, sentences of similar length together.

B sentences, N gold entities (padded), C types and ∅.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from ..devices import send
from ..diffusion.boundaries import to_inclusive
from ..types import Example

_BUCKET = 20
"""The number of batches that are sorted by length together: little padding, still shuffled."""

_ROOM = 32_768
"""Code points of texts whose sentences are batched together."""


@dataclass(frozen=True)
class Gold:
    """The gold entities of a batch, padded with boundaries -1."""

    boundaries: Tensor  # (B, N, 2), inclusive word indices
    types: Tensor  # (B, N)
    counts: list[int]
    unknown: Tensor  # (B, C + 1): true for labels the sentence's annotators did not look for

    @classmethod
    def of(cls, examples: Sequence[Example], labels: Sequence[str], device: torch.device) -> Gold:
        """Build the tensors. Raises ValueError for an entity whose label the model does not
        have."""
        index = {label: number for number, label in enumerate(labels)}
        for example in examples:
            unknown_labels = {entity.label for entity in example.entities} - index.keys()
            if unknown_labels:
                raise ValueError(
                    f"the model's labels are {', '.join(labels)}, got an entity labelled "
                    f"{', '.join(sorted(unknown_labels))}; grow the model by `with_labels` first"
                )
        counts = [len(example.entities) for example in examples]
        boundaries, types, unknown = [], [], []
        for example in examples:
            padding = max(1, *counts) - len(example.entities)
            boundaries.append(to_inclusive(example.entities) + [(-1, -1)] * padding)
            label_ids = [index[entity.label] for entity in example.entities]
            types.append(label_ids + [len(labels)] * padding)
            known = labels if example.labels is None else example.labels
            unknown.append([*(label not in known for label in labels), False])
        return cls(torch.tensor(boundaries), torch.tensor(types), counts, torch.tensor(unknown)).to(
            device
        )

    def to(self, device: torch.device) -> Gold:
        return Gold(
            send(self.boundaries, device),
            send(self.types, device),
            self.counts,
            send(self.unknown, device),
        )

    def rows(self, rows: slice) -> Gold:
        """Select sentences, keeping the padding."""
        return Gold(self.boundaries[rows], self.types[rows], self.counts[rows], self.unknown[rows])


def epoch_batches(
    lengths: Sequence[int], batch_size: int, generator: torch.Generator
) -> list[list[int]]:
    """Shuffle an epoch into lists of indices into `lengths`, each of similar lengths."""
    order = torch.randperm(len(lengths), generator=generator).tolist()
    batches: list[list[int]] = []
    for bucket in _chunks(order, batch_size * _BUCKET):
        bucket.sort(key=lambda index: lengths[index])
        batches.extend(_chunks(bucket, batch_size))
    shuffled = torch.randperm(len(batches), generator=generator).tolist()
    return [batches[index] for index in shuffled]


@dataclass(frozen=True)
class EpochSampler:
    """The batches of each epoch: all main sentences, and a new part of the auxiliary ones.

    Indices count through the main sentences first. All auxiliary sentences are seen once before one
    is seen again.
    """

    main_lengths: Sequence[int]
    auxiliary_lengths: Sequence[int]
    batch_size: int
    auxiliary_share: float
    seed: int

    @property
    def _auxiliary_size(self) -> int:
        wanted = round(self.auxiliary_share * len(self.main_lengths))
        return min(wanted, len(self.auxiliary_lengths))

    @property
    def batches_per_epoch(self) -> int:
        return -(-(len(self.main_lengths) + self._auxiliary_size) // self.batch_size)

    def batches(self, epoch: int) -> list[list[int]]:
        """The batches of an epoch, counted from 0: lists of indices."""
        rows = [*range(len(self.main_lengths)), *self._auxiliary_rows(epoch)]
        lengths = [*self.main_lengths, *self.auxiliary_lengths]
        generator = torch.Generator().manual_seed(self.seed * 10_007 + epoch)
        batches = epoch_batches([lengths[row] for row in rows], self.batch_size, generator)
        return [[rows[index] for index in batch] for batch in batches]

    def _auxiliary_rows(self, epoch: int) -> list[int]:
        size, total = self._auxiliary_size, len(self.auxiliary_lengths)
        positions = range(epoch * size, (epoch + 1) * size)
        order = torch.randperm(total, generator=torch.Generator().manual_seed(self.seed)).tolist()
        return [len(self.main_lengths) + order[position % total] for position in positions]


def text_batches(texts: Iterable[str], most: int) -> Iterator[list[str]]:
    """Group texts into lists of up to `most` texts and about `_ROOM` code points; a longer text is
    a list of its own."""
    batch: list[str] = []
    size = 0
    for text in texts:
        if batch and size + len(text) > _ROOM:
            yield batch
            batch, size = [], 0
        batch.append(text)
        size += len(text)
        if len(batch) == most or size > _ROOM:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _chunks(items: list[int], size: int) -> Iterator[list[int]]:
    for start in range(0, len(items), size):
        yield items[start : start + size]
