"""Label Studio's tasks: annotations, predictions, and everything that is skipped by name."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from storage import formats
from storage.records import BadRecord, Counted, DocumentRecord, SpanRecord
from tests.storage.formats.material import DOCUMENT, TEXT, read, written


def result(start: int, end: int, label: str, **more: Any) -> dict[str, Any]:
    value = {"start": start, "end": end, "text": TEXT[start:end], "labels": [label]}
    return {
        "id": f"{start}-{end}", "from_name": "label", "to_name": "text", "type": "labels",
        "origin": "manual", "value": value, **more,
    }  # fmt: skip


def task(**more: Any) -> bytes:
    return json.dumps([{"id": 1, "data": {"text": TEXT}, **more}], ensure_ascii=False).encode()


def annotation(*results: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"id": 7, "completed_by": 1, "was_cancelled": False, "result": list(results), **more}


def single(content: bytes) -> DocumentRecord:
    (document,) = read(content, "label_studio", "tasks.json")
    assert isinstance(document, DocumentRecord), document
    return document


def shown(document: DocumentRecord) -> list[tuple[str, str, str]]:
    return [
        (document.text[span.start : span.end], span.label, span.status)
        for span in document.entities or ()
    ]


def test_an_annotation_is_a_submitted_document() -> None:
    document = single(task(annotations=[annotation(result(2, 15, "ORG"), result(10, 15, "LOC"))]))

    assert document.text == TEXT
    assert shown(document) == [("Bank of China", "ORG", "accepted"), ("China", "LOC", "accepted")]
    assert document.status == "submitted"
    assert document.name == "tasks:1"


def test_a_prediction_alone_is_suggestions() -> None:
    prediction = {"model_version": "m3", "score": 0.8, "result": [result(2, 15, "ORG", score=0.7)]}
    document = single(task(annotations=[], predictions=[prediction]))

    assert document.status == "new"
    assert shown(document) == [("Bank of China", "ORG", "suggested")]
    assert [(span.score, span.source) for span in document.entities or ()] == [(0.7, "model")]
    assert document.provenance == {"model_version": "m3"}


def test_the_newest_annotation_that_is_not_cancelled_counts_and_the_others_are_named() -> None:
    document = single(
        task(
            annotations=[
                annotation(result(2, 15, "ORG"), updated_at="2026-01-03T10:00:00Z"),
                annotation(result(10, 15, "LOC"), updated_at="2026-01-02T10:00:00Z"),
                annotation(updated_at="2026-01-09T10:00:00Z", was_cancelled=True),
            ],
            predictions=[{"result": [result(22, 30, "PER")]}],
        )
    )

    assert shown(document) == [("Bank of China", "ORG", "accepted")]
    assert document.notes == (
        Counted("older or cancelled annotations left out", 2),
        Counted("predictions beside an annotation left out", 1),
    )


def test_a_task_that_was_cancelled_is_skipped() -> None:
    document = single(task(annotations=[annotation(was_cancelled=True)]))

    assert (document.status, document.entities) == ("skipped", None)


def test_an_annotation_without_results_says_that_there_are_none() -> None:
    assert single(task(annotations=[annotation()])).entities == ()
    assert single(task(annotations=[])).entities is None


def test_what_an_annotation_dropped_of_its_own_prediction_was_refused() -> None:
    prediction = {"id": 4, "result": [result(2, 15, "ORG"), result(10, 15, "LOC", score=0.2)]}
    stored = annotation(result(2, 15, "ORG", origin="prediction"), parent_prediction=4)
    document = single(task(annotations=[stored], predictions=[prediction]))

    assert shown(document) == [("Bank of China", "ORG", "accepted"), ("China", "LOC", "rejected")]
    assert [span.source for span in document.entities or ()] == ["model", "model"]


def test_who_annotated_and_when_is_kept() -> None:
    document = single(
        task(
            annotations=[
                annotation(
                    completed_by={"id": 3, "email": "ann@example.org"},
                    ground_truth=True,
                    lead_time=4.2,
                    updated_at="2026-01-03T10:00:00Z",
                )
            ]
        )
    )

    assert document.provenance == {
        "person": "ann@example.org",
        "submitted_at": "2026-01-03T10:00:00Z",
        "lead_time": 4.2,
        "ground_truth": True,
    }


def test_utf16_offsets_are_converted_and_said_so() -> None:
    wrong = result(2, 15, "ORG")
    wrong["value"] |= {"start": 3, "end": 16}
    document = single(task(annotations=[annotation(wrong)]))

    assert shown(document) == [("Bank of China", "ORG", "accepted")]
    assert document.notes == ("its offsets are UTF-16 units; they were converted to code points",)


def test_results_of_other_kinds_are_counted_by_kind() -> None:
    choice = {"type": "choices", "value": {"choices": ["spam"]}}
    bare = result(2, 6, "X")
    bare["value"]["labels"] = []
    document = single(task(annotations=[annotation(choice, bare, result(2, 15, "ORG"))]))

    assert len(document.entities or ()) == 1
    assert document.notes == (
        Counted("results of type 'choices' left out", 1),
        Counted("results without a label left out", 1),
    )


def test_a_result_with_two_labels_is_two_entities() -> None:
    both = result(2, 15, "ORG")
    both["value"]["labels"] = ["ORG", "BANK"]

    assert [label for _, label, _ in shown(single(task(annotations=[annotation(both)])))] == [
        "ORG", "BANK",
    ]  # fmt: skip


def test_the_only_string_of_the_data_is_the_text_and_the_rest_is_kept() -> None:
    content = json.dumps([{"data": {"body": TEXT, "n": 5}, "meta": {"m": 1}, "annotations": []}])
    document = single(content.encode())

    assert document.text == TEXT
    assert document.meta == {"n": 5, "m": 1}


@pytest.mark.parametrize(
    ("given", "name", "meta"),
    [("a", "a", {}), ("", "tasks:1", {}), (None, "tasks:1", {}), (17, "tasks:1", {"name": 17})],
)
def test_a_task_may_have_no_name_or_a_number_for_it(
    given: object, name: str, meta: dict[str, Any]
) -> None:
    content = json.dumps([{"data": {"text": TEXT, "name": given}, "annotations": []}])
    document = single(content.encode())

    assert (document.name, document.meta) == (name, meta)


def test_the_short_export_is_read() -> None:
    short = {
        "id": 1, "text": TEXT, "url": "x", "annotator": 1, "annotation_id": 3, "lead_time": 2.5,
        "label": [{"start": 2, "end": 15, "text": "Bank of China", "labels": ["ORG"]}],
    }  # fmt: skip
    document = single(json.dumps([short]).encode())

    assert shown(document) == [("Bank of China", "ORG", "accepted")]
    assert document.meta == {"url": "x"}


def test_a_short_export_of_hypertext_is_read_and_other_kinds_are_named() -> None:
    offsets = {"start": "/t[1]", "end": "/t[1]", "globalOffsets": {"start": 2, "end": 15}}
    shown_as_html = {**offsets, "text": "Bank of China", "hypertextlabels": ["ORG"]}
    dialogue = {"start": "0", "end": "1", "text": "hired", "paragraphlabels": ["X"]}
    short = {"id": 1, "text": TEXT, "annotator": 1, "annotation_id": 3}
    short |= {"label": [shown_as_html], "dialogue": [dialogue]}
    document = single(json.dumps([short]).encode())

    assert shown(document) == [("Bank of China", "ORG", "accepted")]
    assert document.notes == (Counted("results of type 'paragraphlabels' left out", 1),)


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        ({"x": 1}, "a task has 'data' with its text, and 'annotations' or 'predictions'; got x"),
        ({"data": []}, "'data' must be an object"),
        ({"data": {"a": "x", "b": "y"}}, "several other fields could be it: a, b"),
        ({"data": {"text": 5}}, "'text' must be a non-empty string"),
        ({"data": {"text": "a"}, "annotations": {}}, None),
        ({"data": {"text": "a"}, "annotations": 5}, "'annotations' must be a list"),
        ({"data": {"text": "a"}, "annotations": [5]}, "an annotation must be an object"),
        ({"data": {"text": "a"}, "annotations": [{"result": [{"value": {
            "start": "/p[1]", "end": 2, "labels": ["X"]}}]}]}, "starts at the XPath '/p[1]'"),
        ({"data": {"text": "a"}, "annotations": [{"result": [{"value": {
            "start": 0, "end": 1, "text": "b", "labels": ["X"]}}]}]}, "'b' says the file"),
    ],
)  # fmt: skip
def test_a_bad_task_is_named_and_the_others_are_read(
    record: dict[str, Any], reason: str | None
) -> None:
    good = {"data": {"text": "x"}, "annotations": []}
    first, bad, last = read(json.dumps([good, record, good]).encode(), "label_studio")

    assert first.text == last.text == "x"
    if reason is None:
        assert isinstance(bad, DocumentRecord)
    else:
        assert isinstance(bad, BadRecord)
        assert reason in bad.reason


def test_what_is_written_has_what_label_studio_asks_for() -> None:
    content, _ = written([DOCUMENT], "label_studio")
    (item,) = json.loads(content)
    (annotation,) = item["annotations"]

    assert item["data"] == {"text": TEXT, "name": "bank"}
    assert (annotation["was_cancelled"], annotation["ground_truth"]) == (False, False)
    assert annotation["result"][0] == {
        "id": "a", "from_name": "label", "to_name": "text", "type": "labels", "origin": "manual",
        "value": {"start": 2, "end": 15, "text": "Bank of China", "labels": ["ORG"]},
    }  # fmt: skip
    assert len({entry["id"] for entry in annotation["result"]}) == 3
    assert item["predictions"] == []


def test_open_suggestions_are_written_as_a_prediction_and_refused_ones_counted() -> None:
    spans = (
        SpanRecord(2, 15, "ORG", "suggested", 0.5, "model", "s"),
        SpanRecord(10, 15, "LOC", "rejected", 0.1, "model", "r"),
    )
    content, tally = written([replace(DOCUMENT, entities=spans, status="new")], "label_studio")
    (item,) = json.loads(content)

    assert item["annotations"] == []
    assert item["predictions"][0]["result"][0]["score"] == 0.5
    assert (tally.undecided, tally.entities) == (1, 1)


def test_annotations_of_versions_before_1_are_read() -> None:
    content = task(completions=[annotation(result(2, 15, "ORG"))], predictions=[])

    assert formats.detect(content, "tasks.json") == "label_studio"
    assert shown(single(content)) == [("Bank of China", "ORG", "accepted")]


def test_what_else_looks_like_annotation_is_named() -> None:
    data = {"text": TEXT, "spans": [[2, 15, "ORG"]], "source": "news"}
    document = single(task(data=data, annotation=[annotation(result(2, 15, "ORG"))], agreement=1.0))

    assert document.notes == (
        Counted(
            "'annotation' not read, though it looks like annotation; did you mean 'annotations'?", 1
        ),
        Counted("'spans' not read, though it looks like annotation", 1),
    )


def hypertext(text: str, words: str | None, kind: str = "hypertextlabels") -> bytes:
    """A task on a text that is shown as HTML, whose entity is at [6, 10) of what is shown."""
    locations = {"startOffset": 0, "endOffset": 4, "globalOffsets": {"start": 6, "end": 10}}
    value = {"start": "/p[1]/text()[1]", "end": "/p[1]/text()[1]", kind: ["PER"], **locations}
    if words is not None:
        value["text"] = words
    results = [{"id": "h", "type": kind, "value": value}]
    return task(data={"text": text}, annotations=[annotation(*results)])


@pytest.mark.parametrize("kind", ["labels", "hypertextlabels"])
def test_an_xpath_with_global_offsets_is_placed_by_them(kind: str) -> None:
    for words in ("Mara", None):
        document = single(hypertext("Hello Mara in Oslo", words, kind))
        assert shown(document) == [("Mara", "PER", "accepted")]


@pytest.mark.parametrize(
    ("text", "words", "reason"),
    [
        ("<p>Hello <b>Mara</b> in Oslo</p>", None, "1 entities cannot be placed: the text is HTML"),
        ("<p>Hello <b>Mara</b> in Oslo</p>", "Mara", "put the text without its tags"),
        ("Hello&nbsp;Mara in Oslo", None, "the text is HTML"),
        ("https://example.org/a.txt", None, "'https://example.org/a.txt' is where a text lies"),
        ("/data/upload/1/ab-c.txt", "Mara", "put the text itself into the task's data"),
        ("s3://bucket/texts/1", None, "is where a text lies"),
        ("texts/letter.txt", "Mara", "is where a text lies"),
    ],
)
def test_offsets_of_a_text_that_the_task_does_not_hold_are_not_believed(
    text: str, words: str | None, reason: str
) -> None:
    (bad,) = read(hypertext(text, words), "label_studio")

    assert isinstance(bad, BadRecord)
    assert reason in bad.reason


def test_the_words_of_an_entity_prove_its_place_in_html() -> None:
    text = "<br/> Mara in Oslo"

    assert shown(single(hypertext(text, "Mara"))) == [("Mara", "PER", "accepted")]


def test_an_address_alone_is_no_text_and_html_alone_is_one() -> None:
    (bad,) = read(task(data={"text": "https://example.org/a"}), "label_studio")

    assert "put the text itself" in bad.reason
    assert single(task(data={"text": "<p>Mara</p>"})).entities is None
    assert (
        single(task(data={"text": "See https://example.org/a and a < b & c > d"})).entities is None
    )


@pytest.mark.parametrize(
    ("text", "end", "words"),
    [
        ("Bank\nof China hired.", 13, "Bank\\nof China"),
        ("Bank  of China hired.", 14, "Bank of China"),
    ],
)
def test_a_selection_across_a_line_end_or_several_blanks_is_placed(
    text: str, end: int, words: str
) -> None:
    value = {"start": 0, "end": end, "text": words, "labels": ["ORG"]}
    selected = {"id": "s", "type": "labels", "value": value}
    document = single(task(data={"text": text}, annotations=[annotation(selected)]))

    assert shown(document) == [(text[:end], "ORG", "accepted")]
