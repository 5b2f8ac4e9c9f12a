"""What other tools export as JSON comes in, or is refused by the tool's name with what to do."""

from __future__ import annotations

import json
from typing import Any

import pytest

from storage import formats
from storage.records import BadRecord, Counted
from tests.storage.formats.material import TEXT, read

BOTH = [("Mara", "PER"), ("Oslo", "LOC")]
MARA = "Mara lives in Oslo."
TRIPLES = [[0, 4, "PER"], [14, 18, "LOC"]]
PAIR = [MARA, {"entities": TRIPLES}]
RASA = {
    "text": MARA,
    "intent": "tell",
    "entities": [
        {"start": 0, "end": 4, "value": "mara h.", "entity": "PER"},
        {"start": 14, "end": 18, "value": "Oslo", "entity": "LOC"},
    ],
}
DATATURKS = {
    "content": MARA,
    "annotation": [
        {"label": ["PER"], "points": [{"start": 0, "end": 3, "text": "Mara"}]},
        {"label": ["LOC"], "points": [{"start": 14, "end": 17, "text": "Oslo"}]},
    ],
    "extras": None,
    "metadata": {"status": "done"},
}
SAGEMAKER = {
    "source": MARA,
    "names": {
        "annotations": {
            "entities": [
                {"label": "PER", "startOffset": 0, "endOffset": 4},
                {"label": "LOC", "startOffset": 14, "endOffset": 18},
            ],
            "labels": [{"label": "PER"}, {"label": "LOC"}],
        }
    },
    "names-metadata": {"entities": [{"confidence": 0.9}], "type": "groundtruth/text-span"},
}


DOC = {
    "text": MARA,
    "ents": [
        {"start": 0, "end": 4, "label": "PER"},
        {"start": 14, "end": 18, "label": "LOC", "kb_id": ""},
    ],
    "sents": [{"start": 0, "end": 19}],
    "tokens": [{"id": 0, "start": 0, "end": 4, "tag": "NNP"}],
}
UBIAI = {
    "documentName": "letter",
    "document": MARA,
    "tokens": [
        {"text": "Mara", "start": 0, "end": 4, "token_start": 0, "token_end": 0,
         "entityLabel": "PER"},
        {"text": "Oslo", "start": 14, "end": 18, "token_start": 3, "token_end": 3,
         "entityLabel": "LOC"},
    ],
    "relations": [],
}  # fmt: skip


def as_lines(*records: Any) -> bytes:
    return "".join(json.dumps(record) + "\n" for record in records).encode()


def indented(record: Any) -> bytes:
    return json.dumps(record, indent=2).encode()


EXPORTS = {
    "spaCy 2": (indented([PAIR]), "train.json"),
    "spaCy 2 in lines": (as_lines(PAIR), "train.jsonl"),
    "NER Annotator": (json.dumps({"classes": [], "annotations": [PAIR]}).encode(), "a.json"),
    "Rasa": (indented({"rasa_nlu_data": {"common_examples": [RASA]}}), "nlu.json"),
    "Dataturks": (as_lines(DATATURKS), "export.json"),
    "spaCy 3": (as_lines(DOC), "docs.jsonl"),
    "UBIAI": (indented([UBIAI]), "export.json"),
    "SageMaker": (as_lines(SAGEMAKER), "output.manifest"),
    "a mark before it": (b"\xef\xbb\xbf" + indented([PAIR]), "train.json"),
}


@pytest.mark.parametrize("tool", EXPORTS)
def test_an_export_is_known_and_its_entities_come_in(tool: str) -> None:
    content, name = EXPORTS[tool]
    (document,) = read(content, formats.detect(content, name), name)

    assert formats.detect(content, name) == "other_json"
    assert document.text == MARA
    assert [(MARA[s.start : s.end], s.label) for s in document.entities] == BOTH
    assert document.notes == ()


def test_what_else_a_record_holds_is_kept_or_named() -> None:
    pair = [MARA, {"entities": [], "spans": TRIPLES}]
    second = {**SAGEMAKER, "more": SAGEMAKER["names"]}
    documents = [read(as_lines(record), "other_json")[0] for record in (DATATURKS, pair, second)]

    assert documents[0].meta == {"extras": None, "metadata": {"status": "done"}}
    assert documents[1].notes == (Counted("'spans' not read, though it looks like annotation", 2),)
    assert documents[2].notes == (Counted("'more' not read, though it looks like annotation", 4),)


def test_groups_of_spans_and_relations_are_counted() -> None:
    groups = {**DOC, "spans": {"sc": [{"start": 0, "end": 4, "label": "X"}]}}
    related = {**UBIAI, "relations": [{"head": 0, "child": 3, "relationLabel": "in"}]}
    grouped, ubiai = read(as_lines(groups, related), "other_json")

    assert grouped.notes == (Counted("'spans' not read, though it looks like annotation", 1),)
    assert ubiai.notes == (Counted("relations left out", 1),)
    assert ubiai.name == "letter"


def test_what_entities_say_beside_their_labels_is_counted() -> None:
    mara = {"start": 0, "end": 4}
    rasa = {"text": MARA, "entities": [{**mara, "entity": "PER", "role": "from", "group": 1}]}
    doc = {"text": MARA, "ents": [{**mara, "label": "PER", "kb_id": "Q1", "id": ""}]}
    container = {"rasa_nlu_data": {"common_examples": [rasa]}}

    assert read(as_lines(container), "other_json")[0].notes == (
        Counted("'role' of entities left out", 1),
        Counted("'group' of entities left out", 1),
    )
    assert read(as_lines(doc), "other_json")[0].notes == (
        Counted("'kb_id' of entities left out", 1),
    )


def test_annotations_without_a_label_are_counted() -> None:
    entries = [{"label": label, "points": [{"start": 0, "end": 3}]} for label in ([], None, "PER")]
    (document,) = read(as_lines({"content": MARA, "annotation": entries}), "other_json")

    assert [s.label for s in document.entities] == ["PER"]
    assert document.notes == (Counted("annotations without a label left out", 2),)


def test_nobody_looked_where_there_are_no_entities_at_all() -> None:
    unread, empty, pair = read(
        as_lines(
            {"content": "a", "annotation": None},
            {"content": "a", "annotation": []},
            ["a", {"cats": {}}],
        ),
        "other_json",
    )

    assert (unread.entities, empty.entities, pair.entities) == (None, (), None)


def test_offsets_in_utf16_are_told_by_the_words() -> None:
    point = {"start": 3, "end": 15, "text": "Bank of China"}
    record = {"content": TEXT, "annotation": [{"label": "ORG", "points": [point]}]}
    (document,) = read(as_lines(record), "other_json")

    assert [(s.start, s.end) for s in document.entities] == [(2, 15)]


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        ([MARA], '["text", {"entities": […]}] is expected, got 1 parts'),
        ([MARA, []], "what follows the text must be an object"),
        ([MARA, {"entities": [[0, 4]]}], "an entity is [start, end, label]"),
        ([MARA, {"entities": [[0, 99, "PER"]]}], "does not lie in the text"),
        ([7, {}], "'text' must be a non-empty string"),
        ({**DATATURKS, "annotation": 5}, "'annotation' must be a list"),
        ({**DATATURKS, "annotation": [{"label": [None], "points": [{"start": 0, "end": 3}]}]},
         "'label' must be a non-empty string"),
        (7, "a record must be an object"),
    ],
)  # fmt: skip
def test_a_bad_record_is_named_and_the_others_are_read(record: Any, reason: str) -> None:
    first, bad, last = read(as_lines(PAIR, record, PAIR), "other_json")

    assert first.text == last.text == MARA
    assert reason in bad.reason


def test_an_entry_of_an_object_is_named_by_its_number() -> None:
    first, second, third = read(
        json.dumps({"classes": [], "annotations": [PAIR, None, [1]]}).encode(), "other_json"
    )

    assert first.text == MARA
    assert second.reason == "entry 2: it is null: a text that was skipped, and is not in the file"
    assert third.reason.startswith("entry 3: ")


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b'{"classes": [], "annotations": [', "not JSON: "),
        (b'{"classes": [], "annotations": 5}', "'annotations' must be a list"),
        (b'{"rasa_nlu_data": 5}', "'rasa_nlu_data' must be an object"),
        (b'{"rasa_nlu_data": {}}', "'common_examples' must be a list"),
        (b'{"classes": [], "annotations": []}', "the file holds no texts"),
        (b'{"classes": 1, "annotations": ' + b"[" * 100_000, "nested too deeply"),
    ],
)
def test_an_object_that_is_broken_is_refused(content: bytes, reason: str) -> None:
    (bad,) = read(content, "other_json")

    assert isinstance(bad, BadRecord)
    assert reason in bad.reason


@pytest.mark.parametrize(
    ("record", "tool"),
    [
        ({"anncomplete": True, "entities": [{"classId": "e_1", "offsets": []}]}, "tagtog"),
        ({"File": "a.txt", "Line": 0, "Entities": []}, "Amazon Comprehend"),
        ({"id": 0, "paragraphs": [{"raw": "a", "sentences": []}]}, "spacy convert"),
        ({"%TYPES": {}, "%FEATURE_STRUCTURES": []}, "UIMA CAS XMI"),
        ({"source": "PubTator", "documents": []}, "BioC"),
        ({"source-ref": "s3://b/a.txt", "names": {}}, "'source-ref'"),
        ({"schema": {}, "examples": []}, "LightTag"),
    ],
)
def test_a_tool_that_cannot_be_read_is_named_with_what_to_do(record: Any, tool: str) -> None:
    for content in (as_lines(record), json.dumps(record, indent=2).encode()):
        (bad,) = read(content, formats.detect(content, "a.json"), "a.json")

        assert tool in bad.reason


def test_categories_and_links_of_spacy_2_are_kept_as_data() -> None:
    beside = {"cats": {"NEWS": 1.0}, "links": {"(0, 4)": {"Q1": 1.0}}}
    content = json.dumps([["Mara ran", {"entities": [[0, 4, "PER"]], **beside}]]).encode()
    (document,) = read(content, "other_json")

    assert document.meta == beside
