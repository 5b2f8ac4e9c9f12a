"""Files say their encoding or are UTF-8; nothing else is guessed, and nothing is changed."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage import formats
from storage.formats.encodings import EncodingError, decoded, utf8_lines
from storage.formats.likely_encodings import MOST_OFFERED, likely, named
from storage.formats.recoded import in_utf8
from storage.records import BadRecord, DocumentRecord
from tests.storage.formats.material import read
from tests.storage.formats.packed import zipped

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


RUSSIAN = "Президент России приехал в Москву.\n" * 4
JAPANESE = "東京都の大学で田中さんは働いています。\n" * 4
CHINESE = "中国银行在北京雇用了一名员工。\n" * 4
FOREIGN = [
    (GERMAN, "windows-1252", "Zürich"),
    ("La Señora celebró su mañana con niños; Begoña Ibáñez.\n" * 4, "windows-1252", "Señora"),
    ("Le président français a été élu à Besançon.\n" * 4, "windows-1252", "français"),
    ("Søren Kierkegård bor på Ærø, og Åse i Tromsø.\n" * 4, "windows-1252", "Søren"),
    ("São João não está; a eleição começou amanhã.\n" * 4, "windows-1252", "João"),
    ("Äänestäjät eivät pitäneet siitä, että lähtivät yöllä.\n" * 4, "windows-1252", "siitä"),
    ("Cœur à cœur, l'œuvre coûte 20 €, dit Anaïs.\n" * 4, "iso-8859-15", "Cœur"),
    ("Le président français a été élu à Besançon.\n" * 4, "mac-roman", "français"),
    ("Łódź i Kraków są miastami; żółta łódka, śpiewał.\n" * 4, "windows-1250", "Łódź"),
    ("Příliš žluťoučký kůň úpěl ďábelské ódy.\n" * 4, "windows-1250", "Příliš"),
    (RUSSIAN, "windows-1251", "Президент"),
    (RUSSIAN, "koi8-r", "Президент"),
    ("Ο πρωθυπουργός της Ελλάδας επισκέφθηκε.\n" * 4, "windows-1253", "της"),
    ("ראש הממשלה ביקר בירושלים אתמול.\n" * 4, "windows-1255", "ראש"),
    ("زار الرئيس مدينة القاهرة أمس.\n" * 4, "windows-1256", "زار"),
    (JAPANESE, "cp932", "東京都"),
    (JAPANESE, "euc-jp", "東京都"),
    (CHINESE, "gb18030", "中国银行"),
    ("中國銀行在台北僱用了一名員工。\n" * 4, "big5", "中國銀行"),
    ("대한민국의 수도는 서울이다.\n" * 4, "euc-kr", "수도는"),
    ("El pequeño barrio de La Señora\n" * 4, "utf-16-le", "pequeño"),
]


@pytest.mark.parametrize(("text", "encoding", "word"), FOREIGN)
def test_the_likeliest_reading_comes_first_with_words_to_tell_it_by(
    text: str, encoding: str, word: str
) -> None:
    first, *others = likely(text.encode(encoding))

    assert first.encoding == encoding
    assert any(word in shown for shown in first.words)
    assert len(others) < MOST_OFFERED
    assert all(other.words != first.words for other in others)


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("Łódź i Kraków są miastami; żółta łódka, śpiewał.\n" * 4, "iso-8859-2"),
        ("İstanbul'da yaşayan Ayşe Şahin güneşi gördü.\n" * 4, "windows-1254"),
        ("Győr és Székesfehérvár között őrült szűk út vezet.\n" * 4, "windows-1250"),
        ("Šime Žižić živi u Čakovcu, a Đorđe šeće.\n" * 4, "windows-1250"),
        ("Jūratė Žemaitė, kuri mėgsta šiaurės ežerus ir žąsis.\n" * 4, "windows-1257"),
    ],
)
def test_where_statistics_cannot_tell_the_right_reading_is_among_those_offered(
    text: str, encoding: str
) -> None:
    assert encoding in [candidate.encoding for candidate in likely(text.encode(encoding))]


def test_western_european_is_never_called_central_european() -> None:
    """windows-1250 reads ñ as ń and à as ŕ, and is as clean by every statistic."""
    spanish, central, *_ = likely(FOREIGN[1][0].encode("latin-1"))

    assert (spanish.encoding, central.encoding) == ("windows-1252", "windows-1250")
    assert "Señora" in spanish.words
    assert "Seńora" in central.words


@pytest.mark.parametrize(
    ("text", "encoding", "word"), FOREIGN[:1] + FOREIGN[10:11] + FOREIGN[15:18]
)
@pytest.mark.parametrize("format", ["text", "lines", "conll", "jsonl"])
def test_another_encoding_is_refused_with_what_it_may_be(
    text: str, encoding: str, word: str, format: str
) -> None:
    (bad,) = read(text.encode(encoding), format)

    assert isinstance(bad, BadRecord)
    assert "not UTF-8: byte 0x" in bad.reason
    assert f"it may be {encoding} (" in bad.reason
    assert "Choose its encoding, or save it as UTF-8" in bad.reason
    assert "iconv" not in bad.reason


@pytest.mark.parametrize(("text", "encoding", "word"), FOREIGN)
def test_a_text_is_read_exactly_in_the_encoding_that_was_chosen(
    text: str, encoding: str, word: str
) -> None:
    (document,) = formats.read(text.encode(encoding), "text", "a.txt", encoding=encoding)

    assert isinstance(document, DocumentRecord)
    assert document.text == text


@given(
    text=st.text(st.characters(codec="cp1252"), min_size=1),
    sizes=st.lists(st.integers(1, 9), min_size=1),
)
def test_a_chosen_encoding_is_converted_while_it_is_read(text: str, sizes: list[int]) -> None:
    with in_utf8(io.BytesIO(b"_" + text.encode("cp1252")), "windows-1252") as file:
        file.read(3)
        file.seek(0)
        parts = [file.read(size) for size in sizes]
        assert b"".join([*parts, file.read()]).decode() == "_" + text


@pytest.mark.parametrize("format", ["lines", "conll", "jsonl", "text", "doccano"])
def test_every_reader_of_text_takes_a_chosen_encoding(format: str) -> None:
    shown = {"jsonl": '{"text": "Zürich"}\n', "conll": "Zürich B-LOC\n"}
    text = shown.get("jsonl" if format == "doccano" else format, "Zürich")
    (document,) = formats.read(text.encode("latin-1"), format, "f.x", encoding="windows-1252")

    assert isinstance(document, DocumentRecord)
    assert document.text == "Zürich"


def test_the_members_of_an_archive_that_are_no_utf8_are_read_in_the_chosen_encoding() -> None:
    members = {"a.txt": "Zürich", "a.ann": "T1\tLOC 0 6\tZürich\n"}
    packed = zipped({name: text.encode("latin-1") for name, text in members.items()})
    mixed = zipped({"a.txt": "Köln".encode("latin-1"), "b.txt": "Köln".encode()})

    (document,) = formats.read(packed, "brat", "a.zip", encoding="windows-1252")
    assert isinstance(document, DocumentRecord)
    assert [document.text[s.start : s.end] for s in document.entities or ()] == ["Zürich"]
    texts_read = [
        record.text for record in formats.read(mixed, "text", "a.zip", encoding="windows-1252")
    ]
    assert texts_read == ["Köln", "Köln"]
    assert formats.likely_encodings(mixed)[0].encoding == "windows-1252"


def test_a_file_that_says_what_it_is_is_not_read_as_anything_else() -> None:
    for content in ("Köln".encode("utf-8-sig"), "Köln".encode("utf-16")):
        (document,) = formats.read(content, "text", "a.txt", encoding="windows-1252")
        assert document.text.removeprefix("\ufeff") == "Köln"


def test_a_byte_that_the_chosen_encoding_lacks_is_named_with_its_line() -> None:
    (bad,) = formats.read(b"one\ntwo \x81\n", "text", "a.txt", encoding="windows-1252")

    assert bad == BadRecord(
        2,
        "not windows-1252: byte 0x81 in line 2 is no character of it; choose another encoding",
        ends_file=True,
    )


def test_a_binary_format_takes_no_encoding() -> None:
    with pytest.raises(ValueError, match="says its encoding itself; leave windows-1252 out"):
        formats.read_from(io.BytesIO(b"PAR1"), "hugging_face", "a.parquet", encoding="windows-1252")


@pytest.mark.parametrize(
    ("spelling", "name"),
    [("latin-1", "iso-8859-1"), ("CP1252", "windows-1252"), ("ms932", "cp932")],
)
def test_an_encoding_goes_by_all_its_names(spelling: str, name: str) -> None:
    assert named(spelling) == name


@pytest.mark.parametrize("name", ["utf-7", "no-such", "rot13", "idna", "hex"])
def test_what_no_file_is_read_in_is_refused_with_what_there_is(name: str) -> None:
    with pytest.raises(ValueError, match="expected one of windows-1252, "):
        named(name)


@pytest.mark.parametrize(
    "content", [b"", b"Zurich", "Zürich".encode(), "Zürich".encode()[:2], b"PAR1\xff", b"%PDF-\xff"]
)
def test_what_is_utf8_or_no_text_at_all_is_offered_no_encoding(content: bytes) -> None:
    assert formats.likely_encodings(content) == ()


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


TAR = b"corpus/a.txt" + b"\0" * 245 + b"ustar\x0000" + b"\0" * 248 + b"Mara took a walk.\n"
PACKED = {
    "a tar archive": TAR,
    "a 7z archive": b"7z\xbc\xaf\x27\x1c\0\4",
    "a RAR archive": b"Rar!\x1a\x07\x01\0",
    "a file packed by bzip2": bz2.compress(b'{"text": "Mara"}\n'),
    "a file packed by xz": lzma.compress(b'{"text": "Mara"}\n'),
    "a file packed by zstd": b"\x28\xb5\x2f\xfd\x04\0",
    "an Arrow file": b"ARROW1\0\0\xff\xff\xff\xff\xc8\0\0\0\x10\0\0\0",
}


@pytest.mark.parametrize("name", ["corpus", "corpus.jsonl", "corpus.conll"])
@pytest.mark.parametrize("kind", PACKED)
def test_what_is_packed_otherwise_is_refused_by_its_kind_and_never_a_text(
    kind: str, name: str
) -> None:
    format = formats.detect(PACKED[kind], name)
    (record,) = read(PACKED[kind], format, name)

    assert isinstance(record, BadRecord)
    assert f"this is {kind}, and not text; " in record.reason
    assert formats.likely_encodings(PACKED[kind]) == ()


def test_a_tar_archive_within_gzip_or_a_zip_is_refused_and_its_bytes_are_no_text() -> None:
    for content in (gzip.compress(TAR), zipped({"corpus.tar": TAR})):
        (record,) = read(content, formats.detect(content, "corpus.tgz"), "corpus.tgz")

        assert isinstance(record, BadRecord)
        assert "pack the files inside as a ZIP archive" in record.reason
