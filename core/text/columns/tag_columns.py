"""Find the columns of tags: every cell is a tag, and they are no syntactic chunks.

Two columns whose entities lie within one another (GermEval's outer and inner ones, VLSP's levels)
are both taken. Of columns that tag the same words differently, the last is taken, as CoNLL-2003
has it, unless the header says otherwise.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from ...types import Span
from ..tag_schemes import TagError
from .layout import TagColumn, features
from .names import names_tags
from .notation import OUTSIDE, Notation, canonical, is_readable, is_tag, spans_of
from .word_columns import Rows, is_empty

_MOST = 0.9
"""The share of cells that must be tags."""
_DENSE, _SPARSE = 0.4, 0.6
"""Shares of O: chunks cover most words, entities few."""
_CHUNKS = frozenset(
    [
        "NP",
        "VP",
        "PP",
        "ADVP",
        "ADJP",
        "SBAR",
        "PRT",
        "CONJP",
        "INTJ",
        "LST",
        "UCP",
        "NC",
        "VC",
        "PC",
        "NX",
        "VX",
        "PX",
        "AP",
        "CP",
        "QP",
        "LCP",
        "DP",
        "CLP",
        "VGF",
        "VGNF",
        "VGNN",
        "JJP",
        "RBP",
        "CCP",
        "BLK",
        "NEGP",
    ]
)
"""Labels of syntactic chunks: CoNLL-2000's, the German ones of CoNLL-2003, and others'."""
_MANY_LABELS = 40
_MOST_COLUMNS = 64
"""Columns among which tags are sought; others can be chosen."""
_FEWEST_BARE = 2
"""Bare tags that a column must hold: a single one is a mistake in a column of B- and I-."""


@dataclass(frozen=True, slots=True)
class FoundTags:
    """The columns that were taken, outer entities first, and others that hold tags, too."""

    taken: tuple[TagColumn, ...] = ()
    passed_over: tuple[int, ...] = ()
    like_tags: frozenset[int] = field(default_factory=frozenset)
    """Further columns that are no words: chunks."""


@dataclass(frozen=True, slots=True)
class _Candidate:
    column: TagColumn
    spans: tuple[tuple[Span, ...], ...]
    """By sentence."""
    outside: float
    """The share of O."""

    @property
    def labels(self) -> frozenset[str]:
        return frozenset(span.label for sentence in self.spans for span in sentence)

    @property
    def is_chunks(self) -> bool:
        return bool(self.labels) and all(
            label.partition("-")[0] in _CHUNKS for label in self.labels
        )


def find_tags(sentences: Rows, names: Sequence[str], *, without: int | None) -> FoundTags:
    width = len(sentences[0][0])
    indices = [index for index in range(min(width, _MOST_COLUMNS)) if index != without]
    like_tags: frozenset[int] = frozenset()
    for notation in (Notation.STANDARD, Notation.PREFIXED, Notation.SUFFIXED):
        candidates = _candidates(sentences, indices, notation)
        labelled = any(candidate.labels for candidate in candidates)
        empty = bool(candidates) and notation is Notation.STANDARD
        if labelled or (empty and _features(sentences, indices) is None):
            chosen = _chosen(candidates, names, width)
            if chosen.taken:
                return chosen
            like_tags |= chosen.like_tags
    column = _features(sentences, indices) or _bare(sentences, names, indices)
    return FoundTags((column,) if column else (), like_tags=like_tags)


def _candidates(sentences: Rows, indices: list[int], notation: Notation) -> list[_Candidate]:
    candidates = []
    for index in indices:
        cells = [[row[index].strip() for row in sentence] for sentence in sentences]
        flat = [cell for sentence in cells for cell in sentence]
        tags = [cell for cell in flat if cell not in OUTSIDE]
        invalid = sum(not is_tag(cell, notation) for cell in tags)
        if invalid > (1 - _MOST) * len(flat) or invalid * 2 > len(tags):
            continue
        spans = tuple(_spans(sentence, notation) for sentence in cells)
        outside = 1 - len(tags) / len(flat)
        candidate = _Candidate(TagColumn(index, notation=notation), spans, outside)
        if candidate.labels or "O" in flat:
            candidates.append(candidate)
    rest = set(indices) - {candidate.column.index for candidate in candidates}
    if len(candidates) > 1 and all(is_empty(sentences, index) for index in rest):
        return candidates[1:]  # one column holds the words, though they look like tags
    return candidates


def _spans(cells: Sequence[str], notation: Notation) -> tuple[Span, ...]:
    try:
        return spans_of(cells, notation)
    except TagError:
        return spans_of([cell if is_readable(cell, notation) else "O" for cell in cells], notation)


def _chosen(candidates: list[_Candidate], names: Sequence[str], width: int) -> FoundTags:
    named = [c for c in candidates if c.column.index < len(names)]
    named = [c for c in named if names_tags(names[c.column.index])]
    chunks = [c for c in candidates if c.is_chunks and c not in named]
    entities = named or [c for c in candidates if c not in chunks]
    if not any(c.labels for c in entities) and chunks and not named:
        last = [c for c in chunks if c.column.index == width - 1]
        entities, chunks = last or entities, [] if last else chunks
        if not last and not entities:
            return FoundTags(like_tags=frozenset(c.column.index for c in chunks))
    if not named:
        chunks += [c for c in entities if _covers_like_chunks(c, entities)]
        entities = [c for c in entities if c not in chunks]
    while len(entities) > 1 and not entities[0].labels:
        entities = entities[1:]  # levels without entities stand behind those that have some
    nested = len(entities) < 3 or not named
    if nested and all(_nested(entities[0], other) for other in entities[1:]):
        taken = entities
    else:
        taken = entities[:1] if named else entities[-1:]
    return FoundTags(
        tuple(candidate.column for candidate in taken),
        tuple(c.column.index for c in candidates if c.labels and c not in taken + chunks),
        frozenset(c.column.index for c in candidates),
    )


def _covers_like_chunks(candidate: _Candidate, others: Sequence[_Candidate]) -> bool:
    """Whether a column with labels of its own covers most words, and another covers few."""
    return candidate.outside < _DENSE and any(
        other.outside > _SPARSE and other.labels and other.labels.isdisjoint(candidate.labels)
        for other in others
    )


def _nested(outer: _Candidate, other: _Candidate) -> bool:
    """Whether the entities of one lie within the other's, and are not the same ones again."""
    same = within = total = 0
    for first, second in zip(outer.spans, other.spans, strict=True):
        bounds = {(span.start, span.end) for span in first}
        for span in second:
            total += 1
            same += (span.start, span.end) in bounds
            within += any(
                (start <= span.start and span.end <= end)
                or (span.start <= start and end <= span.end)
                for start, end in bounds
            )
    return same * 2 <= total and within >= _MOST * total


def _features(sentences: Rows, indices: list[int]) -> TagColumn | None:
    """A feature that holds tags: `name=B-PER` among others in a column, as in NorNE and DaNE."""
    for index in reversed(indices):
        values: dict[str, list[str]] = {}
        for row in (row for sentence in sentences for row in sentence):
            for key, value in features(row[index]).items():
                values.setdefault(key, []).append(value)
        for key, cells in values.items():
            begun = any(cell not in OUTSIDE for cell in cells)
            if all(map(is_tag, cells)) and (begun or (names_tags(key) and "O" in cells)):
                return TagColumn(index, key)
    return None


def _bare(sentences: Rows, names: Sequence[str], indices: list[int]) -> TagColumn | None:
    """Tags that are only a prefix or only a label: in a named column, or in the last."""
    named = [i for i in indices if i < len(names) and names_tags(names[i])]
    for index in named or indices[-1:]:
        cells = [row[index].strip() for sentence in sentences for row in sentence]
        tagged = [cell for cell in cells if cell not in OUTSIDE]
        if "O" not in cells or len(tagged) < _FEWEST_BARE:
            continue
        for notation in (Notation.PREFIXES, Notation.LABELS):
            if notation is Notation.LABELS and sum(map(is_tag, tagged)) * 2 >= len(tagged):
                continue  # B-PER is no label, also beside tags that nobody knows
            tags = [canonical(cell, notation) for cell in cells if is_readable(cell, notation)]
            labels = {tag for tag in tags if tag != "O"}
            if len(tags) >= _MOST * len(cells) and 0 < len(labels) <= _MANY_LABELS:
                return TagColumn(index, notation=notation)
    return None
