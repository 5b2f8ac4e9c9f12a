"""What a writer wrote, and what its format could not hold."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field

from storage.records import DocumentRecord, LostEntity, SpanRecord


@dataclass(slots=True)
class Written:
    """The tally of an export, filled while it is written."""

    documents: int = 0
    entities: int = 0
    """Entities in the file."""
    labels: Counter[str] = field(default_factory=Counter)
    """Accepted entities in the file by label."""
    splits: Counter[str] = field(default_factory=Counter)
    """Documents in the file by split; those without one under ""."""
    nested: list[LostEntity] = field(default_factory=list)
    """Entities left out because they overlap a longer one and the format is flat."""
    unaligned: list[LostEntity] = field(default_factory=list)
    """Entities left out because they do not begin and end where words do."""
    textless: int = 0
    """Entities left out because the format holds text alone."""
    undecided: int = 0
    """Suggestions, open or rejected, left out because the format holds what is accepted."""
    refused: list[str] = field(default_factory=list)
    """Documents left out because the format cannot hold their text, with the reason."""
    properties: Counter[str] = field(default_factory=Counter)
    """What else was left out, counted by name: a document's name, split, status,
    provenance, meta, comment, skip_reason, history, `answers` (other people's) or `unread` (nobody
    has looked at it, and the format can only say "no entities"); a span's score, source, id or
    confidence; `spacing` (texts that became their words joined by spaces) and a format's own."""


def lost(document: DocumentRecord, start: int, end: int, label: str) -> LostEntity:
    return LostEntity(document.name, start, end, label, document.text[start:end])


def accepted(document: DocumentRecord, written: Written) -> Iterator[SpanRecord]:
    """The accepted entities; the others are counted as undecided."""
    for span in document.entities or ():
        if span.status == "accepted":
            yield span
        else:
            written.undecided += 1


def unread(document: DocumentRecord) -> bool:
    """Whether "no entities" would claim more than is known: nobody has decided anything."""
    if document.entities is None:
        return True
    decided = any(span.status == "accepted" for span in document.entities)
    return not decided and document.status in ("new", "skipped")


def add_document(document: DocumentRecord, written: Written) -> None:
    """Counts a document that is in the file, and whether others' answers to it are not."""
    written.documents += 1
    written.splits[document.split or ""] += 1
    if document.other_answers:
        written.properties["answers"] += 1


def add_span(span: SpanRecord, written: Written) -> None:
    """Counts an entity that is in the file."""
    written.entities += 1
    if span.status == "accepted":
        written.labels[span.label] += 1


def count_document(document: DocumentRecord, written: Written, keeps: Collection[str] = ()) -> None:
    """Counts the document, and its properties that the format does not keep.

    A status is lost where it is not the one that an import assumes.
    """
    add_document(document, written)
    assumed = "new" if unread(document) else "submitted"
    there = {
        "name": document.name,
        "split": document.split,
        "status": document.status not in (None, assumed),
        "provenance": document.provenance,
        "meta": document.meta,
        "comment": document.comment,
        "skip_reason": document.skip_reason,
        "history": document.history,
        "unread": unread(document),
    }
    written.properties.update(name for name, value in there.items() if value and name not in keeps)


def count_span(span: SpanRecord, written: Written, keeps: Collection[str] = ()) -> None:
    """Counts an entity that is in the file, and its properties that the format does not keep.

    A person's entity is the rule, so only a machine's is said to lose its source.
    """
    add_span(span, written)
    there = {
        "score": span.score is not None,
        "source": span.source != "person",
        "id": span.key,
        "confidence": span.confidence,
    }
    written.properties.update(name for name, value in there.items() if value and name not in keeps)
