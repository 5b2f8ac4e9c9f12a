"""SpERT's and GLiNER's JSON: words, and entities as runs of them."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

import pytest

from storage.records import BadRecord, Counted, DocumentRecord, SpanRecord
from tests.storage.formats.material import DOCUMENT, read, written

WORDS = ["😊", "Bank", "of", "China", "hired", "Ms.", "Haag", "."]
JOINED = "😊 Bank of China hired Ms. Haag ."
PLACES = [(2, 15, "ORG"), (10, 15, "LOC"), (22, 30, "PER")]
SPERT = {
    "tokens": WORDS,
    "entities": [
        {"type": "ORG", "start": 1, "end": 4},
        {"type": "LOC", "start": 3, "end": 4},
        {"type": "PER", "start": 5, "end": 7},
    ],
    "relations": [],
    "orig_id": "bank",
    "ltokens": [],
    "rtokens": [],
}
GLINER = {
    "tokenized_text": WORDS,
    "ner": [[1, 3, "ORG"], [3, 3, "LOC"], [5, 6, "PER"]],
    "name": "bank",
}


def members(content: bytes) -> dict[str, Any]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: json.loads(archive.read(name)) for name in archive.namelist()}


def locations(document: DocumentRecord) -> list[tuple[int, int, str]]:
    return [(span.start, span.end, span.label) for span in document.entities or ()]


def test_spert_is_written_as_documents_and_types() -> None:
    content, tally = written([DOCUMENT], "spert")

    assert members(content) == {
        "documents.json": [SPERT],
        "types.json": {
            "entities": {
                label: {"short": label, "verbose": label} for label in ("LOC", "ORG", "PER")
            },
            "relations": {},
        },
    }
    assert tally.properties == {"spacing": 1, "id": 3}


def test_gliner_is_written_with_ends_inside() -> None:
    content, tally = written([DOCUMENT], "gliner")

    assert json.loads(content) == [GLINER]
    assert tally.properties == {"spacing": 1, "id": 3}


@pytest.mark.parametrize(
    ("format", "content"),
    [
        ("spert", json.dumps([SPERT]).encode()),
        ("spert", json.dumps([SPERT], indent=2).encode()),
        ("spert", json.dumps(SPERT).encode()),
        ("spert", written([DOCUMENT], "spert")[0]),
        ("gliner", json.dumps([GLINER]).encode()),
        ("gliner", json.dumps(GLINER).encode()),
    ],
)
def test_arrays_lines_and_archives_are_read(format: str, content: bytes) -> None:
    (document,) = read(content, format)

    assert document.text == JOINED
    assert document.name == "bank"
    assert locations(document) == PLACES


def test_an_archive_of_several_files_gives_the_documents_of_all() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name in ("types.json", "train.json", "folder/dev.json", "readme.txt"):
            value: Any = [SPERT] if "types" not in name else {"entities": {}}
            archive.writestr(name, json.dumps(value))
    documents = read(out.getvalue(), "spert", "corpus.zip")

    assert [document.text for document in documents] == [JOINED, JOINED]


def test_an_archive_without_documents_says_what_is_expected() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("readme.txt", "hello")
    (bad,) = read(out.getvalue(), "spert")

    assert "no JSON file in the archive holds documents" in bad.reason


@pytest.mark.parametrize("format", ["spert", "gliner"])
def test_words_are_cut_where_an_entity_begins_or_ends(format: str) -> None:
    spans = (SpanRecord(0, 6, "LOC"), SpanRecord(3, 9, "X"))
    content, tally = written([DocumentRecord("Londoners", "d", spans)], format)
    (document,) = read(content, format)

    assert document.text == "Lon don ers"
    assert [document.text[s.start : s.end] for s in document.entities] == ["Lon don", "don ers"]
    assert tally.unaligned == []


@pytest.mark.parametrize("format", ["spert", "gliner"])
def test_an_entity_that_ends_with_a_blank_is_named(format: str) -> None:
    content, tally = written([DocumentRecord("a b", "d", (SpanRecord(0, 2, "X"),))], format)

    assert [lost.text for lost in tally.unaligned] == ["a "]
    assert read(content, format)[0].entities == ()


@pytest.mark.parametrize("format", ["spert", "gliner"])
def test_a_text_without_words_is_refused_by_name(format: str) -> None:
    content, tally = written([DocumentRecord(" \n", "blank"), DOCUMENT], format)

    assert tally.refused == ["blank: has no words"]
    assert tally.documents == len(read(content, format)) == 1


def test_relations_are_passed_over_and_said_so() -> None:
    record = SPERT | {"relations": [{"type": "x", "head": 0, "tail": 1}]}
    (document,) = read(json.dumps([record]).encode(), "spert")

    assert document.notes == (Counted("relations left out", 1),)


@pytest.mark.parametrize(
    ("format", "record", "reason"),
    [
        ("spert", {"words": []}, "'tokens' is missing; there are words"),
        ("spert", SPERT | {"tokens": ["a", 1]}, "'token' must be a non-empty string"),
        ("spert", SPERT | {"tokens": ["a"]}, "does not lie in the 1 tokens"),
        ("spert", SPERT | {"entities": [{"start": 0, "end": 1}]}, "'type' must be"),
        ("gliner", {"text": "a"}, "'tokenized_text' is missing; there are text"),
        ("gliner", GLINER | {"ner": [[0, 8, "X"]]}, "entity [0, 9) 'X' does not lie in the 8"),
        ("gliner", GLINER | {"ner": [[0, "X"]]}, "an entity is [first, last, label]"),
        ("gliner", GLINER | {"ner": [[0, 1.5, "X"]]}, "'last' must be a whole number"),
        ("gliner", GLINER | {"ner": [[2, 1, "X"]]}, "does not lie"),
    ],
)
def test_a_bad_record_is_named_and_the_others_are_read(
    format: str, record: dict[str, Any], reason: str
) -> None:
    good = SPERT if format == "spert" else GLINER
    first, bad, last = read(json.dumps([good, record, good]).encode(), format)

    assert isinstance(first, DocumentRecord)
    assert isinstance(last, DocumentRecord)
    assert isinstance(bad, BadRecord)
    assert reason in bad.reason


@pytest.mark.parametrize("format", ["spert", "jsonl"])
def test_an_entity_of_words_may_have_a_label_in_the_place_of_a_type(format: str) -> None:
    record = {"tokens": ["Mara", "left"], "entities": [{"start": 0, "end": 1, "label": "PER"}]}
    (document,) = read(json.dumps([record]).encode(), format)

    assert locations(document) == [(0, 4, "PER")]


def test_no_ner_means_that_nobody_looked() -> None:
    assert read(b'{"tokenized_text": ["a"]}', "gliner")[0].entities is None


@pytest.mark.parametrize("key", ["ner_tags", "ner", "tags", "labels"])
@pytest.mark.parametrize("format", ["jsonl", "spert"])
def test_tags_beside_words_are_entities(format: str, key: str) -> None:
    record = {"id": "0", "tokens": ["Mara", "Haag", "left"], key: ["B-PER", "I-PER", "O"]}
    (document,) = read(json.dumps([record]).encode(), format)

    assert [(s.start, s.end, s.label) for s in document.entities] == [(0, 9, "PER")]
    assert document.notes == ()


def test_a_label_in_a_list_of_tags_may_hold_a_hash() -> None:
    record = {"tokens": ["Mara", "left"], "ner_tags": ["B-Claim #1", "O"]}
    (document,) = read(json.dumps(record).encode(), "jsonl")

    assert locations(document) == [(0, 4, "Claim #1")]


def test_an_entity_that_is_given_twice_is_taken_once_and_counted() -> None:
    twice = {"start": 1, "end": 2, "type": "PER"}
    record = {"tokens": ["a", "b"], "entities": [twice, twice | {"status": "suggested"}]}
    (spert,) = read(json.dumps([record]).encode(), "spert")
    (gliner,) = read(b'[{"tokenized_text": ["a"], "ner": [[0, 0, "X"], [0, 0, "X"]]}]', "gliner")

    assert [(span.label, span.status) for span in spert.entities] == [("PER", "accepted")]
    assert locations(gliner) == [(0, 1, "X")]
    assert spert.notes == gliner.notes == (Counted("entities given twice, taken once", 1),)


def test_a_rejected_entity_may_stand_beside_the_accepted_one() -> None:
    entity = {"start": 0, "end": 1, "type": "X"}
    record = {"tokens": ["a"], "entities": [entity, entity | {"status": "rejected"}]}
    (document,) = read(json.dumps(record).encode(), "jsonl")

    assert [span.status for span in document.entities] == ["accepted", "rejected"]
    assert document.notes == ()


@pytest.mark.parametrize(
    ("tags", "reason"),
    [
        ([1, 0], "the tag 1 is no name, and the file names 0 tags for 'ner_tags'; write"),
        (["B-PER"], "2 tokens have 1 ner_tags; one each is expected"),
        (["B-PER", "PER"], "'ner_tags': a tag is O or one of"),
        ("B-PER O", "'ner_tags' must be a list, got str"),
    ],
)
def test_tags_that_cannot_be_read_are_refused_and_not_dropped(tags: object, reason: str) -> None:
    (bad,) = read(json.dumps({"tokens": ["Mara", "left"], "ner_tags": tags}).encode(), "jsonl")

    assert reason in bad.reason


def test_a_text_beside_the_words_is_kept_where_they_fit_it() -> None:
    record = {"tokens": ["Mara", "left", "."], "ner_tags": ["B-PER", "O", "O"]}
    fitting, other = (
        read(json.dumps({**record, "text": text}).encode(), "jsonl")[0]
        for text in (" Mara  left.\n", "Somebody else left.")
    )

    assert (fitting.text, fitting.notes) == (
        " Mara  left.\n",
        ("its entities are those of 'ner_tags', placed in its text",),
    )
    assert [(s.start, s.end) for s in fitting.entities] == [(1, 5)]
    assert other.text == "Mara left ."
    assert other.notes == (
        "its text was left out, since its tokens do not follow one another in it",
    )


def test_a_misspelt_key_of_a_token_record_is_refused_with_the_one_that_was_meant() -> None:
    record = {"tokens": ["Mara"], "entitites": [{"start": 0, "end": 1, "type": "PER"}]}
    (bad,) = read(json.dumps(record).encode(), "jsonl")

    assert bad.reason == "'entitites' is no key of a record; did you mean 'entities'?"


@pytest.mark.parametrize("format", ["jsonl", "gliner", "spert"])
def test_what_else_looks_like_annotation_of_the_words_is_named(format: str) -> None:
    words = {"tokenized_text": ["Mara"], "ner": []} if format == "gliner" else {"tokens": ["Mara"]}
    record = {"entities": [], **words, "pos_tags": ["NNP"], "chunks": [[0, 1, "NP"]], "source": "x"}
    if format == "gliner":
        del record["entities"]
    (document,) = read(json.dumps([record]).encode(), format)

    assert document.notes == (
        Counted("'pos_tags' not read, though it looks like annotation", 1),
        Counted("'chunks' not read, though it looks like annotation", 1),
    )


def test_what_a_record_of_words_says_of_its_document_is_kept() -> None:
    record = {
        "id": 7,
        "name": "a",
        "split": "dev",
        "status": "skipped",
        "source": "web",
        "meta": {"year": 1999},
        "tokens": ["Hi", "Mara"],
        "entities": [
            {"start": 1, "end": 2, "type": "PER", "text": "Mara", "status": "suggested"},
            {"start": 0, "end": 1, "type": "PER", "status": "rejected"},
        ],
    }
    (document,) = read(json.dumps(record).encode(), "jsonl")

    assert (document.name, document.split, document.status) == ("a", "dev", "skipped")
    assert document.meta == {"id": 7, "source": "web", "year": 1999}
    assert [(s.start, s.status, s.source) for s in document.entities] == [
        (3, "suggested", "model"), (0, "rejected", "person"),
    ]  # fmt: skip


def test_a_record_of_words_of_another_tool_keeps_its_id_and_what_is_not_ours() -> None:
    record = {"id": "7", "split": "validation", "status": "Validated", "tokens": ["Hi", "Mara"]}
    tagged = {**record, "ner_tags": ["O", "B-PER"], "pos_tags": [1, 2]}
    (document,) = read(json.dumps(tagged).encode(), "jsonl")

    assert (document.name, document.split, document.status) == ("7", None, None)
    assert document.meta == {"status": "Validated"}
    assert document.notes == (
        Counted("'pos_tags' not read, though it looks like annotation", 2),
        "its split 'validation' is none of train, dev, holdout: it was left open",
    )


def test_an_entity_whose_words_are_not_its_tokens_is_refused() -> None:
    entity = {"start": 1, "end": 2, "type": "ORG", "text": "Bank of China"}
    (bad,) = read(json.dumps({"tokens": ["A", "Bank"], "entities": [entity]}).encode(), "jsonl")

    assert bad.reason == (
        "entity [1, 2) 'ORG' is 'Bank of China' says the file, but its tokens are 'Bank'; offsets "
        "count tokens from 0, end exclusive"
    )


def test_an_emoji_is_no_punctuation_that_tokens_may_spell_in_other_ways() -> None:
    entity = {"start": 0, "end": 1, "type": "MOOD", "text": "😊"}
    right, wrong = read(
        "\n".join(json.dumps({"tokens": [word], "entities": [entity]}) for word in "😊🎉").encode(),
        "jsonl",
    )

    assert locations(right) == [(0, 1, "MOOD")]
    assert isinstance(wrong, BadRecord)
    assert "is '😊' says the file, but its tokens are '🎉'" in wrong.reason
