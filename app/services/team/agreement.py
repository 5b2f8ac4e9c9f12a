"""How well people agree who annotated the same documents independently.

Compared are accepted entities of each person's newest submitted answer. On entities: F1, one read
as the other's gold. On words: Cohen's kappa for two people, Fleiss' kappa and Krippendorff's alpha
for all, see `app.services.team.agreement_coefficients`; of one label, the question at each word is
whether an entity of that label covers it.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from app.services.team import agreement_coefficients
from app.services.team.agreement_coefficients import Figure, Floats, Values, figure
from app.services.team.permissions import require
from core.text.tokenization import tokenize
from core.types import Key, key_of
from storage.engine import Sessions
from storage.repository import documents, label_names, responses

BATCH = 500
"""Documents looked up at a time."""
_NONE: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Annotated:
    """A document that several people annotated."""

    document_id: int
    name: str
    words: tuple[tuple[int, int], ...]
    """Code points, end exclusive."""
    responses: Mapping[str, frozenset[Key]]
    """By person: the accepted entities."""

    def by(self, people: Collection[str]) -> Annotated:
        """Of these people's answers only."""
        responses = {person: found for person, found in self.responses.items() if person in people}
        return Annotated(self.document_id, self.name, self.words, responses)


@dataclass(frozen=True, slots=True)
class Pair:
    """How far two people agree on the documents that both annotated."""

    first: str
    second: str
    documents: int
    entities: int
    """Of both together."""
    exact: Figure
    """F1: boundaries and label."""
    boundaries: Figure
    """F1: boundaries alone."""
    cohen: Figure


@dataclass(frozen=True, slots=True)
class Summary:
    """How far all agree: on everything, or on one label."""

    label: str | None
    documents: int
    """That two people or more annotated; of a label, where anybody found one."""
    entities: int
    """Of all people together."""
    exact: Figure
    """The mean of the pairs."""
    boundaries: Figure
    """The mean of the pairs."""
    cohen: Figure
    """The mean of the pairs."""
    fleiss: Figure
    alpha: Figure


@dataclass(frozen=True, slots=True)
class Agreement:
    people: tuple[str, ...]
    words: int
    overall: Summary
    pairs: tuple[Pair, ...]
    labels: tuple[Summary, ...]


def state(sessions: Sessions, project_id: int) -> tuple[object, ...]:
    """What is another once somebody submits, a label is renamed, or a document or label is deleted
    or restored: the key of a cache."""
    with sessions() as session:
        require(session, project_id, "review")
        return responses.state(session, project_id), label_names.state(session, project_id)


def collect(sessions: Sessions, project_id: int, people: Collection[str] = ()) -> list[Annotated]:
    """The documents that two or more of these people (all if none) annotated unseen by others."""
    found: list[Annotated] = []
    with sessions() as session:
        require(session, project_id, "review")
        ids = responses.by_several(session, project_id)
        for start in range(0, len(ids), BATCH):
            texts = documents.texts(session, ids[start : start + BATCH])
            given: dict[int, dict[str, frozenset[Key]]] = {}
            for response in responses.newest(session, texts):
                assert response.person is not None
                given.setdefault(response.document_id, {})[response.person] = frozenset(
                    key_of(row) for row in response.entities if row.status == "accepted"
                )
            for document_id, (name, text) in texts.items():
                words = tuple((token.start, token.end) for token in tokenize(text))
                found.append(Annotated(document_id, name, words, given[document_id]))
    return among(found, people) if people else _compared(found)


def among(annotated: Sequence[Annotated], people: Collection[str]) -> list[Annotated]:
    """The documents that two or more of these people annotated, with their answers alone."""
    return _compared(document.by(people) for document in annotated)


def _compared(annotated: Iterable[Annotated]) -> list[Annotated]:
    return [document for document in annotated if len(document.responses) >= 2]


def measure(annotated: Sequence[Annotated], seed: int = 0) -> Agreement:
    """Every figure, with the intervals of this seed. Nobody's name or order matters."""
    annotated = _compared(annotated)
    people = tuple(sorted({person for document in annotated for person in document.responses}))
    draws = agreement_coefficients.resamples(len(annotated), seed)
    labels = sorted({key[2] for document in annotated for key in _all(document)})
    whole = _Ratings.of(annotated)
    pairs = tuple(
        pair
        for first, second in combinations(people, 2)
        if (pair := _pair(annotated, whole, (first, second), draws)).documents
    )
    return Agreement(
        people,
        sum(len(document.words) for document in annotated),
        _summary(annotated, whole, draws),
        pairs,
        tuple(_summary(annotated, whole.only(label), draws, label) for label in labels),
    )


@dataclass(frozen=True, slots=True)
class _Ratings:
    """Every person's value of every word, as numbers: a set of labels, or whether one is there."""

    sets: Sequence[frozenset[str]]
    """What the numbers stand for."""
    values: Sequence[Mapping[str, Values]]
    """By document and person."""

    @property
    def width(self) -> int:
        return len(self.sets)

    @classmethod
    def of(cls, annotated: Sequence[Annotated]) -> _Ratings:
        numbers: dict[frozenset[str], int] = {}
        values = []
        for document in annotated:
            rows = {}
            for person in sorted(document.responses):
                sets = _covering(document.words, document.responses[person])
                found = [numbers.setdefault(spans, len(numbers)) for spans in sets]
                rows[person] = np.array(found, np.int64)
            values.append(rows)
        return cls(tuple(numbers), values)

    def only(self, label: str) -> _Ratings:
        """Whether this label is among each word's."""
        has = np.array([label in label_set for label_set in self.sets], np.int64)
        values = [{person: has[row] for person, row in rows.items()} for rows in self.values]
        return _Ratings((frozenset(), frozenset((label,))), values)

    def matrix(self, number: int) -> NDArray[np.int64]:
        """How many people gave each word of a document which value, (words, values)."""
        rows = list(self.values[number].values())
        found = np.zeros((len(rows[0]), self.width), np.int64)
        words = np.arange(len(rows[0]))
        for row in rows:
            found[words, row] += 1
        return found


def _covering(words: Sequence[tuple[int, int]], keys: Iterable[Key]) -> list[frozenset[str]]:
    """The labels of the entities that each word lies in, wholly or in part."""
    found = [_NONE] * len(words)
    starts = [start for start, _ in words]
    ends = [end for _, end in words]
    for start, end, name in keys:
        for number in range(bisect_right(ends, start), bisect_left(starts, end)):
            found[number] |= {name}
    return found


def _pair(
    annotated: Sequence[Annotated], ratings: _Ratings, two: tuple[str, str], draws: Floats
) -> Pair:
    sums = _PairSums(annotated, ratings, two, None)
    return Pair(
        *two,
        documents=int(sums.both.sum()),
        entities=int(sums.exact[:, 1:].sum()),
        exact=figure(sums.exact, agreement_coefficients.f1, draws),
        boundaries=figure(sums.boundaries, agreement_coefficients.f1, draws),
        cohen=figure(sums.cohen, agreement_coefficients.cohen, draws),
    )


class _PairSums:
    """What each document adds to two people's figures: nothing where one did not annotate it."""

    def __init__(
        self,
        annotated: Sequence[Annotated],
        ratings: _Ratings,
        two: tuple[str, str],
        label: str | None,
    ) -> None:
        first, second = two
        self.both = np.array(
            [first in document.responses and second in document.responses for document in annotated]
        )
        self.exact, self.boundaries = (np.zeros((len(annotated), 3)) for _ in range(2))
        self.cohen = np.zeros((len(annotated), 2 + 2 * ratings.width))
        for number in np.flatnonzero(self.both).tolist():
            a, b = (_of(annotated[number], person, label) for person in two)
            self.exact[number] = len(a & b), len(a), len(b)
            left, right = ({key[:2] for key in keys} for keys in (a, b))
            self.boundaries[number] = len(left & right), len(left), len(right)
            row, other = (ratings.values[number][person] for person in two)
            self.cohen[number] = agreement_coefficients.cohen_sums(row, other, ratings.width)


def _summary(
    annotated: Sequence[Annotated], ratings: _Ratings, draws: Floats, label: str | None = None
) -> Summary:
    people = sorted({person for document in annotated for person in document.responses})
    pairs = [_PairSums(annotated, ratings, two, label) for two in combinations(people, 2)]
    pairs = [pair for pair in pairs if pair.both.any()]
    found = [
        sum(len(_of(document, person, label)) for person in document.responses)
        for document in annotated
    ]
    matrices = [ratings.matrix(number) for number in range(len(annotated))]
    sums = np.array([agreement_coefficients.ratings_sums(matrix) for matrix in matrices])
    return Summary(
        label=label,
        documents=len(annotated) if label is None else sum(map(bool, found)),
        entities=sum(found),
        exact=_mean([pair.exact for pair in pairs], agreement_coefficients.f1, draws),
        boundaries=_mean([pair.boundaries for pair in pairs], agreement_coefficients.f1, draws),
        cohen=_mean([pair.cohen for pair in pairs], agreement_coefficients.cohen, draws),
        fleiss=figure(sums, agreement_coefficients.fleiss, draws),
        alpha=figure(sums, agreement_coefficients.alpha, draws),
    )


def _mean(
    pairs: Sequence[Floats], coefficient: agreement_coefficients.Coefficient, draws: Floats
) -> Figure:
    """The mean of the pairs of which it is defined."""
    if not pairs:
        return Figure(None)
    stacked = np.stack(pairs, 1)  # (documents, pairs, numbers)
    flat = stacked.reshape(len(stacked), -1)

    def mean(sums: Floats) -> Floats:
        values = coefficient(sums.reshape(*sums.shape[:-1], len(pairs), -1))
        known = np.isfinite(values)
        total = np.where(known, values, 0.0).sum(-1)
        return agreement_coefficients.over(total, known.sum(-1))

    return figure(flat, mean, draws)


def _of(document: Annotated, person: str, label: str | None) -> set[Key]:
    return {key for key in document.responses[person] if label is None or key[2] == label}


def _all(document: Annotated) -> set[Key]:
    return {key for keys in document.responses.values() for key in keys}
