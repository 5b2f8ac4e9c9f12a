"""Records of one text: equal ones are duplicates, the others are merged or kept separate.

Entities that go together, by one person or by nobody in particular, become one annotation: another
tool asks for one decision a record. Different people's annotations become a response each. Where
two records contradict each other the first stands, and the other is named.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate
from typing import Literal, get_args

from core.overlaps import conflict_rule
from core.types import key_of
from storage.enums import DocumentStatus
from storage.records import SpanRecord
from storage.repository.bulk import NewDocument, NewSet

SameText = Literal["merge", "separate", "skip"]
"""What becomes of further records of a text with different annotations: merge what does not
contradict the first, keep each as a separate response, or skip them."""
SAME_TEXT: tuple[SameText, ...] = get_args(SameText)
Outcome = Literal["duplicate", "merged", "response"]

MOST_ENTITIES = 5_000
"""Entities that an annotation may have once it is merged: a text that a file repeats without end
would be written anew in every transaction."""
MOST_RESPONSES = 50
_LONGEST_PERSON = 180
_RANK: tuple[DocumentStatus, ...] = ("new", "skipped", "in_progress", "submitted")


class ContradictionError(ValueError):
    """Two records of one text that cannot both stand; the message says where they differ."""


@dataclass(frozen=True, slots=True)
class Combiner:
    """How the records of one text are put together."""

    way: SameText
    nested: Callable[[], bool]
    """Whether an entity may lie within another: asked where it matters."""

    def combine(self, document: NewDocument, other: NewDocument) -> tuple[NewDocument, Outcome]:
        """The document with what the other, of the same text, adds to it.

        Raises `ContradictionError`.
        """
        if not other.sets:
            return document, "duplicate"
        if not document.sets:
            return _annotated(document, other), "merged"
        incoming = other.sets[-1]
        number = _counterpart(document, incoming)
        if number is None:
            return _with_response(document, incoming), "response"
        present = document.sets[number]
        if says_the_same(present, incoming):
            return document, "duplicate"
        if self.way == "skip":
            raise ContradictionError(f"the first record of this text, {document.name!r}, stands")
        if self.way == "separate" and is_response(present) and is_response(incoming):
            return _with_response(document, incoming), "response"
        return self._merged(document, number, other), "merged"

    def _merged(self, document: NewDocument, number: int, other: NewDocument) -> NewDocument:
        present, incoming = document.sets[number], other.sets[-1]
        if _is_prediction(present) != _is_prediction(incoming):
            decided = other if _is_prediction(present) else document
            sets = (*document.sets, incoming)  # a prediction is a version beside the annotation
            return _updated(document, sets, decided.status)
        spans = _union(
            present.spans, incoming.spans, conflict_rule(not self.nested()), document.name
        )
        higher = max(present, incoming, key=_set_rank)
        undecided = any(span.status == "suggested" for span in spans)
        if is_response(higher) and undecided:
            higher = replace(higher, state="draft", submitted_at=None)
        counted = {"merged": present.provenance.get("merged", 1) + 1}
        merged = replace(higher, spans=spans, provenance={**present.provenance, **counted})
        status = max(document.status, other.status, key=_RANK.index)
        if status == "submitted" and merged.state == "draft":
            status = "in_progress"
        others = (*document.sets[:number], *document.sets[number + 1 :])
        return _updated(document, (*others, merged), status)  # behind them, as it is stored anew


def is_response(annotation_set: NewSet) -> bool:
    """Whether it is a person's finished answer."""
    return annotation_set.origin == "person" and annotation_set.state == "submitted"


def entities_that_count(sets: Sequence[NewSet]) -> int:
    """How many entities stand in the set that a document's reader sees; of several people's
    responses in the fullest, whatever their order."""
    return max(((_set_rank(item), len(item.spans)) for item in sets), default=(0, 0))[1]


def says_the_same(present: NewSet, incoming: NewSet) -> bool:
    """Whether the set holds just what the other says; or all of it, if it was merged from several
    records."""
    held, wanted = _statements(present), _statements(incoming)
    if _set_rank(present) < _set_rank(incoming):
        return False
    return wanted <= held if present.provenance.get("merged") and wanted else wanted == held


def _statements(annotation_set: NewSet) -> set[tuple[int, int, str, bool]]:
    return {(*key_of(span), span.status == "rejected") for span in annotation_set.spans}


def _is_prediction(annotation_set: NewSet) -> bool:
    """Whether a machine says it, and it is still to be decided upon."""
    undecided = any(span.status == "suggested" for span in annotation_set.spans)
    return annotation_set.origin == "machine" and undecided


def _set_rank(annotation_set: NewSet) -> int:
    return 2 if is_response(annotation_set) else annotation_set.origin == "person"


def _whose(annotation_set: NewSet) -> tuple[str | None, object]:
    return annotation_set.person, annotation_set.provenance.get("completed_by")


def _counterpart(document: NewDocument, incoming: NewSet) -> int | None:
    """Which of the document's sets the incoming one is compared and merged with; None where it is
    another person's response."""
    responses = [number for number, present in enumerate(document.sets) if is_response(present)]
    if responses and is_response(incoming):
        same = (n for n in responses if _whose(document.sets[n]) == _whose(incoming))
        return next(same, None)
    alike = [
        number
        for number, present in enumerate(document.sets)
        if _is_prediction(present) == _is_prediction(incoming)
    ]
    ranked = alike or range(len(document.sets))
    return max(ranked, key=lambda number: _closeness(document.sets[number], incoming))


def _closeness(present: NewSet, incoming: NewSet) -> tuple[bool, int]:
    """A set of the same person is merged with before one that counts for more."""
    return _whose(present) == _whose(incoming), _set_rank(present)


def _annotated(document: NewDocument, other: NewDocument) -> NewDocument:
    """A document that nobody had annotated, with the other's annotation."""
    if document.split == "holdout" and any(map(_is_prediction, other.sets)):
        raise ContradictionError(
            "the text is held out in this project, and nobody is shown suggestions with it"
        )
    taken = replace(
        document,
        split=document.split or other.split,
        skip_reason=document.skip_reason or other.skip_reason,
    )
    return _updated(taken, other.sets, other.status)


def _with_response(document: NewDocument, incoming: NewSet) -> NewDocument:
    """The document with one more response, all of them given unseen by each other."""
    if len(document.sets) >= MOST_RESPONSES:
        raise ContradictionError(f"a text has at most {MOST_RESPONSES} responses")
    person = incoming.person or ""
    taken = {present.person for present in document.sets}
    free = incoming.provenance.get("completed_by")
    if person in taken and free is not None:
        person = f"{person[:_LONGEST_PERSON]} ({free})"
    number = 2
    while person in taken:
        person = f"{(incoming.person or '')[:_LONGEST_PERSON]} ({number})"
        number += 1
    sets = (*document.sets, replace(incoming, person=person))
    apart = tuple(replace(record, blind=True) if is_response(record) else record for record in sets)
    return _updated(document, apart, "submitted")


def _updated(
    document: NewDocument, sets: tuple[NewSet, ...], status: DocumentStatus
) -> NewDocument:
    return replace(document, sets=sets, status=status, entities=entities_that_count(sets))


def _union(
    present: Sequence[SpanRecord],
    incoming: Sequence[SpanRecord],
    conflict: Callable[[SpanRecord, SpanRecord], bool],
    name: str,
) -> tuple[SpanRecord, ...]:
    """The spans of both; a decision stands over a suggestion. Raises `ContradictionError`."""
    merged = {key_of(span): span for span in present}
    index = _Index([span for span in present if span.status != "rejected"])
    keys = {span.key for span in present}
    for span in incoming:
        known = merged.get(key_of(span))
        if known is not None:
            if {known.status, span.status} == {"accepted", "rejected"}:
                raise _contradiction(known, span, name)
            if known.status == "suggested":
                merged[key_of(span)] = replace(known, status=span.status)
            continue
        against = _against(span, index, conflict)
        if against is not None:
            raise _contradiction(against, span, name)
        key = span.key if span.key not in keys else _free_key(keys)
        keys.add(key)
        merged[key_of(span)] = replace(span, key=key)
    if len(merged) > max(MOST_ENTITIES, len(present)):
        raise ContradictionError(
            f"the records of this text have more than {MOST_ENTITIES:,} entities together"
        )
    return tuple(merged.values())


def _against(
    span: SpanRecord, index: _Index, conflict: Callable[[SpanRecord, SpanRecord], bool]
) -> SpanRecord | None:
    """A span that this one cannot stand beside: on the very same words, or in conflict with it."""
    if span.status == "rejected":
        return None
    for present in index.overlapping(span):
        if (present.start, present.end) == (span.start, span.end) or conflict(present, span):
            return present
    return None


def _free_key(keys: set[str]) -> str:
    """A key beyond those taken; among so many numbers one is free."""
    return next(key for number in range(len(keys) + 1, 0, -1) if (key := f"e{number}") not in keys)


class _Index:
    """Spans in order, to find those that a span overlaps without a look at all of them."""

    def __init__(self, spans: Sequence[SpanRecord]) -> None:
        self._spans = sorted(spans, key=lambda span: span.start)
        self._starts = [span.start for span in self._spans]
        self._ends = list(accumulate((span.end for span in self._spans), max))

    def overlapping(self, span: SpanRecord) -> Sequence[SpanRecord]:
        found = []
        number = bisect_left(self._starts, span.end) - 1
        while number >= 0 and self._ends[number] > span.start:
            if self._spans[number].end > span.start:
                found.append(self._spans[number])
            number -= 1
        return found


def _contradiction(present: SpanRecord, span: SpanRecord, name: str) -> ContradictionError:
    def shown(entity: SpanRecord) -> str:
        rejected = "rejected " if entity.status == "rejected" else ""
        return f"{rejected}{entity.label} [{entity.start}, {entity.end})"

    return ContradictionError(
        f"contradicts an earlier record of the same text, {name!r}, which stands: {shown(present)} "
        f"there, {shown(span)} here"
    )
