"""The differences between two people's annotations of one document, entity by entity."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Literal, get_args

from app.services.team.agreement import Annotated
from core.types import Key

Kind = Literal["missing", "boundary", "label"]
"""Only one has it; both have it, with other boundaries (and perhaps another label); both have just
these boundaries, with another label."""
KINDS: tuple[Kind, ...] = get_args(Kind)


@dataclass(frozen=True, slots=True)
class Disagreement:
    document_id: int
    name: str
    """The document's."""
    kind: Kind
    people: tuple[str, str]
    keys: tuple[Key | None, Key | None]
    """What each has; None: nothing."""

    @property
    def labels(self) -> frozenset[str]:
        return frozenset(key[2] for key in self.keys if key)


def disagreements(annotated: Iterable[Annotated]) -> list[Disagreement]:
    """Of each two people, by document and in reading order."""
    found = []
    for document in annotated:
        for first, second in combinations(sorted(document.responses), 2):
            for kind, mine, theirs in differences(
                document.responses[first], document.responses[second]
            ):
                keys, two = (mine, theirs), (first, second)
                found.append(Disagreement(document.document_id, document.name, kind, two, keys))
    return found


def differences(
    first: frozenset[Key], second: frozenset[Key]
) -> list[tuple[Kind, Key | None, Key | None]]:
    """What is not in both, each entity once: the same boundaries are matched first, then those
    that overlap most; the rest is missing. In reading order."""
    mine, theirs = set(first - second), set(second - first)
    found: list[tuple[Kind, Key | None, Key | None]] = []
    candidates = sorted(
        _overlapping(mine, theirs),
        key=lambda two: (two[0][:2] != two[1][:2], two[0][2] != two[1][2], -overlap(*two), two),
    )
    for a, b in candidates:
        if a in mine and b in theirs:
            found.append(("label" if a[:2] == b[:2] else "boundary", a, b))
            mine.remove(a)
            theirs.remove(b)
    found += [("missing", a, None) for a in mine] + [("missing", None, b) for b in theirs]
    return sorted(found, key=_where)


def _overlapping(mine: Iterable[Key], theirs: Iterable[Key]) -> Iterator[tuple[Key, Key]]:
    """Each pair that shares a code point, in one pass over the text."""
    reaching: tuple[list[Key], list[Key]] = ([], [])
    for key, side in sorted([*((key, 0) for key in mine), *((key, 1) for key in theirs)]):
        for keys in reaching:
            keys[:] = [other for other in keys if other[1] > key[0]]
        yield from ((key, other) if side == 0 else (other, key) for other in reaching[1 - side])
        reaching[side].append(key)


def overlap(a: Key, b: Key) -> int:
    """Code points that both cover."""
    return max(0, min(a[1], b[1]) - max(a[0], b[0]))


def narrowed(
    found: Iterable[Disagreement],
    kinds: Sequence[Kind] = (),
    labels: Sequence[str] = (),
    people: Sequence[str] = (),
) -> list[Disagreement]:
    """Those of these kinds, about these labels, between these people (each all if none)."""
    return [
        disagreement
        for disagreement in found
        if (not kinds or disagreement.kind in kinds)
        and (not labels or disagreement.labels & set(labels))
        and (not people or set(disagreement.people) <= set(people))
    ]


def _where(difference: tuple[Kind, Key | None, Key | None]) -> tuple[int, int, str]:
    _, mine, theirs = difference
    start, end, label = min(key for key in (mine, theirs) if key)
    return start, -end, label
