"""Archives from outside: nothing leaves its folder, nothing floods the memory."""

from __future__ import annotations

import gzip
import io
import stat
import struct
import zipfile
import zlib
from random import Random

import pytest

from storage import formats
from storage.formats import archives, limits
from storage.formats.archives import Archive
from storage.formats.gzipped import unpacked
from storage.formats.limits import ArchiveError
from storage.records import BadRecord, DocumentRecord
from tests.storage.formats.material import read
from tests.storage.formats.packed import zipped


def archive(content: bytes) -> Archive:
    return Archive(io.BytesIO(content))


def test_members_are_read_by_name_and_what_a_mac_adds_is_not_there() -> None:
    made = archive(zipped({"a/b.txt": "one", "__MACOSX/a/._b.txt": "x", "a/.DS_Store": "x"}))

    assert made.names == ("a/b.txt",)
    assert made.read("a/b.txt") == b"one"
    assert [name in made.names for name in ("a/b.txt", "a/.DS_Store", "b.txt")] == [
        True,
        False,
        False,
    ]


@pytest.mark.timeout(60)  # made anew each time they take minutes
def test_the_names_are_made_once_however_often_they_are_asked_for() -> None:
    made = archive(zipped({f"{number}.txt": "x" for number in range(10_000)}))
    result = sum(name in made.names for name in made.names for _ in range(2))

    assert result == 20_000


@pytest.mark.parametrize(
    "name",
    [
        "../../x.txt", "/etc/passwd", "a/../../x.txt", "%2e%2e/x.txt", "%252e%252e%252fx.txt",
        "..\\x.txt", "C:\\x.txt", "C:x.txt", "\\\\server\\x.txt", "a/..\\../x.txt",
        "/data/proj_evil/x.txt", "%2Fetc%2Fpasswd",
    ],
)  # fmt: skip
def test_a_name_that_leaves_the_archive_is_refused(name: str) -> None:
    with pytest.raises(ArchiveError, match="points outside of the archive"):
        archive(zipped({"good.txt": "x", name: "x"}))


@pytest.mark.parametrize("name", ["..a/x.txt", "a..b.txt", "100%/x.txt", "ü/é.txt", "ab:c/d.txt"])
def test_an_odd_name_that_stays_inside_is_read(name: str) -> None:
    assert archive(zipped({name: "x"})).read(name) == b"x"


def test_a_link_is_refused() -> None:
    link = zipped({"x.txt": "/etc/passwd"}, attributes=(stat.S_IFLNK | 0o777) << 16)

    with pytest.raises(ArchiveError, match="is a link"):
        archive(link)


def test_a_member_that_needs_a_password_is_refused() -> None:
    content = bytearray(zipped({"x.txt": "x"}))
    content[content.index(b"PK\x01\x02") + 8] |= 1

    with pytest.raises(ArchiveError, match="needs a password"):
        archive(bytes(content))


def test_another_way_of_packing_is_refused() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_LZMA) as made:
        made.writestr("x.txt", "x")

    with pytest.raises(ArchiveError, match=r"packed by method 14.*deflate"):
        archive(out.getvalue())


def test_two_members_of_one_name_are_refused() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        made.writestr("x.txt", "one")
        with pytest.warns(UserWarning, match="Duplicate"):
            made.writestr("x.txt", "two")

    with pytest.raises(ArchiveError, match="two members of one name"):
        archive(out.getvalue())


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"no archive at all", b"PK\x05\x06" * 9])
def test_what_is_no_archive_is_refused(content: bytes) -> None:
    with pytest.raises(ArchiveError, match="not a ZIP archive, or a broken one"):
        archive(content)


def test_a_member_that_was_damaged_is_named() -> None:
    content = zipped({"x.txt": Random(0).randbytes(500)})
    made = archive(content.replace(content[60:70], b"0123456789"))

    with pytest.raises(ArchiveError, match=r"x.txt: cannot be unpacked"):
        made.read("x.txt")


def test_a_zip_bomb_is_refused_before_it_is_unpacked() -> None:
    bomb = zipped({"x.txt": b"\0" * (limits.FREE + 2**21)})

    with pytest.raises(ArchiveError, match="decompression bomb"):
        archive(bomb).read("x.txt")
    assert [type(record) for record in read(bomb, "text", "x.zip")] == [BadRecord]


def test_a_member_that_lies_about_its_size_is_no_way_around(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(archives, "MOST_IN_MEMBER", 2**20)
    content = bytearray(zipped({"x.txt": Random(0).randbytes(2**21)}))
    at = content.index(b"PK\x01\x02") + 24
    assert struct.unpack_from("<L", content, at) == (2**21,)
    struct.pack_into("<L", content, at, 5)

    with pytest.raises(ArchiveError, match=r"x.txt: "):
        archive(bytes(content)).read("x.txt")


def test_all_members_together_have_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MOST_IN_ALL", 1000)
    made = archive(zipped({"a.txt": b"a" * 600, "b.txt": b"b" * 600}))
    made.read("a.txt")

    with pytest.raises(ArchiveError, match=r"b.txt: unpacks to more than"):
        made.read("b.txt")


def test_a_list_of_millions_of_members_is_refused_before_it_is_read() -> None:
    content = bytearray(zipped({"x.txt": "x"}))
    struct.pack_into("<L", content, content.rindex(b"PK\x05\x06") + 12, 2**31)

    with pytest.raises(ArchiveError, match="split it into parts"):
        archive(bytes(content))


LARGE_END = struct.pack("<4sQHHLLQQQQ", b"PK\x06\x06", 44, 45, 45, 0, 0, 1, 1, 60, 0)


@pytest.mark.parametrize("comment", [LARGE_END, LARGE_END + bytes(20), b"x" * 60_000])
def test_a_comment_does_not_hide_a_list_of_millions_of_members(comment: bytes) -> None:
    content = bytearray(zipped({"x.txt": "x"}))
    at = content.rindex(b"PK\x05\x06")
    struct.pack_into("<L", content, at + 12, 2**31)
    struct.pack_into("<H", content, at + 20, len(comment))

    with pytest.raises(ArchiveError, match="split it into parts"):
        archive(bytes(content) + comment)


@pytest.mark.parametrize("members", [1, 3])
def test_a_gzip_file_is_read_as_what_is_inside(members: int) -> None:
    line = b'{"text": "Anna saw Rome"}\n'
    content = gzip.compress(line * 1000) * members + b"\0" * 70_000

    assert formats.detect(content, "data.jsonl.gz") == "jsonl"
    assert formats.detect(gzip.compress(b"-DOCSTART- O\n"), "data") == "conll"
    assert len(read(content, "jsonl")) == 1000 * members


def test_a_gzip_bomb_is_refused_after_a_few_megabytes() -> None:
    bomb = gzip.compress(b"x" * (limits.FREE + 2**21))

    (bad,) = read(bomb, "jsonl")
    assert "decompression bomb" in bad.reason


def test_a_gzip_file_that_is_cut_off_or_damaged_says_so() -> None:
    whole = gzip.compress(b"".join(b"%d\n" % number for number in range(40_000)))
    *_, cut = read(whole[: len(whole) // 2], "lines")
    *_, damaged = read(whole[:300] + b"\xff" * 30 + whole[330:], "lines")

    assert "cut off" in cut.reason
    assert cut.ends_file
    assert cut.line > 1000
    assert "broken gzip file" in damaged.reason
    with pytest.raises(ArchiveError, match="cut off"):
        unpacked(io.BytesIO(whole[:-4])).read()


def test_an_archive_inside_of_gzip_is_to_be_unpacked_first() -> None:
    (bad,) = read(gzip.compress(zipped({"a.txt": "x"})), "brat", "x.zip.gz")

    assert "unpack the file first" in bad.reason


def test_a_docbin_that_is_a_bomb_is_refused() -> None:
    (bad,) = read(zlib.compress(b"\0" * (limits.FREE + 2**21)), "spacy")

    assert "decompression bomb" in bad.reason


def test_an_archive_of_texts_is_read_file_by_file() -> None:
    content = zipped({"a.txt": "eins\r\n", "b/c.txt": b"b\xe9d", "d.txt": "", "e.txt": " "})
    first, bad, empty, blank = read(content, "text", "x.zip")

    assert first == DocumentRecord("eins\r\n", "a")
    assert bad.reason.startswith("b/c.txt: not UTF-8: byte 0xe9 in line 1")
    assert empty.reason == "d.txt: the file holds no text"
    assert blank.text == " "
