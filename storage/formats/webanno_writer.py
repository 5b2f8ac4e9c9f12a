"""WebAnno TSV 3.3 out: a ZIP archive of one `.tsv` file a document, for INCEpTION and WebAnno.

Sentences end where lines end, and their `#Text` reaches to where the next one begins, so that the
whole text is in the file. A part of a word is a sub-token. White space is a token where an entity
begins or ends in it, and at the head of a text unless it is blanks. Offsets are UTF-16 units.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import BinaryIO

from core.text.tokenization import tokenize
from storage.formats.export_tally import Written, accepted, count_document, count_span
from storage.formats.offsets import Ruler
from storage.formats.webanno_escapes import FEATURE, LAYER, escape_text, escape_value
from storage.formats.zip_writer import Pack
from storage.records import DocumentRecord, SpanRecord

_HEADER = f"#FORMAT=WebAnno TSV 3.3\n#T_SP={LAYER}|{FEATURE}\n\n"
Unit = tuple[int, int]


def write_webanno(documents: Iterable[DocumentRecord], out: BinaryIO) -> Written:
    """Writes every accepted entity, nested and crossing ones too."""
    written = Written()
    with Pack(out) as pack:
        for document in documents:
            spans = tuple(accepted(document, written))
            stem = pack.stem(document.name)
            pack.add(f"{stem}.tsv", (_HEADER + "".join(_sentences(document, spans))).encode())
            count_document(document, written, pack.held_by_name(stem, document.name))
            for span in spans:
                count_span(span, written)
    return written


def _sentences(document: DocumentRecord, spans: Sequence[SpanRecord]) -> Iterator[str]:
    text = document.text
    ruler = Ruler(text, "UTF-16 units")
    tokens = _tokens(text, spans)
    cells = _cells(tokens, spans)
    breaks = _breaks(text, tokens, spans)
    for number, (first, after) in enumerate(pairwise([*breaks, len(tokens)]), 1):
        end = tokens[after][0] if after < len(tokens) else len(text)
        lines = text[tokens[first][0] : end].split("\n")
        yield "\n" + "".join(f"#Text={escape_text(line)}\n" for line in lines)
        for index in range(first, after):
            token_id = f"{number}-{index - first + 1}"
            yield from _rows(token_id, text, ruler, tokens[index], cells[index])


def _rows(
    token_id: str, text: str, ruler: Ruler, token: Unit, cells: dict[Unit, list[str]]
) -> Iterator[str]:
    """A token's line, and one for each part of it that an entity begins or ends in."""
    parts = [(token_id, token)]
    parts += [(f"{token_id}.{n}", unit) for n, unit in enumerate(sorted(cells.keys() - {token}), 1)]
    for name, (start, end) in parts:
        form = escape_text(text[start:end])
        cell = "|".join(cells.get((start, end), ())) or "_"
        yield f"{name}\t{ruler.units(start)}-{ruler.units(end)}\t{form}\t{cell}\n"


def _tokens(text: str, spans: Sequence[SpanRecord]) -> list[Unit]:
    """The words, and the white space between them that an entity begins or ends in."""
    words = [(token.start, token.end) for token in tokenize(text)]
    edges = [0, *(edge for word in words for edge in word), len(text)]
    gaps = [(edges[i], edges[i + 1]) for i in range(0, len(edges), 2) if edges[i] < edges[i + 1]]
    starts = [start for start, _ in gaps]
    needed = {gap for gap in gaps[:1] if gap[0] == 0 and (text[: gap[1]].strip(" ") or not words)}
    for span in spans:
        for code_point in (span.start, span.end - 1):
            at = bisect_right(starts, code_point) - 1
            if at >= 0 and code_point < gaps[at][1]:
                needed.add(gaps[at])
    return sorted([*words, *needed])


def _cells(tokens: Sequence[Unit], spans: Sequence[SpanRecord]) -> list[dict[Unit, list[str]]]:
    """For each token the values of its own line and of its parts."""
    cells: list[dict[Unit, list[str]]] = [{} for _ in tokens]
    ends = [end for _, end in tokens]
    for number, span in enumerate(spans, 1):
        value = f"{escape_value(span.label)}[{number}]"
        at = bisect_right(ends, span.start)
        while at < len(tokens) and tokens[at][0] < span.end:
            start, end = tokens[at]
            unit = (max(start, span.start), min(end, span.end))
            cells[at].setdefault(unit, []).append(value)
            at += 1
    return cells


def _breaks(text: str, tokens: Sequence[Unit], spans: Sequence[SpanRecord]) -> list[int]:
    """The tokens that begin a sentence: after a line end, and never inside of an entity."""
    inside = {
        index
        for span in spans
        for index in range(
            bisect_left(tokens, (span.start + 1, 0)), bisect_left(tokens, (span.end, 0))
        )
    }
    breaks = [0] if tokens else []
    for index in range(1, len(tokens)):
        gap = text[tokens[index - 1][1] : tokens[index][0]]
        if "\n" in gap and index not in inside:
            breaks.append(index)
    return breaks
