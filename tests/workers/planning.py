"""On paper: how long many sentences take on how many machines, and what that costs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Assumed:
    """What is not measured here. The prices are of the order that clouds ask in public."""

    cores: int = 8
    """Of a CPU machine; a worker on each."""
    cpu_price: float = 0.40
    """An hour of a CPU machine, in dollars."""
    gpu_rate: float = 1_273
    """Sentences a second of one GPU: measured on an H200 with the code of 0.1.0."""
    gpu_price: float = 3.00
    """An hour of a machine with one GPU, in dollars."""


@dataclass(frozen=True)
class Estimate:
    machines: str
    rate: float
    """Sentences a second, of all together."""
    hours: float
    cost: float
    """In dollars."""


def plan(
    sentences: int, a_core: float, assumed: Assumed, counts: Sequence[int] = (1, 8)
) -> list[Estimate]:
    """So many machines of either kind, where a core makes `a_core` sentences a second.

    More workers are taken to be as much faster; what was measured with several tells how far that
    holds. Raises `ValueError` for a rate that is not positive.
    """
    if a_core <= 0:
        raise ValueError(f"a core must make more than 0 sentences a second, got {a_core}")
    kinds = (
        ("CPU machine", assumed.cores * a_core, assumed.cpu_price),
        ("GPU", assumed.gpu_rate, assumed.gpu_price),
    )
    return [
        _estimate(f"{count} {kind}{'s' * (count > 1)}", count * rate, sentences, price * count)
        for kind, rate, price in kinds
        for count in counts
    ]


def as_text(sentences: int, a_core: float, assumed: Assumed, result: Sequence[Estimate]) -> str:
    lines = [
        f"{sentences:,} sentences on paper, at the measured {a_core:.1f} a second of a core's own "
        f"time. Assumed: a CPU machine has {assumed.cores} cores",
        f"and costs ${assumed.cpu_price:.2f} an hour, a GPU makes {assumed.gpu_rate:,.0f} a second "
        f"and costs ${assumed.gpu_price:.2f}; as many workers are as many times as fast.",
        f"{'machines':16} {'sentences/s':>12} {'hours':>8} {'cost':>9}",
    ]
    for item in result:
        lines.append(
            f"{item.machines:16} {item.rate:12,.0f} {item.hours:8,.2f} {f'${item.cost:,.2f}':>9}"
        )
    return "\n".join(lines)


def _estimate(machines: str, rate: float, sentences: int, an_hour: float) -> Estimate:
    hours = sentences / rate / 3600
    return Estimate(machines, rate, hours, hours * an_hour)
