"""Which fragments make an entity together: the maximal cliques of the pairs that belong together.

After Wang et al. 2021, "Discontinuous Named Entity Recognition as Maximal Clique Discovery".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from ..types import Span
from .records import FragmentedEntity, joined, whole

Pair = tuple[int, int]

_SURE = 0.5
_MOST = 24
"""Fragments of a sentence that are looked at for cliques: at worst 3^8 cliques."""


def pairs_of(spans: Sequence[Span]) -> list[Pair]:
    """The questions to ask of a sentence's spans, as indices (first, second) in text order:
    each with itself (is it an entity alone?), and with every later one of its label that it
    does not overlap."""
    pairs = [(index, index) for index in range(len(spans))]
    for i, first in enumerate(spans):
        for j, second in enumerate(spans):
            if first.label == second.label and first.end <= second.start:
                pairs.append((i, j))
    return pairs


def entities_of(
    spans: Sequence[Span], probabilities: Mapping[Pair, float]
) -> list[FragmentedEntity]:
    """The entities that the answers to `pairs_of` make.

    A span that joins no other stays an entity, whatever the answer about itself: so nothing is
    lost where nothing is discontinuous.
    """
    neighbours: dict[int, set[int]] = {}
    edges = [(p, pair) for pair, p in probabilities.items() if p > _SURE and pair[0] != pair[1]]
    for _, (i, j) in sorted(edges, reverse=True):
        if len(neighbours.keys() | {i, j}) <= _MOST:
            neighbours.setdefault(i, set()).add(j)
            neighbours.setdefault(j, set()).add(i)
    found = [
        whole(span)
        for index, span in enumerate(spans)
        if index not in neighbours or probabilities[index, index] > _SURE
    ]
    for clique in _cliques(set(), set(neighbours), set(), neighbours):
        found.append(joined(spans[index] for index in clique))
    return sorted(set(found))


def _cliques(
    clique: set[int], open_: set[int], closed: set[int], neighbours: Mapping[int, set[int]]
) -> Iterator[set[int]]:
    """Bron and Kerbosch's search, with a pivot: every maximal clique of two or more, once."""
    if not open_ and not closed:
        if len(clique) > 1:
            yield clique
        return
    pivot = max(open_ | closed, key=lambda each: len(neighbours[each] & open_))
    for each in sorted(open_ - neighbours[pivot]):
        near = neighbours[each]
        yield from _cliques(clique | {each}, open_ & near, closed & near, neighbours)
        open_ = open_ - {each}
        closed = closed | {each}
