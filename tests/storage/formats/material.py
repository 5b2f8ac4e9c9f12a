"""Documents made for the formats' tests: nested, crossing, in any script, or empty of words."""

from __future__ import annotations

import io
from typing import Any

from hypothesis import strategies as st

from storage import formats
from storage.enums import SOURCES
from storage.formats.export_tally import Written
from storage.records import DocumentRecord, Record, SpanRecord

TEXT = "😊 Bank of China hired Ms. Haag.\n"
BANK = SpanRecord(2, 15, "ORG", key="a")
CHINA = SpanRecord(10, 15, "LOC", key="b")
HAAG = SpanRecord(22, 30, "PER", key="c")
DOCUMENT = DocumentRecord(text=TEXT, name="bank", entities=(BANK, CHINA, HAAG))
"""The test text of every format: an astral character at the start, an entity in another."""

READ_AS = dict.fromkeys(("conll2003", "bio", "iob1", "bioes"), "conll")
"""Formats that are read by a reader of another name."""

_pieces = st.one_of(
    st.sampled_from(
        [
            "Anna",
            "Bank of China",
            "Kyiv's",
            "😊",
            "👩‍👩‍👧",
            "é",
            "e\u0301",
            "東京",
            "שלום",
            "مرحبا",
            "\u202e",
        ]
    ),
    st.sampled_from(
        [" ", "  ", "\n", "\r\n", "\t", "\u00a0", "\u2028", "\u200b", "-", ".", "\\", '"']
    ),
    st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=4),
)
texts = st.lists(_pieces, min_size=1, max_size=12).map("".join)
_labels = st.sampled_from(["ORG", "PER", "LOC", "Ort"])
_json = st.dictionaries(
    st.sampled_from(["source", "x y", "é", "username"]), st.integers() | st.text("aé "), max_size=2
)


@st.composite
def _spans(draw: st.DrawFn, text: str, decided: bool) -> tuple[SpanRecord, ...]:
    statuses = ["accepted", "accepted", "rejected"] + ([] if decided else ["suggested"])
    spans: dict[tuple[int, int, str], SpanRecord] = {}
    for number in range(draw(st.integers(0, 5))):
        start = draw(st.integers(0, len(text) - 1))
        end = draw(st.integers(start + 1, min(len(text), start + 12)))
        label = draw(_labels)
        spans[start, end, label] = SpanRecord(
            start,
            end,
            label,
            status=draw(st.sampled_from(statuses)),
            score=draw(st.none() | st.floats(0, 1)),
            source=draw(st.sampled_from(SOURCES)),
            key=f"k{number}",
        )
    return tuple(spans.values())


@st.composite
def documents(draw: st.DrawFn) -> DocumentRecord:
    """A document as the database could hold it: submitted ones are decided through and through."""
    text = draw(texts)
    status: Any = draw(st.sampled_from([None, "new", "in_progress", "submitted", "skipped"]))
    looked = status == "submitted" or draw(st.booleans())
    return DocumentRecord(
        text=text,
        name=draw(st.sampled_from(["bank", "a document", "ö-1"])),
        entities=draw(_spans(text, status == "submitted")) if looked else None,
        split=draw(st.sampled_from([None, "train", "dev", "holdout"])),
        status=status,
        provenance=draw(st.sampled_from([{}, {"person": "Ann"}, {"person": "Ann", "seed": 1}])),
        meta=draw(_json),
        comment=draw(st.sampled_from(["", "Is this one?"])),
    )


def written(documents: list[DocumentRecord], format: str) -> tuple[bytes, Written]:
    out = io.BytesIO()
    tally = formats.write(documents, format, out)
    return out.getvalue(), tally


def read(content: bytes, format: str, name: str = "f.x") -> list[Any]:
    return list[Record](formats.read(content, format, name))
