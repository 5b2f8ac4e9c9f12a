"""Files that no tool would write, given to every reader: a clear refusal or the exact text.

Archives and XML that mean harm have tests of their own (`test_archives`, `test_uima_xmi`).
"""

from __future__ import annotations

import io
import json
import zlib

import pytest

from storage import formats
from storage.formats import IMPORT_FORMATS
from storage.records import BadRecord, DocumentRecord
from tests.fuzz.judging import judge
from tests.storage.formats.material import DOCUMENT, read, written
from tests.storage.formats.packed import zipped

MEGABYTE = 2**20
WRONG = {
    "a PNG picture": b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 8,
    "an ELF program": b"\x7fELF\x02\x01\x01" + b"\0" * 1000 + bytes(range(256)),
    "a PDF file": b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<</Type/Catalog>>\nendobj\n",
    "a pickle": b"\x80\x04\x95\x0b\x00\x00\x00\x00\x00\x00\x00\x8c\x02os\x94\x8c\x06system\x94.",
    "an SQLite file": b"SQLite format 3\0" + b"\x10\x00\x01\x01\x00@  " + b"\0" * 500 + b"\xff",
    "half of a ZIP archive": written([DOCUMENT], "brat")[0][:100],
    "a Word document": zipped({"[Content_Types].xml": "<Types/>", "word/document.xml": "<w/>"}),
    "an OpenDocument text": zipped({"mimetype": "application/x", "content.xml": "<o/>"}),
    "a Parquet file's ends": b"PAR1" + b"\xff" * 100 + b"PAR1",
}


@pytest.mark.parametrize("format", IMPORT_FORMATS)
@pytest.mark.parametrize("wrong", WRONG)
def test_a_file_of_another_kind_is_refused_with_a_reason(format: str, wrong: str) -> None:
    records = read(WRONG[wrong], format)

    judge(WRONG[wrong], format)
    assert [type(record) for record in records[:1]] == [BadRecord], records
    assert not any(isinstance(record, DocumentRecord) and record.entities for record in records)


@pytest.mark.parametrize("format", IMPORT_FORMATS)
@pytest.mark.parametrize("content", [b"", b"\xef\xbb\xbf", b"\n", b"\xff\xfe", b"\0"])
def test_an_empty_file_is_no_crash(format: str, content: bytes) -> None:
    judge(content, format)


@pytest.mark.parametrize("format", IMPORT_FORMATS)
@pytest.mark.parametrize("piece", [b"x", b"[", b'{"a":', b"\t", b" ", b"\xf0\x9f\x98\x8a", b"\\"])
@pytest.mark.timeout(60)
def test_one_line_of_ten_megabytes_is_answered_at_once(format: str, piece: bytes) -> None:
    content = piece * (10 * MEGABYTE // len(piece))

    judge(content, format)


@pytest.mark.parametrize("format", ["text", "lines"])
def test_a_long_line_is_kept_whole(format: str) -> None:
    text = "Anna saw Rome. " * 700_000
    (document,) = read(text.encode(), format)

    assert document.text == text


@pytest.mark.parametrize("format", ["jsonl", "doccano", "prodigy", "label_studio", "gliner"])
@pytest.mark.parametrize("opening", ["[", '{"a":', '{"text":[', '[{"a":'])
def test_deeply_nested_json_is_refused(format: str, opening: str) -> None:
    depth = 200_000
    closing = "".join({"[": "]", "{": "}"}[c] for c in reversed(opening) if c in "[{")
    content = opening * depth + "1" + closing * depth

    records = read(content.encode(), format)
    assert records
    assert all(isinstance(record, BadRecord) for record in records)


def test_a_docbin_that_unpacks_to_more_than_memory_should_hold_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("storage.formats.limits.MOST_IN_RECORD", 1000)
    (bad,) = read(zlib.compress(b"x" * 3000), "spacy")

    assert "the DocBin is larger than 0 MB" in bad.reason


@pytest.mark.parametrize("format", ["text", "lines", "jsonl", "conll", "webanno", "xmi", "spacy"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_line_or_a_file_too_large_for_memory_is_refused(
    format: str, encoding: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("storage.formats.limits.MOST_IN_RECORD", 1000)
    (bad,) = read(("x" * 3000).encode(encoding), format)

    assert "is larger than 0 MB" in bad.reason
    assert bad.ends_file


NASTY = "a\0b \ufeff\u202eR\u2028é \x1b[31m<script>alert(1)</script>\r\n\r\n\tz"


@pytest.mark.parametrize("format", ["jsonl", "doccano", "prodigy", "label_studio", "spacy",
                                    "brat", "webanno", "hugging_face"])  # fmt: skip
def test_nul_marks_line_ends_and_markup_are_kept_exactly(format: str) -> None:
    content, _ = written([DocumentRecord(NASTY, "n", ())], format)
    (document,) = read(content, format)

    assert document.text == NASTY


@pytest.mark.parametrize("format", ["jsonl", "doccano", "prodigy", "label_studio", "gliner"])
def test_half_a_character_is_refused(format: str) -> None:
    records = {
        "jsonl": {"text": "a\ud83d"},
        "label_studio": [{"id": 1, "data": {"text": "a\ud83d"}, "annotations": []}],
        "gliner": [{"tokenized_text": ["a\ud83d"], "ner": []}],
    }
    raw = json.dumps(records.get(format, {"text": "a\ud83d", "label": [], "spans": []}))

    (bad,) = read(raw.encode(), format)
    assert isinstance(bad, BadRecord)
    assert "surrogate" in bad.reason


@pytest.mark.parametrize("format", IMPORT_FORMATS)
def test_a_reader_leaves_the_file_of_the_caller_open(format: str) -> None:
    name = format if format in formats.EXPORT_FORMATS else "bio"
    file = io.BytesIO(written([DOCUMENT], "text" if format == "lines" else name)[0])
    list(formats.read_from(file, format, "x"))

    assert not file.closed
