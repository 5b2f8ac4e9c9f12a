"""A ZIP archive of files of one format is read member by member, or refused by what it holds."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Mapping

import pytest

from storage import formats
from storage.formats.column_sample import column_sample
from storage.records import BadRecord, Counted, DocumentRecord
from tests.storage.formats.material import DOCUMENT, read, written
from tests.storage.formats.packed import stored, zipped

MARA = "Mara lives in Oslo."
DOCCANO = json.dumps({"id": 1, "text": MARA, "label": [[0, 4, "PER"]]}) + "\n"
COLUMNS = "Mara B-PER\nlives O\nin O\nOslo B-LOC\n. O\n"
PUBTATOR = f"1|t|{MARA}\n1\t0\t4\tMara\tPER\n"
TASKS = json.dumps(
    [
        {
            "id": 1,
            "data": {"text": MARA},
            "annotations": [
                {"result": [{"type": "labels", "value": {"start": 0, "end": 4, "labels": ["PER"]}}]}
            ],
        }
    ]
)
PACKED = [
    ("all.jsonl", DOCCANO, "doccano"),
    ("train/eng.conll", COLUMNS, "conll"),
    ("eng.txt", COLUMNS, "conll"),
    ("a.PubTator", PUBTATOR, "pubtator"),
    ("result.json", TASKS, "label_studio"),
    ("data.parquet", written([DOCUMENT], "hugging_face")[0], "hugging_face"),
    ("data.spacy", written([DOCUMENT], "spacy")[0], "spacy"),
]


@pytest.mark.parametrize("pack", [zipped, stored])
@pytest.mark.parametrize(("member", "content", "format"), PACKED)
def test_an_archive_of_annotated_files_is_read_as_its_members_are(
    member: str,
    content: bytes | str,
    format: str,
    pack: Callable[[Mapping[str, bytes | str]], bytes],
) -> None:
    archive = pack({member: content, f"b/{member}": content})

    assert formats.detect(archive, "export.zip") == format
    documents = read(archive, format, "export.zip")
    assert len(documents) == 2
    for document in documents:
        assert isinstance(document, DocumentRecord)
        assert document.entities
        assert document.notes == ()


def test_other_files_of_the_archive_are_left_out_and_counted_once() -> None:
    members: dict[str, bytes | str] = {
        "README.md": "About this.",
        "a.jsonl": DOCCANO * 2,
        "logo.png": b"\x89PNG",
    }
    archive = zipped(members)

    assert formats.detect(archive, "a.zip") == "doccano"
    first, second = read(archive, "doccano", "a.zip")
    assert isinstance(first, DocumentRecord)
    assert isinstance(second, DocumentRecord)
    assert first.notes == (
        Counted("files of the archive left out, '.md'", 1),
        Counted("files of the archive left out, '.png'", 1),
    )
    assert second.notes == ()


def test_an_archive_of_several_formats_is_refused_by_their_names() -> None:
    archive = zipped({"a.jsonl": DOCCANO, "b.conll": COLUMNS})

    with pytest.raises(
        formats.UnclearFormatError,
        match=r"2 formats: doccano \(a\.jsonl\), CoNLL columns \(b\.conll\);.*--format doccano",
    ):
        formats.detect(archive, "a.zip")


def test_the_format_that_is_chosen_picks_its_files_out_of_an_archive() -> None:
    archive = zipped({"a.jsonl": DOCCANO, "b.conll": COLUMNS})

    (document,) = read(archive, "conll", "a.zip")
    assert isinstance(document, DocumentRecord)
    assert document.notes == (Counted("files of the archive left out, '.jsonl'", 1),)


def test_a_broken_member_does_not_end_the_archive() -> None:
    archive = zipped({"a.json": "[{", "b.json": b"\xff", "c.json": f"[{DOCCANO}]"})

    first, second, document = read(archive, "doccano", "a.zip")
    assert isinstance(first, BadRecord)
    assert first.reason.startswith("a.json: not JSON")
    assert first.reason.endswith("what follows in this member is left out")
    assert isinstance(second, BadRecord)
    assert second.reason.startswith("b.json: ")
    assert not first.ends_file
    assert not second.ends_file
    assert isinstance(document, DocumentRecord)


@pytest.mark.parametrize("content", [zipped({"a.txt": "A"}), gzip.compress(b"A")])
def test_what_is_packed_twice_is_refused_by_that(content: bytes) -> None:
    archive = zipped({"inner": content})

    assert formats.detect(archive, "a.zip") == "text"
    for format in ("text", "doccano"):
        (bad,) = read(archive, format, "a.zip")
        assert isinstance(bad, BadRecord)
        assert bad.reason.startswith("inner: is packed itself")
        assert "unpack the outer archive" in bad.reason


def test_an_archive_of_texts_alone_stays_one_of_texts() -> None:
    archive = zipped({"a.txt": "One.", "b.txt": "Two."})

    first, second = read(archive, formats.detect(archive, "a.zip"), "a.zip")
    assert isinstance(first, DocumentRecord)
    assert isinstance(second, DocumentRecord)
    assert (first.text, second.text) == ("One.", "Two.")


@pytest.mark.parametrize(
    ("member", "content", "reason"),
    [
        ("a.xml", "<GateDocument><TextWithNodes>Mara</TextWithNodes></GateDocument>", "GATE's XML"),
        ("a.txt", "Mara|NNP|I-PER lives|VBZ|O", "each word has its tag behind it"),
    ],
)
def test_an_archive_of_markup_is_refused_by_its_first_member(
    member: str, content: str, reason: str
) -> None:
    with pytest.raises(formats.UnclearFormatError, match=f"^{member}: .*{reason}"):
        formats.detect(zipped({member: content}), "a.zip")


def test_a_file_of_a_format_may_be_an_archive_in_another_encoding() -> None:
    content = "Zürich B-LOC\nliegt O\n. O\n".encode("latin-1")
    archive = zipped({"a.conll": content})

    (document,) = formats.read(archive, "conll", "a.zip", encoding="windows-1252")
    assert isinstance(document, DocumentRecord)
    assert document.text.startswith("Zürich")


def test_the_columns_of_an_archive_are_shown_by_its_first_column_file() -> None:
    sample = column_sample(zipped({"README.md": "About.", "a.conll": COLUMNS}), 1)

    assert sample.rows == (("Mara", "B-PER"),)


def test_an_archive_without_files_is_refused() -> None:
    (bad,) = read(zipped({}), "doccano", "a.zip")

    assert isinstance(bad, BadRecord)
    assert "holds no files" in bad.reason
