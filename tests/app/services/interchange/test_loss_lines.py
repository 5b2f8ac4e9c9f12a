"""What a file does not hold is told in words, whatever a format counts."""

from __future__ import annotations

import re

import pytest

from app.services.interchange.loss_lines import WORDS, loss_lines
from app.settings import ROOT
from core.types import Confidence
from storage.formats.export_tally import Written, count_document, count_span
from storage.records import DocumentRecord, History, SpanRecord

SPAN = SpanRecord(
    0,
    4,
    "PER",
    "suggested",
    score=0.9,
    source="model",
    key="e1",
    confidence=Confidence(1, 1, 1, 1, 1),
)
FULL = DocumentRecord(
    "Anna",
    name="a",
    split="train",
    status="skipped",
    provenance={"imported": "f"},
    meta={"year": 1},
    comment="see",
    skip_reason="no",
    history=History(),
    entities=(SPAN,),
)


def counted_by_formats() -> set[str]:
    """Every name that a format gives to a loss: those of documents and spans, and its own."""
    written = Written()
    count_document(FULL, written)
    count_span(SPAN, written)
    sources = "\n".join(path.read_text() for path in (ROOT / "storage/formats").glob("*.py"))
    named = re.findall(r'properties(?:\.update\([\[{]|\[)"([^"]+)"', sources)
    return {*written.properties, *named}


def test_whatever_a_format_counts_has_its_words() -> None:
    names = counted_by_formats()
    assert {"id", "spacing", "prefixed", "blanks in labels", "history"} <= names
    assert names == set(WORDS)


@pytest.mark.parametrize(
    ("name", "number", "line"),
    [
        ("id", 8, "ids of 8 entities"),
        ("id", 1, "id of 1 entity"),
        ("rowless", 1, "1 document without entities"),
        ("text", 1234, "texts of 1,234 documents"),
    ],
)
def test_a_loss_is_counted_in_words(name: str, number: int, line: str) -> None:
    written = Written()
    written.properties[name] = number
    assert loss_lines(written) == (line,)


def test_what_was_not_accepted_is_told_and_what_never_happened_is_not() -> None:
    written = Written(undecided=2)
    written.properties["id"] = 0
    assert loss_lines(written) == ("2 suggestions not accepted",)
