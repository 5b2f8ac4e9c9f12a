"""A measured value beside the bar it is held to."""

from __future__ import annotations

from typing import NamedTuple


class Bar(NamedTuple):
    """The most that a measurement may be; `value` and `most` are in `unit`."""

    value: float
    most: float
    unit: str

    @property
    def holds(self) -> bool:
        return self.value <= self.most

    def __str__(self) -> str:
        verdict = "holds" if self.holds else "MISSED"
        return f"{self.value:.1f} {self.unit}, bar {self.most:g} {self.unit}: {verdict}"
