"""Documents cut into sentences lose nothing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.services.interchange.sentences import by_sentence
from storage.records import BadRecord, DocumentRecord, SpanRecord


def test_each_sentence_becomes_a_document_with_its_entities() -> None:
    record = DocumentRecord(
        "Ada ran. Bo Li sat.", "news", (SpanRecord(0, 3, "PER"), SpanRecord(9, 14, "PER"))
    )

    first, second = by_sentence([record])

    assert isinstance(first, DocumentRecord)
    assert isinstance(second, DocumentRecord)
    assert (first.name, first.text, first.entities) == (
        "news · 1",
        "Ada ran.",
        (SpanRecord(0, 3, "PER"),),
    )
    assert (second.text, second.entities) == ("Bo Li sat.", (SpanRecord(0, 5, "PER"),))
    assert second.meta == {"part_of": "news", "part": 2, "offset": 9}


def test_sentences_that_an_entity_spans_stay_together() -> None:
    record = DocumentRecord("He read Who? Me. Then he slept.", "n", (SpanRecord(8, 16, "MISC"),))

    texts = [piece.text for piece in by_sentence([record]) if isinstance(piece, DocumentRecord)]

    assert texts == ["He read Who? Me.", "Then he slept."]


def test_white_space_at_an_entitys_ends_does_not_lose_it() -> None:
    record = DocumentRecord("  Bob came xx. Anna left.", "x", (SpanRecord(0, 5, "PER"),))

    first, _ = by_sentence([record])

    assert isinstance(first, DocumentRecord)
    assert first.entities == (SpanRecord(0, 3, "PER"),)


def test_bad_records_and_single_sentences_are_passed_on() -> None:
    bad, single = BadRecord(3, "no text"), DocumentRecord("One only.", "one")

    assert list(by_sentence([bad, single])) == [bad, single]


def test_a_document_that_nobody_looked_at_has_pieces_that_nobody_looked_at() -> None:
    pieces = by_sentence([DocumentRecord("A b. C d.", "x")])

    assert [piece.entities for piece in pieces if isinstance(piece, DocumentRecord)] == [None, None]


@pytest.mark.timeout(60)  # with the square of the number it takes minutes
def test_a_text_of_many_sentences_and_entities_is_cut_in_linear_time() -> None:
    sentence = "Ada ran. "
    starts = range(0, 40_000 * len(sentence), len(sentence))
    spans = tuple(SpanRecord(start, start + 3, "PER") for start in starts)

    pieces = list(by_sentence([DocumentRecord(sentence * 40_000, "x", spans)]))

    assert len(pieces) == 40_000


@given(st.text(max_size=60), st.lists(st.tuples(st.integers(0, 59), st.integers(1, 20))))
def test_every_entity_keeps_its_words(text: str, locations: list[tuple[int, int]]) -> None:
    spans = tuple(
        SpanRecord(start, min(start + size, len(text)), "X", key=str(number))
        for number, (start, size) in enumerate(locations)
        if start < len(text)
        and text[start].isalnum()
        and text[min(start + size, len(text)) - 1].isalnum()
    )
    pieces = list(by_sentence([DocumentRecord(text, "x", spans)]))

    stored = {
        span.key: piece.text[span.start : span.end]
        for piece in pieces
        if isinstance(piece, DocumentRecord)
        for span in piece.entities or ()
    }
    assert stored == {span.key: text[span.start : span.end] for span in spans}
