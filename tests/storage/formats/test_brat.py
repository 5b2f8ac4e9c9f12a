"""brat standoff: pairs in an archive, fragments, and what is skipped."""

from __future__ import annotations

from typing import Any

import pytest

from storage import formats
from storage.records import BadRecord, Counted, DocumentRecord, SpanRecord
from tests.storage.formats.material import DOCUMENT, TEXT, read, written
from tests.storage.formats.packed import unzipped, zipped


def pair(annotations: str | bytes, text: str | bytes = TEXT) -> list[Any]:
    return read(zipped({"a.txt": text, "a.ann": annotations}), "brat")


def shown(document: DocumentRecord) -> list[tuple[str, str]]:
    return [(document.text[s.start : s.end], s.label) for s in document.entities or ()]


def test_the_test_text_is_written_as_brat_has_it() -> None:
    content, tally = written([DOCUMENT], "brat")

    assert unzipped(content) == {
        "bank.txt": TEXT.encode(),
        "bank.ann": (
            b"T1\tORG 2 15\tBank of China\nT2\tLOC 10 15\tChina\nT3\tPER 22 30\tMs. Haag\n"
        ),
    }
    assert tally.entities == 3


def test_fragments_that_only_white_space_parts_are_one_entity() -> None:
    (document,) = pair("T1\tPER 22 25;26 30\tMs. Haag\n")

    assert shown(document) == [("Ms. Haag", "PER")]
    assert document.notes == ()


def test_a_discontinuous_entity_becomes_its_fragments_and_that_is_said() -> None:
    (document,) = pair("T1\tORG 2 6;10 15\tBank China\n")

    assert shown(document) == [("Bank", "ORG"), ("China", "ORG")]
    assert document.notes == (
        Counted("discontinuous entities read as one entity for each fragment", 1),
    )


def test_an_entity_over_a_line_end_is_cut_as_brat_cuts_it_and_comes_back_whole() -> None:
    text = "Bank\nof\r\n\nChina"
    document = DocumentRecord(text, "a", (SpanRecord(0, len(text), "ORG", key="e1"),))
    content, _ = written([document], "brat")

    assert unzipped(content)["a.ann"] == b"T1\tORG 0 4;5 8;10 15\tBank of  China\n"
    assert read(content, "brat") == [document]


def test_other_annotations_are_passed_over_and_counted() -> None:
    (document,) = pair(
        "T1\tORG 2 15\tBank of China\nR1\tin Arg1:T1 Arg2:T1\nE1\tORG:T1\nA1\tsure T1\nM1\tx T1\n"
        "N1\tReference T1 W:1\tx\n#1\tAnnotatorNotes T1\tnote\n*\tEquiv T1 T1\n\n"
    )

    assert shown(document) == [("Bank of China", "ORG")]
    assert document.notes == (
        Counted("attributes left out", 2),
        Counted("equivalences left out", 1),
        Counted("events left out", 1),
        Counted("normalizations left out", 1),
        Counted("notes left out", 1),
        Counted("relations left out", 1),
    )


def test_offsets_in_utf16_are_told_by_the_words_and_converted() -> None:
    (document,) = pair("T1\tORG 3 16\tBank of China\nT2\tPER 23 26;27 31\tMs. Haag\n")

    assert shown(document) == [("Bank of China", "ORG"), ("Ms. Haag", "PER")]
    assert "UTF-16" in str(document.notes[0])


def test_a_text_without_annotations_is_one_that_nobody_looked_at() -> None:
    empty, missing = read(zipped({"a.txt": "A", "a.ann": "", "d/b.txt": "B\r\n"}), "brat")

    assert empty.entities == ()
    assert missing == DocumentRecord("B\r\n", "d/b")


@pytest.mark.parametrize(
    ("annotations", "line", "reason"),
    [
        ("T1\tORG 2 15\tBank of China\nT2\tPER 0 99\tx\n", 1, "does not lie in the text"),
        ("T1\tORG 2 15\tChina\n", 1, "Bank of China"),
        ("\nT1\tORG 2\tBank\n", 2, "LABEL START END"),
        ("T1\tORG 15 2\tx\n", 1, "does not lie in the text"),
        ("T1\tORG -1 2\tx\n", 1, "LABEL START END"),
        ("T1\tA B 1 2\tx\n", 1, "LABEL START END"),
        ("T1\tORG 2 99999999999999999999\tx\n", 1, "LABEL START END"),
        ("hello\n", 1, "no line of brat's"),
    ],
)
def test_a_bad_annotation_refuses_its_document_and_no_other(
    annotations: str, line: int, reason: str
) -> None:
    members = {"a.txt": TEXT, "a.ann": annotations, "b.txt": "good", "b.ann": ""}
    bad, good = read(zipped(members), "brat")

    assert isinstance(bad, BadRecord)
    assert (bad.line, reason in bad.reason) == (line, True), bad.reason
    assert "a." in bad.reason
    assert good.text == "good"


def test_an_entity_of_no_length_is_said_to_be_one() -> None:
    (bad,) = pair("T1\tPER 4 4\t\n")

    assert bad.reason.startswith("a.txt: entity [4, 4) 'PER' has no words: it ends where it begins")


def test_what_is_missing_is_named() -> None:
    (lonely,) = read(zipped({"a.ann": ""}), "brat")
    (nothing,) = read(zipped({"a.pdf": "x"}), "brat")
    empty, external = read(zipped({"a.txt": "", "b.txt": b"\xe9"}), "brat")

    assert lonely.reason == "a.ann: its text a.txt is missing beside it"
    assert "holds no .txt file" in nothing.reason
    assert empty.reason == "a.txt: the file holds no text"
    assert external.reason.startswith("b.txt: not UTF-8")


def test_a_blank_in_a_label_is_written_as_an_underscore_and_counted() -> None:
    document = DocumentRecord("Anna", "a", (SpanRecord(0, 4, "a person"),))
    content, tally = written([document], "brat")

    assert unzipped(content)["a.ann"] == b"T1\ta_person 0 4\tAnna\n"
    assert tally.properties["blanks in labels"] == 1


def test_labels_that_brat_cannot_tell_apart_are_written_once_and_counted() -> None:
    spans = (SpanRecord(0, 4, "A B"), SpanRecord(0, 4, "A_B"), SpanRecord(5, 8, "A_B"))
    content, tally = written([DocumentRecord("Anna ran", "a", spans)], "brat")

    assert unzipped(content)["a.ann"] == b"T1\tA_B 0 4\tAnna\nT2\tA_B 5 8\tran\n"
    assert tally.entities == 2
    assert tally.properties["entities whose labels differ in blanks alone"] == 1


def test_an_archive_of_texts_is_taken_for_brat() -> None:
    assert formats.detect(zipped({"a.txt": "A", "a.ann": ""}), "corpus.zip") == "brat"


def test_bionlp_keeps_its_annotations_in_two_files() -> None:
    (document,) = read(
        zipped(
            {
                "a.txt": "Mara lives in Oslo.\n",
                "a.a1": "T1\tPER 0 4\tMara\n",
                "a.a2": "T2\tLOC 14 18\tOslo\nE1\tLives:T1\n",
            }
        ),
        "brat",
    )

    assert shown(document) == [("Mara", "PER"), ("Oslo", "LOC")]
    assert document.notes == (Counted("events left out", 1),)


def test_a_line_that_cannot_be_read_is_named_with_its_file() -> None:
    members = {"a.txt": "Mara", "a.a1": "T1\tPER 0 4\tMara\n", "a.a2": "?\n"}
    missing, bad = read(zipped({"b.a1": "", **members}), "brat")

    assert missing.reason == "b.a1: its text b.txt is missing beside it"
    assert bad == BadRecord(1, "a.a2: no line of brat's: '?'")


def test_other_files_of_the_archive_are_counted() -> None:
    members = {"annotation.conf": "", "visual.conf": "", "a.txt": "A", "b.txt": "B"}
    first, second = read(zipped(members), "brat")

    assert first.notes == (Counted("files of the archive left out, '.conf'", 2),)
    assert second.notes == ()


@pytest.mark.parametrize(
    ("text", "reported"),
    [
        ("Visit Oslo.\r\nMara left.\r\n", "its offsets count CRLF as one"),
        ("\ufeffVisit Oslo.\nMara left.\n", "its offsets leave the byte order mark out"),
    ],
)
def test_line_ends_and_marks_that_were_not_counted_are_mended(text: str, reported: str) -> None:
    (document,) = pair("T1\tLOC 6 10\tOslo\nT2\tPER 12 16\tMara\n", text.encode())

    assert document.text == text
    assert shown(document) == [("Oslo", "LOC"), ("Mara", "PER")]
    assert reported in str(document.notes[0])


@pytest.mark.parametrize(
    ("text", "annotation"), [("A.TXT", "A.ANN"), ("a.txt", "a.ANN"), ("a.txt", "A.ANN"),
                             ("A.Txt", "a.ann"), ("d/a.txt", "D/A.A1")],
)  # fmt: skip
def test_names_in_capitals_are_a_pair_all_the_same(text: str, annotation: str) -> None:
    archive = zipped({annotation: "T1\tPER 0 4\tMara\n", text: "Mara"})

    assert formats.detect(archive, "a.zip") == "brat"
    (document,) = read(archive, "brat")
    assert isinstance(document, DocumentRecord)
    assert shown(document) == [("Mara", "PER")]


def test_names_that_differ_in_case_alone_are_each_the_pair_of_their_own() -> None:
    members = {"a.txt": "Mara", "A.txt": "Oslo", "A.ann": "T1\tLOC 0 4\tOslo\n"}
    mara, oslo = read(zipped(members), "brat")

    assert isinstance(mara, DocumentRecord)
    assert isinstance(oslo, DocumentRecord)
    assert (mara.entities, shown(oslo)) == (None, [("Oslo", "LOC")])


def test_an_annotation_file_that_two_texts_may_mean_is_refused() -> None:
    bad, *texts = read(zipped({"ab.txt": "Mara", "AB.txt": "Oslo", "Ab.ann": "T1"}), "brat")

    assert isinstance(bad, BadRecord)
    assert bad.reason == "Ab.ann: its text Ab.txt is missing beside it"
    assert [document.entities for document in texts] == [None, None]
