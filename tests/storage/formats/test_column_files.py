"""Column files: the words and the tags are found by the content, and nothing is lost in silence."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import pytest

from core.data.examples import read_file
from core.data.readers.ontonotes import LEFT_OUT
from core.text.columns import parse_columns
from storage import formats
from storage.formats.column_sample import column_sample
from storage.records import BadRecord, Counted, DocumentRecord
from tests.column_files import CASES, FILES, LAYOUTS, entities_in, entities_of

GERMEVAL = (CASES / "germeval.conll").read_bytes()


def read(content: str | bytes, columns: str = "") -> list[Any]:
    source = content.encode() if isinstance(content, str) else content
    choice = parse_columns(columns) if columns else None
    return list(formats.read(source, formats.COLUMNS, "corpus.conll", columns=choice))


@pytest.mark.parametrize(("content", "entities"), FILES.values(), ids=FILES.keys())
def test_every_layout_gives_its_entities(content: bytes, entities: list[str]) -> None:
    documents = read(content)

    assert [entity for document in documents for entity in entities_of(document)] == entities


@pytest.mark.parametrize("content", [content for content, _ in FILES.values()], ids=FILES.keys())
def test_import_and_training_read_the_same_words_and_entities(
    tmp_path: Path, content: bytes
) -> None:
    path = tmp_path / "corpus"
    path.write_bytes(content)
    documents, examples = read(content), read_file(path).examples

    texts = "".join(document.text for document in documents)
    words = "".join(word for example in examples for word in example.words)
    assert "".join(texts.split()) == "".join(words.split())
    imported = [entity for document in documents for entity in entities_of(document)]
    trained = [entity for example in examples for entity in entities_in(example)]
    assert ["".join(e.split()) for e in imported] == ["".join(e.split()) for e in trained]


@pytest.mark.parametrize("ending", [".txt", ".tsv", ".csv", ".conllup", ".train", ""])
@pytest.mark.parametrize("content", [content for content, _ in FILES.values()], ids=FILES.keys())
def test_a_column_file_is_known_under_any_name(content: bytes, ending: str) -> None:
    assert formats.detect(content, f"corpus{ending}") == formats.COLUMNS


@pytest.mark.parametrize(
    ("content", "name", "format"),
    [
        ("Dear Sir,\n\nI was born in O.\nVitamin B-12 is good, and so is O\n", "a.txt", "text"),
        ("# Notes\n\n- one\n- two\n", "a.md", "text"),
        ("#FORMAT=WebAnno TSV 3.3\n\n\n#Text=a\n1-1\t0-1\ta\tO\t\n", "a.tsv", "webanno"),
        ('{"text": "a"}\n', "a.txt", "jsonl"),
        ("", "a.txt", "text"),
    ],
)
def test_what_is_no_column_file_is_not_taken_for_one(content: str, name: str, format: str) -> None:
    assert formats.detect(content.encode(), name) == format


@pytest.mark.parametrize(
    "content",
    [
        "name,age\nMara,7\nOslo,8\n",
        "document,split,start,end,label,text\na,train,0,4,PER,Mara\n",
    ],
)
def test_a_table_without_tags_is_not_taken_for_a_column_file(content: str) -> None:
    with pytest.raises(formats.UnclearFormatError, match="this is a table with the columns"):
        formats.detect(content.encode(), "a.csv")


def notes(content: str | bytes, columns: str = "") -> set[str]:
    return {note for document in read(content, columns) for note in document.notes}


def test_words_first_and_tags_last_need_no_word() -> None:
    assert notes("Mara NNP B-NP B-PER\nslept VBD B-VP O\n") == set()


def test_other_columns_are_told_with_how_to_choose() -> None:
    (note,) = notes((CASES / "uner.iob2").read_bytes())

    assert "words from column 2, tags from column 3 (of 5)" in note
    assert "--columns word=2,tag=3" in note


def test_tags_that_are_passed_over_are_named() -> None:
    (note,) = notes(LAYOUTS["HIPE"][0])

    assert "words from column 1 TOKEN, tags from column 2 NE-COARSE-LIT (of 8)" in note
    assert "skipped: column 3 NE-COARSE-METO, column 4 NE-FINE-LIT" in note


def test_empty_words_multiword_tokens_and_markup_are_named() -> None:
    assert "words left out because they are empty" in notes(LAYOUTS["empty words"][0])
    assert "lines of markup skipped" in notes(LAYOUTS["markup in lines of its own (FiNER)"][0])
    multiword = notes(LAYOUTS["CoNLL-U with multiword tokens"][0])
    assert "multiword tokens and empty nodes skipped; their words are read" in multiword


def test_an_entity_on_an_empty_word_is_named() -> None:
    assert "entities left out because their words are empty" in notes("a\tO\n\tB-PER\nb\tO\n")


def test_an_empty_word_parts_two_entities() -> None:
    (document,) = read("Mara\tI-PER\n\tO\nHaag\tI-PER\nx\tO\n")

    assert entities_of(document) == ["Mara/PER", "Haag/PER"]


def test_tags_of_another_spelling_are_told() -> None:
    assert any("neighbours with one label" in note for note in notes("a\tX\nb\tX\nc\tO\n"))
    assert any("ENTITY" in note for note in notes("a\tB\nb\tI\nc\tO\nd\tO\n"))


def test_tags_of_a_scheme_that_nobody_knows_are_no_labels() -> None:
    records = read("Mara X-PER\nleft O\n\nNew B-LOC\nYork I-LOC\nis O\n")

    assert [entities_of(r) for r in records if isinstance(r, DocumentRecord)] == [["New York/LOC"]]
    assert [r.line for r in records if isinstance(r, BadRecord)] == [1]


def test_text_follows_what_the_file_says_of_spaces() -> None:
    texts = {
        name: [document.text for document in read(text)] for name, (text, _) in LAYOUTS.items()
    }

    assert texts["CoNLL-U with NER in MISC (DaNE, NorNE, Stanza)"] == ["Mara lives in Oslo."]
    assert texts["HIPE"] == ["Mara va à Berne."]
    assert texts["characters with blanks (KLUE)"] == ["김 철은 와", "서울"]
    assert texts["characters (MSRA)"] == ["中 国 很 大"]


@pytest.mark.parametrize(
    ("columns", "entities"),
    [
        ("tag=3", ["Mara Haag/PER", "Bonn/LOC", "TSV Bonn/ORG"]),
        ("tag=4", ["Bonn/LOC"]),
        ("word=2,tag=3,tag=4", ["Mara Haag/PER", "Bonn/LOC", "TSV Bonn/ORG", "Bonn/LOC"]),
        ("word=1", ["1 2/PER", "5/LOC", "1 2/ORG", "2/LOC"]),
    ],
)
def test_columns_can_be_chosen_by_number(columns: str, entities: list[str]) -> None:
    documents = read(GERMEVAL, columns)

    assert [entity for document in documents for entity in entities_of(document)] == entities


def test_columns_can_be_chosen_by_name_and_feature() -> None:
    fine = read(LAYOUTS["HIPE"][0], "word=TOKEN,tag=NE-FINE-LIT")
    feature = read(
        LAYOUTS["CoNLL-U with NER in MISC (DaNE, NorNE, Stanza)"][0], "word=3,tag=10:name"
    )

    assert entities_of(fine[0]) == ["Mara/pers.ind", "Berne/loc.adm"]
    assert feature[0].text == "Mara live in Oslo."
    assert entities_of(feature[0]) == ["Mara/PER", "Oslo/LOC"]


@pytest.mark.parametrize(
    ("columns", "reason"),
    [
        ("tag=7", "the file has 4 columns, and no column 7"),
        ("tag=NE", "the file has no column 'NE'; numbers begin at 1"),
        ("word=3,tag=3", "column 3 cannot hold both"),
        ("word=1,tag=2", "a tag is O or one of"),
    ],
)
def test_a_choice_that_the_file_cannot_meet_is_refused(columns: str, reason: str) -> None:
    bad = read(GERMEVAL, columns)

    assert all(isinstance(record, BadRecord) for record in bad)
    assert reason in bad[0].reason


@pytest.mark.parametrize("columns", ["", "word", "word=", "words=1", "word=1,word=2", "tag=0"])
def test_a_choice_that_is_none_says_how_to_write_it(columns: str) -> None:
    with pytest.raises(ValueError, match=r"expected columns as word=2,tag=3|numbered from 1"):
        parse_columns(columns)


def test_columns_are_chosen_for_column_files_alone() -> None:
    with pytest.raises(ValueError, match="for files of format 'conll', and not for 'text'"):
        list(formats.read(b"a", "text", "a.txt", columns=parse_columns("tag=2")))


def test_a_table_without_tags_says_what_to_type() -> None:
    (bad,) = read("id\ttext\n1\tMara lives\n2\tOslo is big\n")

    assert bad.ends_file
    assert "no column holds tags" in bad.reason
    assert "--columns word=2,tag=3" in bad.reason


def test_a_word_with_a_blank_in_a_file_of_blanks_is_named_and_not_cut() -> None:
    first, bad = read("a O\nb O\nc O\nd O\n\nNew York B-LOC\n")

    assert isinstance(first, DocumentRecord)
    assert bad.line == 6
    assert "expected 2 columns as in the lines before, got 3: 'New York B-LOC'" in bad.reason


@pytest.mark.parametrize("quoting", [csv.QUOTE_MINIMAL, csv.QUOTE_ALL, csv.QUOTE_NONNUMERIC])
def test_quotation_marks_of_a_table_with_tabs_are_its_words(quoting: Any) -> None:
    rows = [("token", "tag"), ("Mara", "B-PER"), ('"', "O"), ('5"', "O"), ('""', "O"), ("x", "O")]
    out = io.StringIO()
    csv.writer(out, delimiter="\t", quoting=quoting).writerows(rows)
    (document,) = read(out.getvalue())

    assert document.text == 'Mara " 5" "" x'
    assert entities_of(document) == ["Mara/PER"]


@pytest.mark.parametrize(
    ("head", "words"),
    [
        ("", ['""""', '"a"']),
        ("token\ttag\n", ['"', '"a"']),
        ("token\ttag\n", ['"a', '"a"']),
        ("token\ttag\n", ['""', "a"]),
    ],
)
def test_quotation_marks_are_words_where_nothing_says_that_it_is_csv(
    head: str, words: list[str]
) -> None:
    (document,) = read(head + "Mara\tB-PER\n" + "".join(f"{word}\tO\n" for word in words))

    assert document.text == f"Mara {' '.join(words)}"


def test_comments_are_no_words() -> None:
    text, _ = LAYOUTS["CoNLL-U with a comment of as many words as columns"]

    assert [document.text for document in read(text)] == ["Mara is"]


def test_sentences_and_files_without_words_are_named() -> None:
    good, bad = read("a\tO\nb\tO\n\n\tO\n\tB-PER\n")

    assert isinstance(good, DocumentRecord)
    assert (bad.line, bad.reason) == (4, "a sentence of empty words only is left out")
    (nothing,) = read("-DOCSTART- -X- O\n\n# a comment\n")
    assert "the file holds no words with tags" in nothing.reason
    assert read("\n\n") == []


def test_a_fault_of_conll_2012_is_told_with_its_line() -> None:
    (bad,) = read("#begin document (bc/a); part 000\nbc/a 0 0 Hong NNP\n")

    assert bad.line == 2
    assert "at least 12 columns of CoNLL-2012" in bad.reason


def test_sentences_of_the_new_testament_are_counted() -> None:
    pivot = "pt/nt/40/nt_4001 0 0 Jesus NNP (TOP*) - - - - * -\n\n"
    city = "bc/a 0 0 Oslo NNP (TOP*) - - - - (GPE) -\n\n"
    head = "#begin document (bc/a); part 000\n"
    first, last = read(head + pivot + city + city + pivot * 2)
    broken, bad = read(head + city + "bc/a 0 0 Hong NNP\n")

    assert first.notes == (Counted(LEFT_OUT, 1),)
    assert last.notes == (Counted(LEFT_OUT, 2),)
    assert (broken.text, bad.line) == ("Oslo", 4)
    (nothing,) = read(head + pivot)
    assert "have none and are left" in nothing.reason


@pytest.mark.parametrize(
    "content",
    [
        "Mara\tNNP\t_\nlives\tVBZ\t_\n",
        "# id 1\nMara _ _ _\nlives _ _ _\n",
        "1\tMara\tMara\tPROPN\t_\t_\t0\troot\t_\t_\n",
        "Mara\t-\nlives\t*\n",
    ],
)
def test_a_file_of_words_that_nobody_tagged_is_not_one_without_entities(content: str) -> None:
    (bad,) = read(content)

    assert bad.ends_file
    assert "no column holds tags" in bad.reason
    assert "take the file as text" in bad.reason


def test_a_cell_with_several_tags_is_named_and_makes_no_label() -> None:
    good, bad = read("a\tB-ORG\nb\tO\n\na\tB-ORG|B-LOC\nb\tO\n")

    assert entities_of(good) == ["a/ORG"]
    assert formats.detect(b"a\tB-ORG|B-LOC\nb\tI-ORG|O\nc\tO\n", "corpus.txt") == "conll"
    assert bad.reason.startswith("one tag a word is expected, got 'B-ORG|B-LOC'; put the tags of")


def test_a_sample_shows_the_words_and_the_columns_that_were_found() -> None:
    sample = column_sample(GERMEVAL, 2)

    assert sample.rows == (("1", "Mara", "B-PER", "O"), ("2", "Haag", "I-PER", "O"))
    assert (sample.width, sample.layout.word, sample.tags) == (4, 1, ("3", "4"))


def test_thousands_of_columns_take_no_time_that_grows_with_their_square() -> None:
    row = "\t".join(["a", *["O"] * 20_000]) + "\n"

    assert [document.text for document in read(row * 3)] == ["a a a"]


def test_numbers_of_thousands_of_digits_are_words() -> None:
    assert [document.text for document in read(f"{'9' * 5_000}\tO\nb\tO\n")] == ["9" * 5_000 + " b"]


@pytest.mark.parametrize("content", [b",", b" , \n,,\n"])
def test_a_file_of_empty_cells_is_refused_and_not_silently_nothing(content: bytes) -> None:
    (bad,) = read(content)

    assert "no words" in bad.reason
