"""Words cut where entities begin and end, for the formats whose entities are runs of tokens.

A cut word loses nothing: "Londoners" with "London" marked becomes "London" and "ers".
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from core.text.tokenization import tokenize
from storage.formats.export_tally import Written, accepted, count_document, count_span, lost
from storage.records import DocumentRecord, SpanRecord


@dataclass(frozen=True, slots=True)
class Piece:
    """A token in code points, end exclusive, and whether a blank that it owns follows it."""

    start: int
    end: int
    blank: bool = False


@dataclass(frozen=True, slots=True)
class TokenView:
    """A document as words, and its entities as runs of them, end exclusive."""

    words: list[str]
    entities: list[tuple[int, int, SpanRecord]]


def words_of(text: str, spans: Iterable[SpanRecord]) -> list[Piece]:
    """The words of the text, cut at every edge of a span that lies inside of one."""
    edges = sorted({edge for span in spans for edge in (span.start, span.end)}, reverse=True)
    pieces = []
    for token in tokenize(text):
        start = token.start
        while edges and edges[-1] <= start:
            edges.pop()
        while edges and edges[-1] < token.end:
            pieces.append(Piece(start, edges[-1]))
            start = edges.pop()
        pieces.append(Piece(start, token.end))
    return pieces


def covering(text: str, spans: Iterable[SpanRecord]) -> list[Piece]:
    """The words and, as spaCy has it, the white space between them as tokens of their own.

    Each edge of a span is an edge of a token. One blank after a word belongs to that word unless
    a span begins or ends with it, so that the tokens with their blanks spell the text exactly.
    """
    marked = list(spans)
    starts, ends = {span.start for span in marked}, {span.end for span in marked}
    edges = sorted(starts | ends)
    covered: list[Piece] = []
    at = 0
    for word in [*words_of(text, marked), Piece(len(text), len(text))]:
        if at < word.start:
            if covered and text[at] == " " and at not in starts and at + 1 not in ends:
                covered[-1] = Piece(covered[-1].start, covered[-1].end, blank=True)
                at += 1
            cuts = edges[bisect_right(edges, at) : bisect_left(edges, word.start)]
            for cut in (*cuts, word.start) if at < word.start else ():
                covered.append(Piece(at, cut))
                at = cut
        covered.append(word)
        at = word.end
    return covered[:-1]


def in_words(
    documents: Iterable[DocumentRecord], written: Written
) -> Iterator[tuple[DocumentRecord, TokenView]]:
    """The documents as words, counted, for a format that keeps their names; one without any word
    is refused."""
    for document in documents:
        if not document.text.strip():
            written.refused.append(f"{document.name}: has no words")
            continue
        view = token_view(document, written)
        count_document(document, written, ("name",))
        for _, _, span in view.entities:
            count_span(span, written)
        yield document, view


def token_view(document: DocumentRecord, written: Written) -> TokenView:
    """The accepted entities on the document's words; the others go into the tally.

    An entity that begins or ends with white space cannot be told in words.
    """
    spans = list(accepted(document, written))
    pieces = words_of(document.text, spans)
    starts = {piece.start: index for index, piece in enumerate(pieces)}
    ends = {piece.end: index + 1 for index, piece in enumerate(pieces)}
    entities = []
    for span in spans:
        if span.start in starts and span.end in ends:
            entities.append((starts[span.start], ends[span.end], span))
        else:
            written.unaligned.append(lost(document, span.start, span.end, span.label))
    words = [document.text[piece.start : piece.end] for piece in pieces]
    if " ".join(words) != document.text:
        written.properties["spacing"] += 1
    return TokenView(words, entities)
