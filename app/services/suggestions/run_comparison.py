"""What several runs over one text found: where they agree, and where not, in numbers and words.

A run is what one seed or one model version found.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import mean
from typing import Literal

from core.inference.ensemble import pairwise_f1
from core.overlaps import overlap
from core.types import Entity

Kind = Literal["same", "type", "boundary", "missing"]
Run = Sequence[Entity]
Extent = tuple[int, int]
_LONGEST = 48


@dataclass(frozen=True, slots=True)
class Cell:
    """What one run has at a row's place."""

    kind: Kind
    """`type`: there, with another label. `boundary`: not there, but beside it one that overlaps
    and that the runs which have this row do not have."""
    entity: Entity | None
    """None where it is missing."""


@dataclass(frozen=True, slots=True)
class Row:
    """A place that some run found; the shares are of all runs, 0 to 1."""

    start: int
    end: int
    label: str
    """The one that most runs gave it."""
    cells: tuple[Cell, ...]

    @property
    def existence(self) -> float:
        """Those that found anything here."""
        return self._share("same", "type", "boundary")

    @property
    def boundary(self) -> float:
        """Those that found exactly these boundaries."""
        return self._share("same", "type")

    @property
    def type(self) -> float:
        """Those that found exactly these boundaries with this label."""
        return self._share("same")

    @property
    def agreed(self) -> bool:
        return all(cell.kind == "same" for cell in self.cells)

    def _share(self, *kinds: Kind) -> float:
        return sum(cell.kind in kinds for cell in self.cells) / len(self.cells)


def compare(runs: Sequence[Run]) -> tuple[Row, ...]:
    """A row for each place that any run found, in reading order."""
    found = [{(entity.start, entity.end): entity for entity in run} for run in runs]
    keys = sorted({key for run in found for key in run}, key=lambda p: (p[0], -p[1]))
    return tuple(_row(key, found) for key in keys)


def _row(key: Extent, found: Sequence[dict[Extent, Entity]]) -> Row:
    having = [run for run in found if key in run]
    label = Counter(run[key].label for run in having).most_common(1)[0][0]
    known = {other for run in having for other in run}
    cells = []
    for run in found:
        if key in run:
            entity = run[key]
            cells.append(Cell("same" if entity.label == label else "type", entity))
            continue
        beside = [
            entity
            for other, entity in run.items()
            if other not in known and overlap(entity, having[0][key])
        ]
        instead = max(beside, key=lambda entity: entity.score or 0.0, default=None)
        cells.append(Cell("boundary" if instead else "missing", instead))
    return Row(*key, label, tuple(cells))


def mean_f1(runs: Sequence[Run]) -> float | None:
    """The mean F1 of the pairs of runs that found anything, one read as the other's gold; None
    if no pair did."""
    pairs = pairwise_f1([{entity.key for entity in run} for run in runs])
    defined = [f1 for f1 in pairs if f1 is not None]
    return mean(defined) if defined else None


def in_words(rows: Sequence[Row], names: Sequence[str], text: str) -> list[str]:
    """Each disagreement as a sentence; `names` are the runs'."""
    return [_sentence(row, names, text) for row in rows if not row.agreed]


def _sentence(row: Row, names: Sequence[str], text: str) -> str:
    parts = []
    groups: dict[str, list[str]] = {}
    for name, cell in zip(names, row.cells, strict=True):
        groups.setdefault(_said(cell, text), []).append(name)
    for findings, who in groups.items():
        parts.append(f"{findings} with {_listed(who)}")
    return f"“{_clipped(text[row.start : row.end])}”: {'; '.join(parts)}."


def _said(cell: Cell, text: str) -> str:
    if cell.entity is None:
        return "not found"
    if cell.kind == "boundary":
        return (
            f"“{_clipped(text[cell.entity.start : cell.entity.end])}” ({cell.entity.label}) instead"
        )
    return cell.entity.label


def _listed(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _clipped(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST else line[: _LONGEST - 1].rstrip() + "…"
