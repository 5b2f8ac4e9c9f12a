"""Readers and writers: nothing lost in silence, one bad record stops nothing."""

from __future__ import annotations

import io
import json
import zipfile
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.text.tokenization import tokenize
from storage import formats
from storage.formats.export_tally import Written
from storage.records import BadRecord, DocumentRecord, SpanRecord

TEXT = "😊 Bank of China hired Ms. Haag.\n"
BANK, CHINA, HAAG = (
    SpanRecord(2, 15, "ORG", key="a"),
    SpanRecord(10, 15, "LOC", key="b"),
    SpanRecord(22, 30, "PER", key="c"),
)
DOCUMENT = DocumentRecord(
    text=TEXT,
    name="bank",
    entities=(BANK, CHINA, HAAG),
    split="train",
    status="submitted",
    provenance={"person": "Ann"},
    meta={"source": "own"},
)


def read(content: bytes, format: str, name: str = "f.x") -> list[Any]:
    return list(formats.read(content, format, name))


def write(documents: list[DocumentRecord], format: str) -> tuple[bytes, Written]:
    out = io.BytesIO()
    written = formats.write(documents, format, out)
    return out.getvalue(), written


def shown(document: DocumentRecord) -> list[tuple[str, str]]:
    return [(document.text[s.start : s.end], s.label) for s in document.entities or ()]


def test_jsonl_loses_nothing() -> None:
    content, written = write([DOCUMENT], "jsonl")

    assert read(content, "jsonl") == [DOCUMENT]
    assert (written.documents, written.entities) == (1, 3)


@given(
    text=st.text(st.characters(exclude_categories=["Cs"]), min_size=1),
    score=st.none() | st.floats(0, 1),
)
def test_jsonl_keeps_any_text_and_score_exactly(text: str, score: float | None) -> None:
    span = SpanRecord(0, len(text), "X", "rejected", score, "model", "m")
    document = DocumentRecord(text=text, name="n", entities=(span,))
    content, _ = write([document], "jsonl")

    assert content.count(b"\n") == 1
    assert read(content, "jsonl") == [document]


def test_no_entities_key_means_nobody_looked() -> None:
    looked, not_looked = read(b'{"text": "a", "entities": []}\n{"text": "b"}', "jsonl")

    assert looked.entities == ()
    assert not_looked.entities is None


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"{", "not JSON"),
        (b"[" * 100_000, "nested too deeply"),
        (b"[]", "must be an object"),
        (b'{"name": "x"}', "'text' must be a non-empty string"),
        (b'{"text": ""}', "'text' must be a non-empty string"),
        (b'{"text": "\\ud83d"}', "lone surrogate"),
        (b'{"text": "\xff"}', "not UTF-8"),
        (b'{"text": "a", "meta": []}', "'meta' must be an object"),
        (b'{"text": "a", "meta": {"x": ["\\ud83d"]}}', "'meta' holds half a character"),
        (b'{"text": "a", "provenance": {"x": NaN}}', "'provenance' holds NaN"),
        (b'{"text": "a", "entites": []}', "under 'meta'; did you mean 'entities'?"),
        (b'{"text": "a", "entities": {}}', "'entities' must be a list"),
        (b'{"text": "a", "split": "test"}', "'split' must be one of train, dev, holdout"),
        (b'{"text": "\xf0\x9f\x98\x8a", "entities": [{"start": 0, "end": 2, "label": "X"}]}',
         "1 code points"),
        (b'{"text": "a", "entities": [{"start": 1, "end": 1, "label": "X"}]}', "end exclusive"),
        (b'{"text": "a", "entities": [{"start": 0, "end": true, "label": "X"}]}', "whole number"),
        (b'{"text": "a", "entities": [{"start": 0, "end": 1}]}', "'label' must be"),
        (b'{"text": "a", "entities": [{"start": 0, "end": 1, "label": "X", "score": NaN}]}',
         "between 0 and 1"),
        (b'{"text": "a", "entities": [{"start": 0, "end": 1, "label": "X", "x": 1}]}',
         "an entity has no key 'x'"),
        (b'{"text": "a", "entities": [{"start": 0, "end": 1, "label": "X"},'
         b' {"start": 0, "end": 1, "label": "X"}]}', "given twice"),
        (b'{"tokens": []}', "non-empty list of words"),
        (b'{"tokens": ["a"], "entities": [{"start": 0, "end": 2, "type": "X"}]}', "1 tokens"),
    ],
)  # fmt: skip
def test_a_bad_line_is_named_and_the_others_are_read(line: bytes, reason: str) -> None:
    first, bad, last = read(b'{"text": "before"}\n' + line + b'\n\n{"text": "after"}', "jsonl")

    assert (first.text, last.text) == ("before", "after")
    assert isinstance(bad, BadRecord)
    assert bad.line == 2
    assert reason in bad.reason


def test_a_byte_order_mark_before_json_is_no_fault() -> None:
    (document,) = read(b'\xef\xbb\xbf{"text": "a"}', "jsonl")

    assert document.text == "a"


def test_token_jsonl_becomes_text_with_nested_entities() -> None:
    record = {
        "tokens": ["😊", "Bank", "of", "China", "."],
        "entities": [
            {"start": 1, "end": 4, "type": "ORG"},
            {"start": 3, "end": 4, "type": "LOC"},
            {"start": 3, "end": 4, "type": "LOC"},
        ],
    }
    (document,) = read(json.dumps(record).encode(), "jsonl", "corpus.jsonl")

    assert document.text == "😊 Bank of China ."
    assert document.name == "corpus:1"
    assert shown(document) == [("Bank of China", "ORG"), ("China", "LOC")]


@pytest.mark.parametrize(
    "content",
    [b"one\r\ntwo\r\n", b"\xef\xbb\xbfmark", b"nul \0 inside", "😊 é\n\n".encode(), b"  blanks  "],
)
def test_a_plain_file_is_kept_exactly(content: bytes) -> None:
    (document,) = read(content, "text", "folder/letter.txt")

    assert document.text.encode() == content
    assert document.name == "letter"
    assert document.entities is None


def test_a_plain_file_that_is_not_utf8_or_empty_is_refused_with_the_place() -> None:
    (bad,) = read(b"ok\nl\xe9tter", "text")

    assert bad.line == 2
    assert "not UTF-8: byte 0xe9 in line 2; it may be windows-1252 (létter) or" in bad.reason
    assert read(b"\r\n ", "text") == [BadRecord(1, "the file holds no text")]


def test_lines_are_documents_without_their_line_ends() -> None:
    records = read(b"\xef\xbb\xbfone\r\n\n two \nb\xe9d\nlast\x0bline", "lines", "mails.txt")

    assert [getattr(record, "text", None) for record in records] == [
        "one", " two ", None, "last\x0bline",
    ]  # fmt: skip
    assert [record.line for record in records] == [1, 3, 4, 5]
    assert records[0].name == "mails:1"


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        ("B-ORG I-ORG I-ORG O B-PER I-PER", [("Bank of China", "ORG"), ("Ms. Haag", "PER")]),
        ("I-ORG I-ORG I-ORG O I-PER I-PER", [("Bank of China", "ORG"), ("Ms. Haag", "PER")]),
        ("B-ORG I-ORG E-ORG O B-PER E-PER", [("Bank of China", "ORG"), ("Ms. Haag", "PER")]),
        ("I-ORG B-ORG I-PER O S-PER O", [
            ("Bank", "ORG"), ("of", "ORG"), ("China", "PER"), ("Ms.", "PER")]),
    ],
)  # fmt: skip
def test_every_tag_scheme_is_read(tags: str, expected: list[tuple[str, str]]) -> None:
    words = ["Bank", "of", "China", "hired", "Ms.", "Haag"]
    content = "\n".join(f"{w}\t{t}" for w, t in zip(words, tags.split(), strict=True))
    (document,) = read(content.encode(), "conll")

    assert document.text == "Bank of China hired Ms. Haag"
    assert shown(document) == expected


def test_the_2003_columns_documents_and_a_missing_last_blank_line() -> None:
    content = (
        "-DOCSTART- -X- -X- O\r\n\r\nBank NNP B-NP B-ORG\r\n. . O O\r\n\r\nRome NNP B-NP B-LOC\r\n"
        "\r\n-DOCSTART- -X- -X- O\r\n\r\nAnna NNP B-NP B-PER"
    )
    first, second = read(content.encode(), "conll")

    assert first.text == "Bank .\nRome"
    assert shown(first) == [("Bank", "ORG"), ("Rome", "LOC")]
    assert shown(second) == [("Anna", "PER")]


def test_without_docstart_every_sentence_is_a_document() -> None:
    first, second = read(b"# id 1\nAnna B-PER\n\n\n# O\nx O\n", "conll", "tweets.conll")

    assert (first.text, first.name) == ("Anna", "tweets:2")
    assert (second.text, second.entities) == ("# x", ())


@pytest.mark.parametrize(
    ("line", "reason"),
    [(b"word", "a word and a tag"), (b"word NNP", "a tag is O or"), (b"w\xe9rd O", "not UTF-8")],
)
def test_a_bad_sentence_is_named_and_the_others_are_read(line: bytes, reason: str) -> None:
    first, bad, last = read(b"a O\n\nb O\n" + line + b"\n\nc O\n", "conll")

    assert (first.text, last.text) == ("a", "c")
    assert bad.line == 4
    assert reason in bad.reason
    assert "what begins at line 3 is left out" in bad.reason


def test_a_bad_sentence_takes_its_whole_document_with_it() -> None:
    start = b"-DOCSTART- O\n\n"
    bad, good = read(start + b"a O\n\nb\n\nc O\n\n" + start + b"d O\n", "conll")

    assert isinstance(bad, BadRecord)
    assert good.text == "d"


@pytest.mark.parametrize(
    ("format", "lines"),
    [
        ("conll2003", ["-DOCSTART- -X- -X- O", "", "😊 -X- -X- O", "Bank -X- -X- B-ORG"]),
        ("bio", ["-DOCSTART- O", "", "😊 O", "Bank B-ORG", "of I-ORG", "China I-ORG"]),
        ("iob1", ["-DOCSTART- O", "", "😊 O", "Bank I-ORG", "of I-ORG", "China I-ORG"]),
        ("bioes", ["-DOCSTART- O", "", "😊 O", "Bank B-ORG", "of I-ORG", "China E-ORG"]),
    ],
)
def test_a_flat_format_keeps_the_outermost_and_names_the_nested(
    format: str, lines: list[str]
) -> None:
    content, written = write([DOCUMENT], format)

    assert content.decode().split("\n")[: len(lines)] == lines
    assert written.entities == 2
    assert [(x.document, x.text, x.label, x.start, x.end) for x in written.nested] == [
        ("bank", "China", "LOC", 10, 15)
    ]
    assert written.unaligned == []


def test_an_entity_inside_a_word_is_named() -> None:
    document = DocumentRecord("Londoners", "d", (SpanRecord(0, 6, "LOC"),))
    content, written = write([document], "bio")

    assert content == b"-DOCSTART- O\n\nLondoners O\n\n"
    assert [lost.text for lost in written.unaligned] == ["London"]
    assert written.entities == 0


def test_what_was_rejected_is_not_written_as_truth() -> None:
    spans = (SpanRecord(0, 4, "PER", "rejected"), SpanRecord(0, 4, "PER", "suggested"))
    content, written = write([DocumentRecord("Anna", "d", spans)], "bio")

    assert b"Anna O\n" in content
    assert (written.entities, written.nested) == (0, [])


def test_a_blank_in_a_label_does_not_break_the_columns() -> None:
    content, _ = write([DocumentRecord("Anna", "d", (SpanRecord(0, 4, "a person"),))], "bio")

    assert b"Anna B-a_person\n" in content


words = st.sampled_from(["Anna", "Bob", ".", "#", "Rome", "'s", "東", "😊", "-", "U.S."])


@given(data=st.data(), format=st.sampled_from(["conll2003", "bio", "iob1", "bioes"]))
def test_flat_entities_survive_every_column_format(data: st.DataObject, format: str) -> None:
    separators = st.sampled_from([" ", "\n", "  ", "\r\n\r\n", "\t", ""])
    text = "".join(
        word + gap for word, gap in data.draw(st.lists(st.tuples(words, separators), min_size=1))
    )
    tokens = tokenize(text)
    cuts = sorted(data.draw(st.sets(st.integers(0, len(tokens)), max_size=6)))
    spans = tuple(
        SpanRecord(tokens[a].start, tokens[b - 1].end, data.draw(st.sampled_from("XY")))
        for a, b in pairwise(cuts)
        if data.draw(st.booleans())
    )
    content, written = write([DocumentRecord(text, "d", spans)], format)
    (document,) = read(content, "conll")

    assert written.nested == written.unaligned == []
    assert document.text.split() == [text[t.start : t.end] for t in tokens]
    assert [(words.split(), label) for words, label in shown(document)] == [
        ([text[t.start : t.end] for t in tokens if s.start <= t.start < s.end], s.label)
        for s in spans
    ]


def test_texts_are_archived_exactly_under_harmless_names() -> None:
    names = ["../../etc/passwd", "a", "A", "<b>", "", "x" * 300]
    documents = [DocumentRecord(f"{n}\r\n", name, (BANK,)) for n, name in enumerate(names)]
    content, written = write(documents, "text")

    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        stored = {name: archive.read(name) for name in archive.namelist()}
    assert list(stored.values()) == [f"{n}\r\n".encode() for n in range(6)]
    assert list(stored)[:5] == [
        "_.._etc_passwd.txt",
        "a.txt",
        "A (2).txt",
        "_b_.txt",
        "document.txt",
    ]
    assert written.textless == 6


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("a.jsonl", b"", "jsonl"),
        ("a.NDJSON", b"", "jsonl"),
        ("a.conll", b"", "conll"),
        ("a.bioes", b"", "conll"),
        ("a.txt", b"plain", "text"),
        ("a.txt", b"-DOCSTART- -X- O O\n", "conll"),
        ("a", b'\xef\xbb\xbf\n{"text": "a"}', "jsonl"),
        ("a.md", b"{curly} prose", "text"),
    ],
)
def test_the_format_is_told_by_the_name_or_the_first_bytes(
    tmp_path: Path, name: str, content: bytes, expected: str
) -> None:
    path = tmp_path / name
    path.write_bytes(content)

    assert formats.detect(content, name) == expected
    assert formats.detect(path, name) == expected


def test_an_export_made_when_the_holdout_split_was_called_control_still_comes_in() -> None:
    (document,) = read(b'{"text": "Ada", "split": "control"}', "jsonl")

    assert document.split == "holdout"
