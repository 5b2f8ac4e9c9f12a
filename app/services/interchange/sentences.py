"""Documents cut into their sentences, each a document of its own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from core.text.segmentation import sentences
from core.text.tokenization import tokenize
from storage.records import BadRecord, DocumentRecord, Record, SpanRecord


def by_sentence(records: Iterable[Record]) -> Iterator[Record]:
    """Every sentence of every document, with its entities and the place it came from.

    Sentences that one entity spans stay together. Bad records and documents without a word are
    passed on as they are.
    """
    for record in records:
        if isinstance(record, DocumentRecord):
            yield from _cut(record)
        else:
            yield record


def _cut(record: DocumentRecord) -> Iterator[Record]:
    trimmed = [_trimmed(record.text, span) for span in record.entities or ()]
    record = replace(record, entities=None if record.entities is None else tuple(trimmed))
    stretches = _whole(record)
    lost = [span for span in trimmed if not _holds(stretches, span)]
    if lost and len(stretches) > 1:
        yield BadRecord(
            record.line,
            f"entity [{lost[0].start}, {lost[0].end}) {lost[0].label!r} is not within a single "
            "sentence; import the document whole, or fix the entity",
        )
        return
    if len(stretches) < 2:
        yield record
        return
    for number, (start, end) in enumerate(stretches, 1):
        yield replace(
            record,
            text=record.text[start:end],
            name=f"{record.name} · {number}",
            entities=None if record.entities is None else _inside(record.entities, start, end),
            notes=record.notes if number == 1 else (),  # once, or their counts would be added up
            meta={**record.meta, "part_of": record.name, "part": number, "offset": start},
        )


def _whole(record: DocumentRecord) -> list[tuple[int, int]]:
    """The sentences' stretches of the text, joined where an entity goes on into the next."""
    tokens = tokenize(record.text)
    joined: list[tuple[int, int]] = []
    for first, last in sentences(record.text, tokens):
        start, end = tokens[first].start, tokens[last - 1].end
        spanned = joined and any(
            span.start < joined[-1][1] and span.end > start for span in record.entities or ()
        )
        if spanned:
            start = joined.pop()[0]
        joined.append((start, end))
    return joined


def _trimmed(text: str, span: SpanRecord) -> SpanRecord:
    """The span without white space at its ends, which belongs to no sentence."""
    words = text[span.start : span.end]
    start = span.start + len(words) - len(words.lstrip())
    end = span.end - len(words) + len(words.rstrip())
    return replace(span, start=start, end=end) if start < end else span


def _holds(stretches: Iterable[tuple[int, int]], span: SpanRecord) -> bool:
    return any(start <= span.start and span.end <= end for start, end in stretches)


def _inside(spans: Iterable[SpanRecord], start: int, end: int) -> tuple[SpanRecord, ...]:
    return tuple(
        replace(span, start=span.start - start, end=span.end - start)
        for span in spans
        if start <= span.start and span.end <= end
    )
