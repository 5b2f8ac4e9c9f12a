"""What a person has decided about a sentence, and how the reverse process keeps to it.

B sentences, K spans, D decided places (padded).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from ..types import Span


@dataclass(frozen=True, slots=True)
class Constraints:
    """One sentence's decided spans. Raises ValueError where one is both kept and refused."""

    fixed: tuple[Span, ...] = ()
    """Kept: denoised beside the others, always returned."""
    suppressed: tuple[Span, ...] = ()
    """Refused: these boundaries with this label are never returned."""

    def __post_init__(self) -> None:
        both = set(self.fixed) & set(self.suppressed)
        if both:
            one = min(both)
            raise ValueError(
                f"[{one.start}, {one.end}) {one.label!r} is both fixed and suppressed; "
                "a span can be kept or refused, not both"
            )


@dataclass(frozen=True)
class Pins:
    """The constraints of a batch as tensors."""

    held: Tensor  # (B, K, 1): slots that a fixed span occupies, the first ones
    words: Tensor  # (B, K, 2): its inclusive word indices
    decided: Tensor  # (B, D, 2): boundaries, fixed or suppressed, that no other span may keep

    @classmethod
    def of(
        cls,
        constraints: Sequence[Constraints],
        lengths: Sequence[int],
        num_spans: int,
        device: torch.device,
    ) -> Pins:
        """Raises ValueError for a span past its sentence's end, and for more than K fixed."""
        most = max(len(each.fixed) + len(each.suppressed) for each in constraints)
        held = torch.zeros(len(constraints), num_spans, 1, dtype=torch.bool)
        words = torch.zeros(len(constraints), num_spans, 2, dtype=torch.long)
        decided = torch.full((len(constraints), most, 2), -1)
        for row, (each, length) in enumerate(zip(constraints, lengths, strict=True)):
            _check(each, length, num_spans)
            both = [(span.start, span.end - 1) for span in (*each.fixed, *each.suppressed)]
            count = len(each.fixed)
            if both:
                decided[row, : len(both)] = torch.tensor(both)
                held[row, :count] = True
                words[row, :count] = decided[row, :count]
        return cls(held.to(device), words.to(device), decided.to(device))

    def taken(self, words: Tensor) -> Tensor:
        """Which of the spans (B, K, 2) stand on a decided place without being the one that
        holds it: (B, K)."""
        there = (words[:, :, None] == self.decided[:, None]).all(-1).any(-1)
        return there & ~self.held[..., 0]


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
