"""Documents cut into their sentences, each a document of its own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from core.segmentation import sentences
from core.tokenization import tokenize
from storage.records import DocumentRecord, Record, SpanRecord


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


def _cut(record: DocumentRecord) -> Iterator[DocumentRecord]:
    stretches = _whole(record)
    if len(stretches) < 2:
        yield record
        return
    for number, (start, end) in enumerate(stretches, 1):
        yield replace(
            record,
            text=record.text[start:end],
            name=f"{record.name} · {number}",
            entities=None if record.entities is None else _inside(record.entities, start, end),
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


def _inside(spans: Iterable[SpanRecord], start: int, end: int) -> tuple[SpanRecord, ...]:
    return tuple(
        replace(span, start=span.start - start, end=span.end - start)
        for span in spans
        if start <= span.start and span.end <= end
    )
