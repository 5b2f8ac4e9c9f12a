"""Column files out: 2003 columns or two, with BIO, IOB1 or BIOES tags.

These formats are flat and tied to words. Of overlapping entities the outermost is written;
the others, and those that do not begin and end where words do, are named in the tally.
A blank in a label becomes `_`, because blanks part the columns.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import BinaryIO, Literal

from core.text.tag_schemes import Scheme, encode_tags
from core.text.tokenization import tokenize
from core.types import Span, Token
from storage.formats.export_tally import Written, accepted, count_document, count_span, lost
from storage.records import DocumentRecord, SpanRecord

ConllFormat = Literal["conll2003", "bio", "iob1", "bioes"]
_SCHEMES: dict[ConllFormat, Scheme] = {
    "conll2003": "BIO",
    "bio": "BIO",
    "iob1": "IOB1",
    "bioes": "BIOES",
}


def write_conll(
    documents: Iterable[DocumentRecord], out: BinaryIO, *, format: ConllFormat
) -> Written:
    """Writes each document behind a `-DOCSTART-`; a line end in the text ends a sentence."""
    written = Written()
    middle = " -X- -X-" if format == "conll2003" else ""
    for document in documents:
        tokens = tokenize(document.text)
        if not tokens:
            written.refused.append(f"{document.name}: holds no words")
            continue
        tags, breaks = _tagged(document, tokens, _SCHEMES[format], written)
        words = [document.text[token.start : token.end] for token in tokens]
        out.write(f"-DOCSTART-{middle} O\n\n".encode())
        for index, (word, tag) in enumerate(zip(words, tags, strict=True)):
            gap = "\n" if index in breaks else ""
            out.write(f"{gap}{word}{middle} {tag}\n".encode())
        out.write(b"\n")
        count_document(document, written)
        gaps = ("\n" if index in breaks else " " for index in range(1, len(words)))
        spaced = words[0] + "".join(map("".join, zip(gaps, words[1:], strict=True)))
        written.properties.update(["spacing"] if spaced != document.text else [])
    return written


def _tagged(
    document: DocumentRecord, tokens: tuple[Token, ...], scheme: Scheme, written: Written
) -> tuple[tuple[str, ...], frozenset[int]]:
    """The tags, and the words before which a sentence ends. Losses go into the tally."""
    aligned = _aligned(document, tokens, written)
    tags, dropped = encode_tags(aligned, len(tokens), scheme)
    for span in dropped:
        entity = aligned[span]
        written.nested.append(lost(document, entity.start, entity.end, entity.label))
    written_spans = aligned.keys() - set(dropped)
    for span in written_spans:
        count_span(aligned[span], written)
    inside = {index for span in written_spans for index in range(span.start + 1, span.end)}
    breaks = frozenset(
        index
        for index in range(1, len(tokens))
        if index not in inside
        and "\n" in document.text[tokens[index - 1].end : tokens[index].start]
    )
    return tags, breaks


def _aligned(
    document: DocumentRecord, tokens: tuple[Token, ...], written: Written
) -> dict[Span, SpanRecord]:
    """The accepted entities by the words that they are."""
    starts = {token.start: index for index, token in enumerate(tokens)}
    ends = {token.end: index + 1 for index, token in enumerate(tokens)}
    spans: dict[Span, SpanRecord] = {}
    for entity in accepted(document, written):
        if entity.start not in starts or entity.end not in ends:
            written.unaligned.append(lost(document, entity.start, entity.end, entity.label))
            continue
        label = "_".join(entity.label.split())
        written.properties.update(["blanks in labels"] if label != entity.label else [])
        span = Span(starts[entity.start], ends[entity.end], label)
        if span in spans:
            written.nested.append(lost(document, entity.start, entity.end, entity.label))
        spans.setdefault(span, entity)
    return spans
