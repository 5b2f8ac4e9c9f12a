"""spaCy's DocBin: read back by spaCy, exact texts, and hostile numbers inside."""

from __future__ import annotations

import pickle
import struct
import zlib
from pathlib import Path
from typing import Any

import pytest
import spacy
from hypothesis import given, settings

from storage import formats
from storage.records import BadRecord, Counted, DocumentRecord, SpanRecord
from tests.payload import Touch
from tests.storage.formats.material import DOCUMENT, TEXT, documents, read, written

srsly = pytest.importorskip("srsly")


def docs(content: bytes) -> list[Any]:
    docbin = spacy.tokens.DocBin().from_bytes(content)
    return list(docbin.get_docs(spacy.blank("xx").vocab))


def trashed(*made: Any, **options: Any) -> bytes:
    content: bytes = spacy.tokens.DocBin(docs=made, **options).to_bytes()
    return content


def doc(text: str) -> Any:
    return spacy.blank("xx")(text)


def locations(document: DocumentRecord) -> set[tuple[int, int, str]]:
    return {(s.start, s.end, s.label) for s in document.entities or ()}


def test_spacy_reads_the_test_text_nested_spans_and_outermost_entities() -> None:
    content, tally = written([DOCUMENT], "spacy")
    (back,) = docs(content)

    assert back.text == TEXT
    assert [(s.text, s.label_) for s in back.spans["sc"]] == [
        ("Bank of China", "ORG"), ("China", "LOC"), ("Ms. Haag", "PER"),
    ]  # fmt: skip
    assert [(s.text, s.label_) for s in back.ents] == [
        ("Bank of China", "ORG"), ("Ms. Haag", "PER"),
    ]  # fmt: skip
    assert (tally.entities, tally.unaligned) == (3, [])


@settings(max_examples=25)
@given(document=documents())
def test_spacys_text_is_exact_and_its_spans_are_ours(document: DocumentRecord) -> None:
    (back,) = docs(written([document], "spacy")[0])
    accepted = {
        (s.start, s.end, s.label) for s in document.entities or () if s.status == "accepted"
    }

    assert back.text == document.text
    assert {(s.start_char, s.end_char, s.label_) for s in back.spans.get("sc", ())} == accepted


def test_entities_and_spans_of_other_makers_are_read_together() -> None:
    made = doc("Anna saw Rome")
    made.ents = [spacy.tokens.Span(made, 0, 1, "PER")]
    made.spans["sc"] = [spacy.tokens.Span(made, 2, 3, "LOC")]
    made.spans["ruler"] = [spacy.tokens.Span(made, 1, 2, "VERB")]
    (document,) = read(trashed(made), "spacy", "corpus.spacy")

    assert locations(document) == {(0, 4, "PER"), (9, 13, "LOC")}
    assert document.name == "corpus:1"
    assert document.notes == ("span groups skipped: ruler",)


@pytest.mark.parametrize("grouped", [False, True])
def test_categories_and_identifiers_are_counted(grouped: bool) -> None:
    made = doc("Anna saw Rome")
    spans = [
        spacy.tokens.Span(made, 0, 1, "PER", kb_id="Q1"),
        spacy.tokens.Span(made, 2, 3, "LOC", kb_id="Q220", span_id="rome"),
    ]
    made.ents = spans
    if grouped:
        made.spans["sc"] = spans
    made.cats = {"news": 1.0, "sports": 0.0}
    attributes = ["ORTH", "ENT_IOB", "ENT_TYPE", "ENT_KB_ID", "ENT_ID"]
    (document,) = read(trashed(made, attrs=attributes), "spacy")

    assert locations(document) == {(0, 4, "PER"), (9, 13, "LOC")}
    assert document.notes == (
        Counted("categories of texts (cats) left out", 2),
        Counted("links to a knowledge base (kb_id) left out", 2),
        Counted("identifiers of entities (id) left out", 1),
    )


def test_without_the_usual_group_every_group_is_read() -> None:
    made = doc("Anna saw Rome")
    made.spans["mine"] = [spacy.tokens.Span(made, 2, 3, "LOC")]
    (document,) = read(trashed(made), "spacy")

    assert locations(document) == {(9, 13, "LOC")}


def test_incorrect_spans_are_entities_that_were_refused() -> None:
    made, undecided = doc("Anna saw Rome"), doc("Anna saw Rome")
    made.set_ents([spacy.tokens.Span(made, 0, 1, "PER")], default="outside")
    for partly in (made, undecided):
        partly.spans["incorrect_spans"] = [spacy.tokens.Span(partly, 2, 3, "PER")]
    decided, new = read(trashed(made, undecided), "spacy")

    assert [(s.start, s.label, s.status) for s in decided.entities or ()] == [
        (0, "PER", "accepted"), (9, "PER", "rejected"),
    ]  # fmt: skip
    assert [(s.start, s.status) for s in new.entities or ()] == [(9, "rejected")]
    assert (decided.status, new.status) == (None, "new")


def test_a_doc_with_words_of_which_nobody_knows_is_in_progress() -> None:
    partial, grouped = doc("Anna saw Rome"), doc("Anna saw Rome")
    for partly in (partial, grouped):
        spans = [spacy.tokens.Span(partly, 0, 1, "PER")]
        partly.set_ents(spans, missing=[partly[1:3]], default="outside")
    grouped.spans["sc"] = list(grouped.ents)
    document, whole = read(trashed(partial, grouped), "spacy")

    assert locations(document) == locations(whole) == {(0, 4, "PER")}
    assert (document.status, whole.status) == ("in_progress", None)
    assert document.notes == (
        Counted(
            "words that may be entities or not (missing), in documents that stay in progress", 2
        ),
    )
    assert whole.notes == ()


def test_a_doc_that_nobody_annotated_is_not_one_without_entities() -> None:
    unseen, visible = doc("Anna"), doc("Rome")
    visible.set_ents([], default="outside")

    assert [record.entities for record in read(trashed(unseen, visible), "spacy")] == [None, ()]


@pytest.mark.parametrize(
    "numbers", [(5, 9), (-3, 1), (2, 1), (0, 2**31 - 1), (2**31 - 2, 2**31 - 1)]
)
def test_a_span_outside_of_its_document_is_refused_and_the_others_are_read(
    numbers: tuple[int, int],
) -> None:
    made, good = doc("Anna saw Rome"), doc("Bern")
    made.spans["sc"] = [spacy.tokens.Span(made, 1, 2, "LOC")]
    content = zlib.decompress(trashed(made, good))
    assert content.count(struct.pack(">llll", 1, 2, 5, 8)) == 1
    content = content.replace(
        struct.pack(">llll", 1, 2, 5, 8), struct.pack(">llll", *numbers, 5, 8)
    )
    bad, last = read(zlib.compress(content), "spacy")

    assert isinstance(bad, BadRecord)
    assert "document 1 cannot be read" in bad.reason
    assert last.text == "Bern"


def test_objects_in_a_docbin_are_not_unpickled(tmp_path: Path) -> None:
    proof = tmp_path / "it-ran"
    payload = pickle.dumps(Touch(proof))
    docbin = spacy.tokens.DocBin(docs=[doc("Anna.")], store_user_data=True)
    array = {b"nd": True, b"type": "|O", b"kind": b"O", b"shape": [1], b"data": payload}
    docbin.user_data = [srsly.msgpack_dumps({"array": array})]

    assert isinstance(read(docbin.to_bytes(), "spacy")[0], BadRecord)
    assert not proof.exists()


@pytest.mark.parametrize("content", [b"", b"no", zlib.compress(b"x"), zlib.compress(b"\x80")])
def test_what_is_no_docbin_is_refused(content: bytes) -> None:
    (bad,) = read(content, "spacy")

    assert "not a DocBin of spaCy's" in bad.reason


def test_crossing_entities_are_kept_though_ents_cannot_hold_them() -> None:
    spans = (SpanRecord(0, 8, "X", key="e1"), SpanRecord(5, 13, "Y", key="e2"))
    document = DocumentRecord("Anna saw Rome", "a", spans)
    content, _ = written([document], "spacy")

    assert locations(read(content, "spacy")[0]) == {(0, 8, "X"), (5, 13, "Y")}
    assert [s.label_ for s in docs(content)[0].ents] == ["X"]


def test_it_is_known_by_its_first_bytes() -> None:
    content, _ = written([DOCUMENT], "spacy")

    assert formats.detect(content, "data") == "spacy"
    assert formats.detect(zlib.compress(b"text"), "data") == "text"
