"""Only what people decided is learnt."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from app.services.retraining.reviewed_part import decided
from core.data.examples import read_file, split_document
from core.types import Entity
from storage.enums import DOCUMENT_STATUSES, SpanStatus
from storage.formats.jsonl import write_jsonl
from storage.records import DocumentRecord, SpanRecord

TEXT = "Anna left Oslo. Bo came to Kyiv. Rain fell."
LABELS = ("PER", "LOC")


Marked = tuple[str, str, SpanStatus]


def document(*marked: Marked) -> DocumentRecord:
    spans = tuple(
        SpanRecord(TEXT.index(words), TEXT.index(words) + len(words), label, status)
        for words, label, status in marked
    )
    return DocumentRecord(TEXT, name="a", entities=spans)


def reported(*marked: Marked) -> list[tuple[str, list[str]]]:
    parts, _ = decided(document(*marked), LABELS)
    return [(p.text, [p.text[s.start : s.end] for s in p.entities or ()]) for p in parts]


def test_a_waitingwithout_open_suggestions_is_learnt_whole() -> None:
    assert reported(("Anna", "PER", "accepted")) == [(TEXT, ["Anna"])]


def test_a_rejected_span_is_a_negative_its_sentence_is_learnt_without_it() -> None:
    marked: list[Marked] = [("Anna", "PER", "accepted"), ("Oslo", "PER", "rejected")]
    [(text, words)] = reported(*marked)
    assert (text, words) == (TEXT, ["Anna"])
    examples = split_document(text, [Entity(0, 4, "PER")]).examples
    assert examples[0].labels is None, "all labels were looked for, so what is no entity is denied"
    assert [len(example.entities) for example in examples] == [1, 0, 0]


def test_a_sentence_with_an_undecided_suggestion_is_left_out_and_the_others_are_learnt() -> None:
    marked: list[Marked] = [
        ("Anna", "PER", "accepted"),
        ("Kyiv", "LOC", "suggested"),
        ("Bo", "PER", "accepted"),
    ]
    assert reported(*marked) == [("Anna left Oslo.", ["Anna"]), ("Rain fell.", [])]


def test_a_rejected_span_beside_an_undecided_one_stays_a_negative() -> None:
    marked: list[Marked] = [("Oslo", "PER", "rejected"), ("Kyiv", "LOC", "suggested")]
    assert reported(*marked) == [("Anna left Oslo.", []), ("Rain fell.", [])]


def test_a_document_of_which_nothing_is_decided_is_named_as_such() -> None:
    marked: list[Marked] = [
        ("Anna", "PER", "suggested"),
        ("Kyiv", "LOC", "suggested"),
        ("Rain", "LOC", "suggested"),
    ]
    parts, problem = decided(document(*marked), LABELS)
    assert (parts, problem) == ((), "every sentence has an undecided suggestion")


def test_suggestions_of_labels_that_the_project_does_not_have_are_no_matter() -> None:
    assert reported(("Kyiv", "DATE", "suggested")) == [(TEXT, [])]


@pytest.mark.parametrize(
    "marked",
    [
        [("Anna", "PER", "accepted"), ("Oslo", "PER", "rejected")],
        [("Anna", "PER", "accepted"), ("Bo", "PER", "accepted"), ("Kyiv", "LOC", "suggested")],
        [("Bo", "PER", "suggested"), ("Kyiv", "LOC", "suggested")],
        [("Oslo. Bo", "PER", "suggested"), ("Rain", "LOC", "accepted")],
        [("Oslo. Bo", "PER", "rejected"), ("Kyiv", "LOC", "suggested")],
    ],
)
def test_training_on_an_export_takes_the_same_sentences(
    tmp_path: Path, marked: list[Marked]
) -> None:
    submitted = replace(document(*marked), status="submitted")
    waiting = [replace(submitted, status=s) for s in DOCUMENT_STATUSES if s != "submitted"]
    export, train = tmp_path / "export.jsonl", tmp_path / "train.jsonl"
    for path, documents in (
        (export, [submitted, *waiting]),
        (train, decided(submitted, LABELS)[0]),
    ):
        with path.open("wb") as out:
            write_jsonl(documents, out)

    assert read_file(export).examples == read_file(train).examples
