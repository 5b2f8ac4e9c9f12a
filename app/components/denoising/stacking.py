"""Rows for spans that overlap, so that nested entities are drawn apart."""

from __future__ import annotations

from collections.abc import Sequence


def rows(spans: Sequence[tuple[int, int]]) -> list[int]:
    """A row for each half-open span: short ones first, nothing overlaps within a row."""
    chosen: dict[int, int] = {}
    for i in sorted(range(len(spans)), key=lambda i: spans[i][1] - spans[i][0]):
        start, end = spans[i]
        taken = {row for j, row in chosen.items() if spans[j][0] < end and start < spans[j][1]}
        chosen[i] = next(row for row in range(len(spans)) if row not in taken)
    return [chosen[i] for i in range(len(spans))]
