"""Documents for many workers: the sentences of our own samples, so many to a document."""

from __future__ import annotations

from itertools import cycle, islice

from app.settings import ROOT
from core.text.segmentation import sentences
from core.text.tokenization import tokenize

SAMPLES = ROOT / "assets" / "samples"


def texts(count: int, size: int) -> list[str]:
    """So many different documents of `size` sentences, a sentence a line."""
    lines = cycle(_sentences())
    return ["\n".join([f"Report {n}.", *islice(lines, size - 1)]) for n in range(count)]


def _sentences() -> list[str]:
    result = []
    for path in sorted(SAMPLES.glob("*.txt")):
        text = path.read_text("utf-8")
        tokens = tokenize(text)
        result += [text[tokens[a].start : tokens[b - 1].end] for a, b in sentences(text, tokens)]
    return result
