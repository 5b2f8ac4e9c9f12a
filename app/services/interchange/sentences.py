"""Documents cut into their sentences, each a document of its own."""

from __future__ import annotations

from bisect import bisect_right
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
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
    if len(stretches) < 2:
        yield record
        return
    indices = _indices(stretches, trimmed)
    lost = next((s for s, index in zip(trimmed, indices, strict=True) if index is None), None)
    if lost is not None:
        yield BadRecord(
            record.line,
            f"entity [{lost.start}, {lost.end}) {lost.label!r} is not within a single "
            "sentence; import the document whole, or fix the entity",
        )
        return
    inside: list[list[SpanRecord]] = [[] for _ in stretches]
    for span, index in zip(trimmed, indices, strict=True):
        if index is not None:
            start, _ = stretches[index]
            inside[index].append(replace(span, start=span.start - start, end=span.end - start))
    for number, ((start, end), spans) in enumerate(zip(stretches, inside, strict=True), 1):
        yield replace(
            record,
            text=record.text[start:end],
            name=f"{record.name} · {number}",
            entities=None if record.entities is None else tuple(spans),
            notes=record.notes if number == 1 else (),  # once, or their counts would be added up
            meta={**record.meta, "part_of": record.name, "part": number, "offset": start},
        )


def _whole(record: DocumentRecord) -> list[tuple[int, int]]:
    """The sentences' stretches of the text, joined where an entity goes on into the next."""
    tokens = tokenize(record.text)
    spans = deque(sorted((span.start, span.end) for span in record.entities or ()))
    joined: list[tuple[int, int]] = []
    furthest = 0
    for first, last in sentences(record.text, tokens):
        start, end = tokens[first].start, tokens[last - 1].end
        while joined and spans and spans[0][0] < joined[-1][1]:
            furthest = max(furthest, spans.popleft()[1])
        if furthest > start:
            start = joined.pop()[0]
        joined.append((start, end))
    return joined


def _indices(stretches: Sequence[tuple[int, int]], spans: Iterable[SpanRecord]) -> list[int | None]:
    """In which stretch each span lies; None for one that lies in none."""
    starts = [start for start, _ in stretches]
    indices: list[int | None] = []
    for span in spans:
        index = bisect_right(starts, span.start) - 1
        holds = index >= 0 and span.end <= stretches[index][1]
        indices.append(index if holds else None)
    return indices


def _trimmed(text: str, span: SpanRecord) -> SpanRecord:
    """The span without white space at its ends, which belongs to no sentence."""
    words = text[span.start : span.end]
    start = span.start + len(words) - len(words.lstrip())
    end = span.end - len(words) + len(words.rstrip())
    return replace(span, start=start, end=end) if start < end else span
