"""A long document's suggestions, part by part: its text is shown at once, and each part of whole
sentences is committed by itself.

The prediction of such a document begins empty, and names in its provenance the parts that no model
has read. Each part that is read adds to it, and to the drafts that began from it, without a step in
their history: as if the suggestions had been there from the start. What a person decided stays, and
nothing is suggested that contradicts it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from sqlalchemy.orm import Session

from app.services.suggestions import instant, suggest
from app.services.suggestions.suggest import Answer, Part, Predictor, Request
from app.services.suggestions.words import words_of
from app.services.team.permissions import require
from core.overlaps import conflict_rule, overlap
from core.text.segmentation import sentences
from core.types import Entity, SamplerSettings, Token, key_of
from storage.engine import Sessions, writing
from storage.models import AnnotationSet, Document
from storage.records import SpanRecord
from storage.repository import annotation_sets, documents, label_names, projects

LONG = 10_000
"""Code points from which a document is read in parts: to read as many takes about 3 s on a CPU."""
WORDS = 300
"""Words that a part has at least: what is fastest on a CPU."""
FIRST_WORDS = 100
"""The same of the first part, for which somebody waits."""
Interval = TypeVar("Interval", Entity, Token)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a model has read a document."""

    read: int
    """Sentences."""
    sentences: int
    """All of the document's."""
    unread: tuple[tuple[int, int], ...]
    """Where no model has looked yet, in code points."""


def is_long(document: Document) -> bool:
    """Return whether a document is read in parts."""
    return document.length > LONG


def cut(text: str) -> tuple[Part, ...]:
    """Cut a text into parts of whole sentences."""
    words = words_of(text)
    parts: list[Part] = []
    first = number = 0
    for _, end in sentences(text, words):
        number += 1
        if end - first >= (WORDS if parts else FIRST_WORDS) or end == len(words):
            parts.append(Part(words[first].start, words[end - 1].end, number))
            first, number = end, 0
    return tuple(parts)


def answer(predictor: Predictor, request: Request) -> Answer:
    """Answer what opening a document asks: at once and without an entity for a long one, whose
    parts `read_next` reads."""
    if request.by_model is None and len(request.text) > LONG:
        unread = cut(request.text)
        if unread:
            version_id = predictor.model_version_id
            return Answer(version_id, request.settings, (), (), (), unread=unread)
    return suggest.answer(predictor, request)


def unread(prediction: AnnotationSet | None) -> list[Part]:
    """Return the parts of a prediction's document that no model has read, in text order."""
    return [Part(*part) for part in prediction.provenance.get("unread", ())] if prediction else []


def progress_of(prediction: AnnotationSet | None) -> Progress | None:
    """Return how far a model has read; None where nothing is left to read."""
    remaining = unread(prediction)
    if prediction is None or not remaining:
        return None
    total = int(prediction.provenance["sentences"])
    missing = sum(part.sentences for part in remaining)
    return Progress(total - missing, total, tuple((part.start, part.end) for part in remaining))


def is_wanted(session: Session, document: Document, prediction: AnnotationSet | None) -> bool:
    """Return whether somebody may still see suggestions in the unread parts: nobody has opened the
    document yet, or a draft of it began from this prediction."""
    if prediction is None or not unread(prediction) or document.split == "holdout":
        return False
    return document.status == "new" or bool(annotation_sets.drafts_from(session, prediction.id))


def parts_left(sessions: Sessions, document_id: int) -> int:
    """Return how many parts a model has yet to read, of a document that somebody may still work
    on."""
    with sessions() as session:
        document = documents.get(session, document_id)
        require(session, document.project_id, "annotate")
        prediction = annotation_sets.latest_prediction(session, document_id)
        return len(unread(prediction)) if is_wanted(session, document, prediction) else 0


def read_next(
    sessions: Sessions,
    find_predictor: Callable[[int], Predictor],
    document_id: int,
    visible_start: int | None = None,
) -> bool:
    """Read one part and commit its suggestions; return whether any was unread.

    The model, which `find_predictor` gives by its version, is the one that read the other parts.
    `visible_start` is the code point that somebody looks at: the first unread part from there on
    is next, else the first one. A part that somebody else has read meanwhile is not added twice.
    """
    with sessions() as session:
        document = documents.get(session, document_id)
        require(session, document.project_id, "annotate")
        prediction = annotation_sets.latest_prediction(session, document_id)
        if prediction is None or not is_wanted(session, document, prediction):
            return False
        version_id = prediction.model_version_id
        assert version_id is not None  # a model began to read it
        part = next_part(unread(prediction), visible_start or 0)
        settings = SamplerSettings(**prediction.provenance["sampler"])
        learnt = instant.learnt(session, document.project_id, version_id)
        text, set_id = document.text[part.start : part.end], prediction.id
    predictor = find_predictor(version_id)
    found = suggest.answer(predictor, Request(text, settings, learnt, None))
    with writing(sessions, beside_others=True) as session:
        document = documents.lock(session, document_id)
        prediction = annotation_sets.latest_prediction(session, document_id)
        if prediction is not None and prediction.id == set_id and part in unread(prediction):
            _add(session, document, prediction, part, _moved_answer(found, part.start))
    return True


def next_part(unread_parts: Sequence[Part], visible_start: int) -> Part:
    """Return the first part that does not end before `visible_start`, else the first one."""
    return next((part for part in unread_parts if part.end > visible_start), unread_parts[0])


def undisputed(
    new: Iterable[SpanRecord], present: Sequence[SpanRecord], flat: bool
) -> list[SpanRecord]:
    """Return the new suggestions that contradict nothing present: no live span has their position
    or conflicts with them, and none was rejected as the very same."""
    conflicting = conflict_rule(flat)
    rejected = {key_of(span) for span in present if span.status == "rejected"}
    live = [span for span in present if span.status != "rejected"]

    def contradicts(span: SpanRecord, other: SpanRecord) -> bool:
        return (span.start, span.end) == (other.start, other.end) or conflicting(span, other)

    return [
        span
        for span in new
        if key_of(span) not in rejected and not any(contradicts(span, other) for other in live)
    ]


def _add(
    session: Session, document: Document, prediction: AnnotationSet, part: Part, found: Answer
) -> None:
    """Add a part's suggestions to the prediction and to the drafts that began from it."""
    names = label_names.current(session, document.project_id)
    spans = _keyed(suggest.spans_of(found, names), part)
    flat = not projects.get(session, document.project_id).nested
    for draft in annotation_sets.drafts_from(session, prediction.id):
        present = [
            span for span in annotation_sets.every_span_of(session, draft) if overlap(span, part)
        ]
        annotation_sets.add_spans(session, draft, undisputed(spans, present, flat))
    provenance = _extended(prediction, part, suggest.provenance_of(found, names), found)
    annotation_sets.add_spans(session, prediction, spans)
    prediction.provenance = provenance
    session.flush()


def _keyed(spans: Iterable[SpanRecord], part: Part) -> list[SpanRecord]:
    """The spans, with the part in the keys of those that are numbered from 1 in each."""

    def key(span: SpanRecord) -> str:
        model, _, number = span.key.partition(".")
        return f"{model}.{part.start}.{number}" if span.source == "model" else span.key

    return [replace(span, key=key(span)) for span in spans]


def _extended(
    prediction: AnnotationSet, part: Part, new: Mapping[str, Any], found: Answer
) -> dict[str, Any]:
    """The prediction's provenance once the part is read; when the last one is, that of a document
    read in one go. It names what was learnt when the first part was read, so that all is suggested
    anew once more is learnt."""
    old = prediction.provenance
    remaining = [[*_numbers(other)] for other in unread(prediction) if other != part]
    merged: dict[str, Any] = {**old, "unread": remaining}
    for name in ("hints", "uncovered"):
        merged[name] = sorted([*old[name], *new[name]])
    first = sum(other.sentences for other in unread(prediction)) == old["sentences"]
    if "instant" in old or "instant" in new:
        known = new.get("instant") if first else old.get("instant")
        documents_learnt = max(
            origin.get("instant", {}).get("documents", 0) for origin in (old, new)
        )
        by_model = instant.model_entities(prediction)
        by_part = found.merged.by_model if found.merged else found.entities
        merged["instant"] = {
            "lesson": known["lesson"] if known else None,
            "documents": documents_learnt,
            "model": instant.plain([*by_model, *by_part]),
        }
    if not remaining:
        del merged["unread"], merged["sentences"]
    return merged


def _numbers(part: Part) -> tuple[int, int, int]:
    return part.start, part.end, part.sentences


def _moved_answer(found: Answer, by: int) -> Answer:
    """An answer about a part as one about the document."""
    merged = found.merged
    return replace(
        found,
        entities=_moved(found.entities, by),
        hints=_moved(found.hints, by),
        uncovered=_moved(found.uncovered, by),
        merged=merged
        and replace(
            merged,
            entities=_moved(merged.entities, by),
            by_model=_moved(merged.by_model, by),
            instant=frozenset(
                (start + by, end + by, label) for start, end, label in merged.instant
            ),
        ),
    )


def _moved(intervals: Iterable[Interval], by: int) -> tuple[Interval, ...]:
    return tuple(replace(item, start=item.start + by, end=item.end + by) for item in intervals)
