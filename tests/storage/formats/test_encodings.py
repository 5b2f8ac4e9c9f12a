"""Files say their encoding or are UTF-8; nothing else is guessed, and nothing is changed."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage import formats
from storage.formats.encodings import EncodingError, decoded, utf8_lines
from storage.records import BadRecord
from tests.storage.formats.material import read

GERMAN = "Zürich grüßt München.\r\nDie Straße heißt Königsallee.\nÄpfel & Öl\nfür später\n"
MARKED = ["utf-16", "utf-32"]
texts = st.text(st.characters(exclude_categories=["Cs"]), min_size=1)


def marked(text: str, encoding: str, order: str) -> bytes:
    return f"\ufeff{text}".encode(f"{encoding}-{order}")


@given(text=texts)
def test_utf8_is_kept_exactly_with_nul_line_ends_and_its_mark(text: str) -> None:
    assert decoded(text.encode()) == text
    assert decoded(b"\xef\xbb\xbf" + text.encode()) == "\ufeff" + text


@given(text=texts, encoding=st.sampled_from(MARKED), order=st.sampled_from(["le", "be"]))
def test_utf16_and_utf32_with_their_marks_are_kept_exactly(
    text: str, encoding: str, order: str
) -> None:
    # UTF-16's mark and a NUL are UTF-32's mark: no text begins with NUL
    content = marked("_" + text, encoding, order)

    assert decoded(content) == "_" + text
    assert b"".join(utf8_lines(io.BytesIO(content))) == ("_" + text).encode()


@given(text=texts)
def test_lines_are_handed_on_unchanged(text: str) -> None:
    lines = list(utf8_lines(io.BytesIO(text.encode())))

    assert b"".join(lines).decode() == text.removeprefix("\ufeff")
    assert all(line.endswith(b"\n") for line in lines[:-1])


@pytest.mark.parametrize("format", ["lines", "conll", "jsonl", "text"])
@pytest.mark.parametrize("encoding", MARKED)
def test_every_reader_of_text_takes_marked_utf16(format: str, encoding: str) -> None:
    text = {"jsonl": '{"text": "Zürich"}\n', "conll": "Zürich B-LOC\n"}.get(format, "Zürich")
    (document,) = read(text.encode(encoding), format)

    assert document.text == "Zürich"


def test_the_format_is_seen_through_utf16() -> None:
    assert formats.detect('{"text": "Zürich"}\n'.encode("utf-16"), "data") == "jsonl"


@pytest.mark.parametrize(
    ("text", "encoding", "name"),
    [
        (GERMAN, "cp1252", "CP125"),
        ("Президент России приехал в Москву.\n" * 4, "cp1251", "CP1251"),
        ("東京都の大学で田中さんは働いています。\n" * 4, "cp932", "SHIFT_JIS"),
        ("中国银行在北京雇用了一名员工。\n" * 4, "gb18030", "GB18030"),
    ],
)
@pytest.mark.parametrize("format", ["text", "lines", "conll", "jsonl"])
def test_another_encoding_is_refused_with_a_guess_and_the_command(
    text: str, encoding: str, name: str, format: str
) -> None:
    records = read(text.encode(encoding), format)

    assert len(records) == 1
    assert isinstance(records[0], BadRecord)
    assert "not UTF-8: byte 0x" in records[0].reason
    assert f"it looks like {name}" in records[0].reason
    assert f"iconv -f {name}" in records[0].reason


def test_one_line_in_another_encoding_does_not_condemn_the_file() -> None:
    good, bad, last = read("Zürich\n".encode() + b"Z\xfcrich\n" + "Köln".encode(), "lines")

    assert (good.text, last.text) == ("Zürich", "Köln")
    assert bad.line == 2


@pytest.mark.parametrize("content", [b"\xff\xfea", b"\xff\xfe\x00\xd8a\x00", b"\xfe\xff\xd8\x3d"])
def test_a_mark_that_lies_is_refused(content: bytes) -> None:
    with pytest.raises(EncodingError, match="but is not"):
        decoded(content)
    with pytest.raises(EncodingError, match="but is not"):
        list(utf8_lines(io.BytesIO(content)))


def test_lone_surrogates_in_utf8_are_refused() -> None:
    with pytest.raises(EncodingError, match="byte 0xed in line 2"):
        decoded(b"a\n\xed\xa0\xbd")
