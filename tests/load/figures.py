"""The figures of a run, as a table and as JSON."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from tests.load.annotator import Tally
from tests.load.checking import Kept
from tests.load.machine import Cost

BAR = 500.0
"""Milliseconds that 95 of 100 saves may take at most."""


@dataclass(frozen=True)
class Times:
    """How long something took, in milliseconds."""

    count: int
    p50: float
    p95: float
    p99: float
    max: float

    @classmethod
    def of(cls, seconds: Sequence[float]) -> Times:
        ordered = sorted(1000 * second for second in seconds) or [0.0]
        at = [round(ordered[int(share * (len(ordered) - 1))], 1) for share in (0.5, 0.95, 0.99, 1)]
        return cls(len(seconds), *at)

    def __str__(self) -> str:
        return (
            f"{self.count:,}: p50 {self.p50:,.0f} ms, p95 {self.p95:,.0f} ms, "
            f"p99 {self.p99:,.0f} ms, max {self.max:,.0f} ms"
        )


@dataclass(frozen=True)
class Figures:
    """What a run came to."""

    annotators: int
    seconds: float
    pages: int
    documents: int
    database: str
    model: bool
    cores: int
    sent: int
    acknowledged: int
    stored: Kept
    saves: Times
    openings: Times
    refusals: dict[str, int]
    problems: dict[str, int]
    megabytes_received: float
    costs: dict[str, Cost]
    busy: float
    """Cores of the machine that were at work, for these processes and all others."""

    @property
    def passed(self) -> bool:
        """Whether nothing was lost, doubled or shown as an error, and saving was quick."""
        whole = (self.stored.lost, self.stored.doubled, self.stored.torn) == (0, 0, 0)
        answered = self.acknowledged == self.sent > 0
        return whole and answered and not self.problems and self.saves.p95 < BAR

    @property
    def annotators_per_core(self) -> float:
        """How many a core serves at this pace, page and database together, the clients apart."""
        serving = sum(cost.cores for name, cost in self.costs.items() if name != "clients")
        return round(self.annotators / serving, 1)

    def table(self) -> str:
        stored = self.stored
        rows = [
            ("setting", self._setting()),
            ("operations", f"{self.sent:,} sent, {self.acknowledged:,} acknowledged"),
            ("kept", f"{stored.lost} lost, {stored.doubled} doubled, {stored.torn} documents torn"),
            ("saves", str(self.saves)),
            ("next documents", str(self.openings)),
            ("received", f"{self.megabytes_received:,.0f} MB"),
            *((name, f"{c.cores:.2f} cores, {c.megabytes:,.0f} MB") for name, c in self._costs()),
            ("one core", f"{self.annotators_per_core:.0f} annotators at this pace"),
            ("machine", f"{self.busy:.2f} of {self.cores} core(s) at work, other programs' too"),
            *(("refused", f"{number} × {text}") for text, number in self.refusals.items()),
            *(("problem", f"{number} × {text}") for text, number in self.problems.items()),
            ("bar", f"{'passed' if self.passed else 'FAILED'}: p95 under {BAR:.0f} ms, all kept"),
        ]
        return "\n".join(f"{name:<16}{message}" for name, message in rows)

    def json(self) -> dict[str, object]:
        derived = {"annotators_per_core": self.annotators_per_core, "passed": self.passed}
        return {**asdict(self), **derived}

    def _setting(self) -> str:
        return (
            f"{self.annotators} annotators, {self.seconds:.0f} s, {self.pages} page process(es), "
            f"{self.database}, {self.documents:,} documents, {'a' if self.model else 'no'} model, "
            f"{self.cores} core(s)"
        )

    def _costs(self) -> Sequence[tuple[str, Cost]]:
        return list(self.costs.items())


def summed(tallies: Sequence[Counter[str]]) -> dict[str, int]:
    """All annotators' counts together, the most frequent first."""
    return dict(sum(tallies, Counter()).most_common())


def saves(tallies: Sequence[Tally]) -> Times:
    return Times.of([save for tally in tallies for save in tally.saves.values()])


def openings(tallies: Sequence[Tally]) -> Times:
    return Times.of([opening for tally in tallies for opening in tally.openings])
