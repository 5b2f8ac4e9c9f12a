"""CSV and TSV with a text in each row."""

from __future__ import annotations

import pytest

from storage import formats
from storage.records import BadRecord, DocumentRecord, Record
from tests.storage.formats.material import read


def detected(content: str | bytes, name: str = "texts.csv") -> list[Record]:
    data = content.encode() if isinstance(content, str) else content
    assert formats.detect(data, name) == "text_table"
    return read(data, "text_table", name)


def documents(content: str | bytes, name: str = "texts.csv") -> list[DocumentRecord]:
    return [record for record in detected(content, name) if isinstance(record, DocumentRecord)]


@pytest.mark.parametrize(
    ("name", "content", "texts"),
    [
        ("a.csv", 'id,text\n1,"Mara, of Oslo"\n2,Acme\n', ["Mara, of Oslo", "Acme"]),
        ("a.csv", 'text\n"Mara lives, here"\nOslo\n', ["Mara lives, here", "Oslo"]),
        ("a.csv", '"text"\r\n"one\r\ntwo"\r\nOslo', ["one\r\ntwo", "Oslo"]),
        ("a.txt", "ID;Text\n1;Mara lives\n2;Oslo\n", ["Mara lives", "Oslo"]),
        ("a", "id\ttext\n1\tMara\n", ["Mara"]),
        ("a.tsv", 'id\ttext\turl\n1\tMara "M." Haag\tx\n', ['Mara "M." Haag']),
        ("a.psv", "id|sentence\n1|Mara\n", ["Mara"]),
        ("a.csv", "sep=;\r\nid;text\r\n1;Mara\r\n", ["Mara"]),
        ("a.csv", "\ufeffSource URL,Tweet\r\nx,Mara 😀\r\n", ["Mara 😀"]),
        ("a.csv", ",text\n0,Mara\n1,Oslo\n", ["Mara", "Oslo"]),
        ("a.csv", f'id,text\n1,"{"Mara " * 20_000}"\n', ["Mara " * 20_000]),
        ("a.csv", "id,text\n1,a\n\n,\n2,b\n", ["a", "b"]),
    ],
)
def test_each_row_is_a_document(name: str, content: str, texts: list[str]) -> None:
    assert [document.text for document in documents(content, name)] == texts


def test_a_table_in_utf_16_is_read() -> None:
    assert [document.text for document in documents("id,text\n1,Øst\n".encode("utf-16"))] == ["Øst"]


def test_other_cells_are_kept_as_data_and_empty_ones_are_none() -> None:
    (first, second) = documents(",text,source,year\n0,Mara,news,\n1,Oslo,,1999\n")

    assert first.meta == {"row": "0", "source": "news"}
    assert second.meta == {"row": "1", "year": "1999"}


def test_a_name_or_else_an_id_names_the_document_or_else_its_row() -> None:
    named = documents("name,id,text\na,1,Mara\n")
    numbered = documents("id,text\n7,Mara\n")
    unnamed = documents("url,text\nx,Mara\ny,Oslo\n")

    assert [document.name for document in (*named, *numbered)] == ["a", "7"]
    assert [document.name for document in unnamed] == ["texts:1", "texts:2"]


def test_a_split_is_taken_and_one_that_is_none_of_ours_is_told() -> None:
    (train, unknown) = documents("split,text\ntrain,Mara\nfold 3,Oslo\n")

    assert (train.split, unknown.split) == ("train", None)
    assert "'fold 3'" in str(unknown.notes[0])


@pytest.mark.parametrize(
    ("column", "cell"),
    [
        ("label", '[[0, 4, "PER"], [14, 18, "LOC"]]'),
        ("labels", '[{"start_offset": 0, "end_offset": 4, "label": "PER"}, [14, 18, "LOC"]]'),
        ("Entities", '[{"start": 0, "end": 4, "type": "PER", "text": "Mara"}, [14, 18, "LOC"]]'),
    ],
)
def test_entities_are_read_from_json(column: str, cell: str) -> None:
    quoted = cell.replace('"', '""')
    (document,) = documents(f'text,{column}\n"Mara lives in Oslo","{quoted}"\n')

    assert document.entities is not None
    assert [(e.start, e.end, e.label) for e in document.entities] == [
        (0, 4, "PER"),
        (14, 18, "LOC"),
    ]
    assert document.meta == {}


def test_no_cell_of_entities_means_that_nobody_looked_and_an_empty_list_that_there_are_none() -> (
    None
):
    assert [d.entities for d in documents("text,label\nMara,\nOslo,[]\n")] == [None, ()]


def test_a_class_of_the_text_is_data_about_it() -> None:
    (document,) = documents("text,label\nMara,positive\n")

    assert (document.entities, document.meta, document.notes) == (None, {"label": "positive"}, ())


@pytest.mark.parametrize(
    ("column", "cell", "note"),
    [
        ("label", "[(0, 4, 'PER')]", "cells of 'label' not read, since they are no JSON"),
        ("spans_of_x", '[[0, 4, ""PER""]]', "'spans_of_x' not read"),
        ("ner_tags", '[""B-PER"", ""O""]', "'ner_tags' not read"),
    ],
)
def test_annotation_that_is_not_read_is_told_and_kept(column: str, cell: str, note: str) -> None:
    (document,) = documents(f'text,{column}\n"Mara lives","{cell}"\n')

    assert note in str(document.notes[0])
    assert document.meta == {column: cell.replace('""', '"')}


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("id,text\n1,a\n2,b\n3,Oslo, Norway\n", "3 cells below 2 columns"),
        ("id,text\n1,a\n2,\n", "'text' must be a non-empty string"),
        ('text,label\nMara,"[[0, 9, ""PER""]]"\n', "9"),
        ('text,label\nMara,"[[0, 4]]"\n', "an entity is [start, end, label], got 2 parts"),
        ("split,text\ntrain,Esp\udcf1a\n", "half a character"),
    ],
)
def test_a_row_that_cannot_be_read_is_named_with_its_line(content: str, reason: str) -> None:
    data = content.encode(errors="surrogateescape")
    (record,) = (r for r in detected(data) if isinstance(r, BadRecord))

    assert record.line == data.count(b"\n")
    assert reason in record.reason


@pytest.mark.parametrize(
    "content", ['id,text\n1,a\n2,"Mara" lives\n', f'id,text\n1,a\n2,"{"x" * 200_000}"\n']
)
def test_a_cell_whose_end_is_unclear_ends_the_import_there(content: str) -> None:
    (first, end) = detected(content)

    assert isinstance(first, DocumentRecord)
    assert isinstance(end, BadRecord)
    assert end.ends_file
    assert "the row from line 3 on cannot be read" in end.reason
    assert "have those inside doubled" in end.reason


@pytest.mark.parametrize(
    ("header", "reason"),
    [("a,b", "name the column of the texts 'text'"), ("text,Text", "two columns have one name")],
)
def test_a_table_without_one_column_of_texts_is_refused_where_it_is_chosen(
    header: str, reason: str
) -> None:
    (record,) = read(f"{header}\nx,y\n".encode(), "text_table", "a.csv")

    assert isinstance(record, BadRecord)
    assert reason in record.reason


def test_columns_without_rows_are_named() -> None:
    (record,) = read(b"id,text\n\n", "text_table", "a.csv")

    assert isinstance(record, BadRecord)
    assert "no rows below the columns" in record.reason


@pytest.mark.parametrize(
    ("name", "content", "format"),
    [
        ("a.csv", "text,tag\nMara,B-PER\nlives,O\nhere,O\n", "conll"),
        ("a.tsv", "text\ttag\nMara\tB-PER\nlives\tO\nhere\tO\n", "conll"),
        ("a.txt", "text\n\nA poem about text.\n", "text"),
        ("a.txt", "My content, and comment\n\nhere it is\n", "text"),
    ],
)
def test_words_with_tags_and_prose_are_no_tables_of_texts(
    name: str, content: str, format: str
) -> None:
    assert formats.detect(content.encode(), name) == format
