"""The spreadsheets' table: no cell is a formula."""

from __future__ import annotations

import csv
import io
from dataclasses import replace

import pytest

from storage.records import DocumentRecord, SpanRecord
from tests.storage.formats.material import DOCUMENT, written


def rows(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def test_each_entity_is_a_row_with_its_status() -> None:
    refused = SpanRecord(2, 6, "X", "rejected", 0.25, "model")
    content, tally = written(
        [replace(DOCUMENT, entities=(*(DOCUMENT.entities or ()), refused), split="dev")], "table"
    )
    table = rows(content)

    assert content.startswith(
        b"\xef\xbb\xbfdocument,split,start,end,label,text,status,source,score\r\n"
    )
    assert [row["text"] for row in table] == ["Bank of China", "China", "Ms. Haag", "Bank"]
    assert table[3] == {
        "document": "bank", "split": "dev", "start": "2", "end": "6", "label": "X", "text": "Bank",
        "status": "rejected", "source": "model", "score": "0.25",
    }  # fmt: skip
    assert (tally.documents, tally.entities, tally.undecided) == (1, 4, 0)
    assert tally.properties["text"] == 1


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", "＝"])
def test_a_cell_that_a_spreadsheet_would_run_gets_an_apostrophe(start: str) -> None:
    text = f"{start}HYPERLINK(1)"
    document = DocumentRecord(text, text, (SpanRecord(0, len(text), text),))
    content, tally = written([document], "table")
    (row,) = rows(content)

    assert row["document"] == row["label"] == row["text"] == f"'{text}"
    assert row["start"] == "0"
    assert tally.properties["prefixed"] == 3


def test_quotes_commas_and_line_ends_stay_in_their_cell() -> None:
    text = 'a, "b"\r\nc 😊'
    document = DocumentRecord(text, "d", (SpanRecord(0, len(text), "X"),))

    assert rows(written([document], "table")[0])[0]["text"] == text


def test_a_document_without_entities_has_no_row_and_is_counted() -> None:
    content, tally = written([DocumentRecord("a", "d", ())], "table")

    assert rows(content) == []
    assert tally.properties["rowless"] == 1
