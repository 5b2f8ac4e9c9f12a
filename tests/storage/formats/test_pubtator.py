"""PubTator: titles and abstracts, the places of their entities, and what is left out."""

from __future__ import annotations

import pytest

from storage import formats
from storage.records import BadRecord, Counted
from tests.storage.formats.material import read

FILE = (
    b"1|t|Aspirin in Oslo\n1|a|It helps Mara.\n"
    b"1\t0\t7\tAspirin\tChemical\tMESH:D001241\n1\t25\t29\tMara\tPER\n"
    b"1\tCID\tD001241\tD000001\n\n"
    b"2|t|Nothing\n2|a|\n"
)


def test_titles_and_abstracts_are_one_text_with_its_entities() -> None:
    first, second = read(FILE, "pubtator")

    assert first.text == "Aspirin in Oslo\nIt helps Mara."
    assert first.name == "1"
    assert [(first.text[s.start : s.end], s.label) for s in first.entities] == [
        ("Aspirin", "Chemical"),
        ("Mara", "PER"),
    ]
    assert first.notes == (
        Counted("identifiers of concepts left out", 1),
        Counted("relations left out", 1),
    )
    assert (second.text, second.entities) == ("Nothing\n", ())


def test_relations_with_a_cell_for_novelty_are_counted() -> None:
    relations = b"1\tAssociation\tD1\t672\tNovel\n1\tBind\t672\t673\tNo\n"
    (document,) = read(b"1|t|Mara\n1|a|has flu\n1\t0\t4\tMara\tPER\n" + relations, "pubtator")

    assert [(s.start, s.end, s.label) for s in document.entities] == [(0, 4, "PER")]
    assert document.notes == (Counted("relations left out", 2),)


@pytest.mark.parametrize("name", ["a.pubtator", "a.txt", "PubTator"])
def test_it_is_known_by_its_first_line(name: str) -> None:
    assert formats.detect(FILE, name) == "pubtator"
    assert formats.detect(b"\xef\xbb\xbf" + FILE, name) == "pubtator"


def test_json_and_prose_with_its_marks_are_not_taken_for_it() -> None:
    assert formats.detect(b'{"text": "P|t|Q"}\n', "a.txt") == "jsonl"
    assert formats.detect(b"The columns x|t|y are read.\n", "a.txt") == "text"


def test_documents_without_a_blank_line_between_them_are_two() -> None:
    assert [document.name for document in read(FILE.replace(b"\n\n", b"\n"), "pubtator")] == [
        "1",
        "2",
    ]


@pytest.mark.parametrize(
    ("content", "line", "reason"),
    [
        (b"1|t|A\nwhat\n", 2, "'ID|t|title', 'ID|a|abstract' or"),
        (b"1|t|A\n1\t-1\t1\tA\tX\n", 2, "'ID<tab>start<tab>end<tab>words<tab>label' is expected"),
        (b"1|t|A\n1\t0\t9\tAAA\tX\n", 1, "does not lie in the text"),
        (b"1\t0\t1\tA\tX\n", 1, "its title and abstract are missing"),
        (b"1|t|A\xff\n", 1, "not UTF-8"),
    ],
)
def test_a_bad_document_is_named_and_the_next_is_read(
    content: bytes, line: int, reason: str
) -> None:
    bad, good = read(content + b"\n2|t|B\n", "pubtator")

    assert isinstance(bad, BadRecord)
    assert (bad.line, good.text) == (line, "B")
    assert reason in bad.reason
