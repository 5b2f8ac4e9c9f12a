"""A person's decisions about a sentence, and how the reverse process respects them.

B sentences, K spans, D decided spans (padded).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from ..types import Span
from .boundaries import to_inclusive


@dataclass(frozen=True, slots=True)
class Constraints:
    """The decided spans of one sentence. Raises ValueError if a span is both fixed and
    suppressed."""

    fixed: tuple[Span, ...] = ()
    """Always returned; denoised beside the other spans."""
    suppressed: tuple[Span, ...] = ()
    """Never returned with these boundaries and this label."""

    def __post_init__(self) -> None:
        conflicting = set(self.fixed) & set(self.suppressed)
        if conflicting:
            span = min(conflicting)
            raise ValueError(
                f"[{span.start}, {span.end}) {span.label!r} is both fixed and suppressed; "
                "a span can be kept or refused, not both"
            )


@dataclass(frozen=True)
class ConstraintBatch:
    """The constraints of a batch as tensors."""

    fixed_mask: Tensor  # (B, K, 1): slots that a fixed span occupies, the first ones
    fixed_boundaries: Tensor  # (B, K, 2): its inclusive word indices
    decided_boundaries: Tensor
    """(B, D, 2): fixed and suppressed boundaries, on which no other span may stay."""

    @classmethod
    def of(
        cls,
        constraints: Sequence[Constraints],
        lengths: Sequence[int],
        num_spans: int,
        device: torch.device,
    ) -> ConstraintBatch:
        """Build the tensors. Raises ValueError for a span past its sentence's end, and for more
        than K fixed spans."""
        max_decided = max(
            len(sentence.fixed) + len(sentence.suppressed) for sentence in constraints
        )
        fixed_mask = torch.zeros(len(constraints), num_spans, 1, dtype=torch.bool)
        fixed_boundaries = torch.zeros(len(constraints), num_spans, 2, dtype=torch.long)
        decided_boundaries = torch.full((len(constraints), max_decided, 2), -1)
        for row, (sentence, length) in enumerate(zip(constraints, lengths, strict=True)):
            _check(sentence, length, num_spans)
            decided = to_inclusive((*sentence.fixed, *sentence.suppressed))
            count = len(sentence.fixed)
            if decided:
                decided_boundaries[row, : len(decided)] = torch.tensor(decided)
                fixed_mask[row, :count] = True
                fixed_boundaries[row, :count] = decided_boundaries[row, :count]
        return cls(
            fixed_mask.to(device), fixed_boundaries.to(device), decided_boundaries.to(device)
        )

    def on_decided(self, boundaries: Tensor) -> Tensor:
        """The mask (B, K) of the spans (B, K, 2) on decided boundaries, apart from the fixed ones
        themselves."""
        decided = (boundaries[:, :, None] == self.decided_boundaries[:, None]).all(-1).any(-1)
        return decided & ~self.fixed_mask[..., 0]


def _check(constraints: Constraints, length: int, num_spans: int) -> None:
    for span in (*constraints.fixed, *constraints.suppressed):
        if span.end > length:
            raise ValueError(
                f"the constraint [{span.start}, {span.end}) {span.label!r} reaches past its "
                f"sentence of {length} words; word offsets are half-open"
            )
    if len(constraints.fixed) > num_spans:
        raise ValueError(
            f"{len(constraints.fixed)} spans of one sentence are fixed, but only num_spans = "
            f"{num_spans} are denoised; ask for more"
        )
