"""How sure an entity is: one number of the three probabilities. Nothing here imports torch."""

from __future__ import annotations

from typing import TypeVar

HIGHEST = 3.0
Number = TypeVar("Number")


def entity_score(left: Number, right: Number, kind: Number) -> Number:
    """½ P^l + ½ P^r + 2 P^c, from 0 to 3, for numbers as for tensors.

    The paper adds all three alike (section 4.3). Here the type is asked of the very boundaries
    that are proposed, and knows best whether they are right.
    """
    return 0.5 * left + 0.5 * right + 2.0 * kind  # type: ignore[operator, return-value]
