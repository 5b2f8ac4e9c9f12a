"""Prodigy's tasks and answers."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given

from storage.formats.token_alignment import covering
from storage.records import BadRecord, Counted, DocumentRecord, SpanRecord
from tests.storage.formats.material import CHINA, DOCUMENT, TEXT, documents, read, written

SPANS = [
    {"start": 2, "end": 15, "token_start": 1, "token_end": 3, "label": "ORG"},
    {"start": 22, "end": 30, "token_start": 5, "token_end": 6, "label": "PER"},
]


def first(**task: Any) -> DocumentRecord:
    (document,) = read(json.dumps({"text": TEXT, **task}).encode(), "prodigy")
    assert isinstance(document, DocumentRecord), document
    return document


def statuses(document: DocumentRecord) -> list[str]:
    return [span.status for span in document.entities or ()]


@pytest.mark.parametrize(
    ("answer", "view", "status", "spans"),
    [
        ("accept", "ner_manual", "submitted", "accepted"),
        ("accept", "spans_manual", "submitted", "accepted"),
        ("accept", "ner", "in_progress", "accepted"),
        ("reject", "ner_manual", "new", "rejected"),
        ("reject", "ner", "new", "rejected"),
        ("ignore", "ner_manual", "skipped", "accepted"),
        (None, "ner_manual", None, "accepted"),
    ],
)
def test_an_answer_says_where_the_document_stands(
    answer: str | None, view: str, status: str | None, spans: str
) -> None:
    document = first(spans=SPANS, answer=answer, _view_id=view)

    assert document.status == status
    assert statuses(document) == [spans, spans]


def test_an_accepted_task_without_spans_says_that_there_are_none() -> None:
    assert first(answer="accept").entities == ()
    assert first().entities is None


@pytest.mark.parametrize("view", ["classification", "choice", "text"])
@pytest.mark.parametrize("answer", ["accept", "reject", "ignore"])
def test_a_task_about_something_else_says_nothing_of_entities(view: str, answer: str) -> None:
    document = first(answer=answer, _view_id=view, label="NEWS", accept=["NEWS"])

    assert document.entities is None
    assert document.meta == {"label": "NEWS", "accept": ["NEWS"]}
    assert document.notes == (f"its view {view!r} asks for no entities: its text is not annotated",)
    assert statuses(first(answer="accept", _view_id=view, spans=SPANS)) == ["accepted"] * 2


@pytest.mark.parametrize("view", ["ner_manual", "spans_manual", "relations", "blocks"])
def test_an_accepted_task_about_entities_says_that_there_are_none(view: str) -> None:
    assert first(answer="accept", _view_id=view).entities == ()


def test_who_answered_and_when_is_kept() -> None:
    document = first(spans=SPANS, answer="accept", _annotator_id="ner-ann", _timestamp=1767434400)

    assert document.provenance == {
        "person": "ner-ann",
        "submitted_at": "2026-01-03T10:00:00+00:00",
    }


def test_other_keys_are_kept_and_what_is_not_ours_is_named() -> None:
    document = first(
        spans=[], name=5, source="x", meta={"id": 3}, split="test", relations=[1], _x=1
    )

    assert document.meta == {"source": "x", "id": 3}
    assert document.name == "f:1"
    assert document.notes == (
        Counted("relations left out", 1),
        "its split 'test' is none of train, dev, holdout: it was left open",
    )


def test_an_answer_that_is_none_is_refused_by_name() -> None:
    (bad,) = read(b'{"text": "a", "answer": "maybe"}', "prodigy")

    assert isinstance(bad, BadRecord)
    assert "'answer' must be one of accept, reject, ignore, got 'maybe'" in bad.reason


def test_what_is_written_has_tokens_with_inclusive_ends() -> None:
    content, _ = written([replace(DOCUMENT, status="submitted")], "prodigy")
    task = json.loads(content)

    assert task["tokens"][:4] == [
        {"text": "😊", "start": 0, "end": 1, "id": 0, "ws": True},
        {"text": "Bank", "start": 2, "end": 6, "id": 1, "ws": True},
        {"text": "of", "start": 7, "end": 9, "id": 2, "ws": True},
        {"text": "China", "start": 10, "end": 15, "id": 3, "ws": True},
    ]
    assert task["spans"][0] == {
        "start": 2, "end": 15, "token_start": 1, "token_end": 3, "label": "ORG", "id": "a",
    }  # fmt: skip
    assert (task["answer"], task["_view_id"]) == ("accept", "spans_manual")


def test_without_overlaps_the_view_is_prodigys_flat_one() -> None:
    content, _ = written([replace(DOCUMENT, entities=(CHINA,))], "prodigy")

    assert json.loads(content)["_view_id"] == "ner_manual"


@given(document=documents())
def test_tokens_spell_the_text_and_every_entity_is_a_run_of_them(document: DocumentRecord) -> None:
    content, _ = written([document], "prodigy")
    task = json.loads(content)
    tokens = task["tokens"]

    assert document.text == "".join(token["text"] + " " * token["ws"] for token in tokens)
    for span in task.get("spans", ()):
        assert tokens[span["token_start"]]["start"] == span["start"]
        assert tokens[span["token_end"]]["end"] == span["end"]


@pytest.mark.parametrize(
    ("text", "spans", "expected"),
    [
        ("a  b", [], ["a_", " ", "b"]),
        ("a b ", [], ["a_", "b_"]),
        (" a", [], [" ", "a"]),
        ("", [], []),
        (" ", [], [" "]),
        ("Londoners", [(0, 6)], ["London", "ers"]),
        ("Londoners", [(0, 6), (3, 9)], ["Lon", "don", "ers"]),
        ("a b", [(0, 2)], ["a", " ", "b"]),
        ("a b", [(1, 3)], ["a", " ", "b"]),
        ("a\r\n b", [(2, 3)], ["a", "\r", "\n", " ", "b"]),
    ],
)
def test_words_are_cut_where_entities_begin_and_end(
    text: str, spans: list[tuple[int, int]], expected: list[str]
) -> None:
    pieces = covering(text, [SpanRecord(*span, "X") for span in spans])

    assert [text[p.start : p.end] + "_" * p.blank for p in pieces] == expected


def test_what_looks_like_annotation_under_other_keys_is_named() -> None:
    document = first(spans=[], entities=[{"start": 0, "end": 1, "label": "X"}], _old=[[0, 1, "X"]])

    assert document.notes == (Counted("'entities' not read, though it looks like annotation", 1),)
