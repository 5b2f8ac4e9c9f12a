"""Entities in fragments, and sentences with them.

Offsets are half-open; they count words of a sentence here, code points in `documents`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

from ..types import Example, Span

Fragments = tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True, order=True)
class FragmentedEntity:
    """An entity of one or more fragments, in text order: "left … shoulder pain"."""

    fragments: Fragments
    label: str

    def __post_init__(self) -> None:
        ends = [place for fragment in self.fragments for place in fragment]
        ordered = all(start < end for start, end in self.fragments)
        disjoint = all(a <= b for a, b in pairwise(ends))
        if not ends or ends[0] < 0 or not ordered or not disjoint:
            raise ValueError(
                "an entity needs fragments in text order that do not overlap, each with "
                f"0 <= start < end, got {list(self.fragments)} for {self.label!r}"
            )

    @property
    def parts(self) -> tuple[Span, ...]:
        """The fragments as labelled spans."""
        return tuple(Span(start, end, self.label) for start, end in self.fragments)

    @property
    def discontinuous(self) -> bool:
        return len(self.fragments) > 1


def single_fragment(span: Span) -> FragmentedEntity:
    """A span as an entity of one fragment."""
    return FragmentedEntity(((span.start, span.end),), span.label)


def join_spans(spans: Iterable[Span]) -> FragmentedEntity:
    """Join spans of one label into an entity; touching fragments are merged."""
    label, fragments = "", list[tuple[int, int]]()
    for span in sorted(spans):
        label = span.label
        if fragments and fragments[-1][1] == span.start:
            fragments[-1] = (fragments[-1][0], span.end)
        else:
            fragments.append((span.start, span.end))
    return FragmentedEntity(tuple(fragments), label)


@dataclass(frozen=True, slots=True)
class FragmentedExample:
    """A sentence with its entities."""

    words: tuple[str, ...]
    entities: tuple[FragmentedEntity, ...] = ()

    def __post_init__(self) -> None:
        for entity in self.entities:
            if entity.fragments[-1][1] > len(self.words):
                raise ValueError(
                    f"entity {list(entity.fragments)} {entity.label!r} reaches past the sentence "
                    f"of {len(self.words)} words; word offsets are half-open"
                )

    @property
    def spans(self) -> Example:
        """The example that the diffusion model is trained on: every fragment is a span."""
        parts = {part for entity in self.entities for part in entity.parts}
        return Example(self.words, tuple(sorted(parts)))
