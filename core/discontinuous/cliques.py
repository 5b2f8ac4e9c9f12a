"""Group fragments into entities: maximal cliques of the pairs that belong together.

After Wang et al. 2021, "Discontinuous Named Entity Recognition as Maximal Clique Discovery".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from ..types import Span
from .records import FragmentedEntity, join_spans, single_fragment

Pair = tuple[int, int]

_THRESHOLD = 0.5
_MAX_FRAGMENTS = 24
"""Fragments of a sentence that are considered for cliques: at worst 3^8 cliques."""


def pairs_of(spans: Sequence[Span]) -> list[Pair]:
    """The pairs of a sentence's spans to classify, as indices (first, second) in text order: each
    span with itself (is it an entity alone?), and with every later one of its label that it does
    not overlap."""
    pairs = [(index, index) for index in range(len(spans))]
    for i, first in enumerate(spans):
        for j, second in enumerate(spans):
            if first.label == second.label and first.end <= second.start:
                pairs.append((i, j))
    return pairs


def entities_of(
    spans: Sequence[Span], probabilities: Mapping[Pair, float]
) -> list[FragmentedEntity]:
    """The entities that follow from the probabilities of `pairs_of`.

    A span that joins no other remains an entity, whatever its own probability, so that nothing is
    lost in text without discontinuous entities.
    """
    neighbours: dict[int, set[int]] = {}
    edges = [
        (p, pair) for pair, p in probabilities.items() if p > _THRESHOLD and pair[0] != pair[1]
    ]
    for _, (i, j) in sorted(edges, reverse=True):
        if len(neighbours.keys() | {i, j}) <= _MAX_FRAGMENTS:
            neighbours.setdefault(i, set()).add(j)
            neighbours.setdefault(j, set()).add(i)
    entities = [
        single_fragment(span)
        for index, span in enumerate(spans)
        if index not in neighbours or probabilities[index, index] > _THRESHOLD
    ]
    for clique in _cliques(set(), set(neighbours), set(), neighbours):
        entities.append(join_spans(spans[index] for index in clique))
    return sorted(set(entities))


def _cliques(
    clique: set[int], candidates: set[int], excluded: set[int], neighbours: Mapping[int, set[int]]
) -> Iterator[set[int]]:
    """Bron and Kerbosch's search with a pivot: every maximal clique of two or more, once."""
    if not candidates and not excluded:
        if len(clique) > 1:
            yield clique
        return
    pivot = max(candidates | excluded, key=lambda vertex: len(neighbours[vertex] & candidates))
    for vertex in sorted(candidates - neighbours[pivot]):
        adjacent = neighbours[vertex]
        yield from _cliques(
            clique | {vertex}, candidates & adjacent, excluded & adjacent, neighbours
        )
        candidates = candidates - {vertex}
        excluded = excluded | {vertex}
