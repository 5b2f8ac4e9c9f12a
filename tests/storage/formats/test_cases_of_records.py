"""Small files in the shapes that other tools write: what comes in of each, or what is said."""

from __future__ import annotations

from pathlib import Path

import pytest

from storage import formats
from storage.records import DocumentRecord

CASES = Path(__file__).parent / "cases" / "records"
MARA, OSLO, ACME = ("Mara", "PER"), ("Oslo", "LOC"), ("Acme", "ORG")
EXPECTED: list[tuple[str, list[tuple[str, str]], str]] = [
    ("bionlp.zip", [MARA, OSLO], ""),
    ("brat_crlf_counted_as_one.zip", [OSLO, MARA, ACME], "its offsets count CRLF as one"),
    ("brat_mark_not_counted.zip", [MARA, OSLO], "leave the byte order mark out"),
    ("doccano_annotations.jsonl", [MARA], ""),
    ("doccano_first_without_labels.jsonl", [MARA], ""),
    ("label_studio_completions.json", [MARA], ""),
    ("label_studio_global_offsets.json", [MARA], ""),
    ("label_studio_hypertext.json", [], "the text is HTML"),
    ("misspelt_entities.jsonl", [], "'entitites' is no key of a record; did you mean"),
    (
        "text_beside_tags.parquet",
        [("Mara Haag", "PER"), OSLO, ACME],
        "its entities are those of 'ner_tags'",
    ),
    ("tokens_ner_tags.jsonl", [MARA, OSLO], ""),
    ("webanno_header_line.tsv", [MARA, OSLO], "words of the layer POS, left out: 4"),
    ("webanno_no_text.tsv", [MARA, OSLO], "annotations of no text, left out: 1"),
]


def outcome(name: str) -> tuple[list[tuple[str, str]], list[str]]:
    """The entities of a file by their words, and all that is said of it."""
    path = CASES / name
    entities: list[tuple[str, str]] = []
    remarks: list[str] = []
    for record in formats.read(path, formats.detect(path, name), name):
        if isinstance(record, DocumentRecord):
            spans = record.entities or ()
            entities += [(record.text[span.start : span.end], span.label) for span in spans]
            remarks += map(str, record.notes)
        else:
            remarks.append(record.reason)
    return entities, remarks


@pytest.mark.parametrize(("name", "entities", "remark"), EXPECTED)
def test_what_a_file_holds_comes_in_or_is_said(
    name: str, entities: list[tuple[str, str]], remark: str
) -> None:
    result, remarks = outcome(name)

    assert result == entities
    assert remark in " ".join(remarks)
    assert bool(remark) == bool(remarks)


def test_every_case_is_tried() -> None:
    assert {path.name for path in CASES.iterdir()} == {name for name, *_ in EXPECTED}
