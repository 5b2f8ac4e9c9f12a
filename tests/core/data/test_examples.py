from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.data.examples import (
    DataError,
    label_set,
    merge_corpora,
    read_examples,
    read_file,
    split_document,
)
from core.text.tokenization import tokenize
from core.types import Entity, Example, Span

TEXT = "😊 Bank of China hired Ms. Haag. She left London-based Kyiv Co."


def written(folder: Path, content: str | bytes, name: str = "data") -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def lines(*records: object) -> str:
    return "\n".join(json.dumps(record) for record in records)


def test_token_jsonl_keeps_its_words_and_nested_entities(tmp_path: Path) -> None:
    record = {
        "tokens": ["Bank", "of", "China", "."],
        "entities": [{"start": 2, "end": 3, "type": "LOC"}, {"start": 0, "end": 3, "type": "ORG"}],
        "doc": "a",
    }
    (example,) = read_examples(written(tmp_path, lines(record)))
    assert example.words == ("Bank", "of", "China", ".")
    assert example.entities == (Span(0, 3, "ORG"), Span(2, 3, "LOC"))
    assert example.labels is None


def test_text_jsonl_is_cut_into_sentences_by_code_points(tmp_path: Path) -> None:
    record = {
        "text": TEXT,
        "entities": [
            {"start": 2, "end": 15, "label": "ORG"},
            {"start": 10, "end": 15, "label": "LOC"},
            {"start": 22, "end": 30, "label": "PER", "status": "accepted"},
            {"start": 41, "end": 47, "label": "LOC"},
        ],
    }
    reading = read_file(written(tmp_path, lines(record)))
    first, second = reading.examples
    assert first.words == ("😊", "Bank", "of", "China", "hired", "Ms.", "Haag", ".")
    assert first.entities == (
        Span(1, 4, "ORG"),
        Span(3, 4, "LOC"),
        Span(5, 7, "PER"),
    )
    assert second.words[2] == "London"
    assert second.entities == (Span(2, 3, "LOC"),)
    assert (reading.expanded, reading.joined) == (0, 0)


def test_an_entity_that_ends_within_a_word_grows_to_the_word_and_is_counted() -> None:
    reading = split_document("the Bankers left", [Entity(4, 8, "ORG"), Entity(3, 12, "PER")])
    assert reading.examples[0].entities == (Span(1, 2, "ORG"), Span(1, 2, "PER"))
    assert reading.expanded == 1


def test_an_entity_across_a_sentence_end_joins_the_sentences() -> None:
    text = "He read Go. Went. Home. She slept."
    reading = split_document(text, [Entity(8, 22, "MISC")])
    assert [len(example.words) for example in reading.examples] == [8, 3]
    assert reading.examples[0].entities == (Span(2, 7, "MISC"),)
    assert reading.joined == 2


def test_what_was_adjusted_is_reported_beside_the_notes(tmp_path: Path) -> None:
    entities = [{"start": 4, "end": 8, "label": "PER"}, {"start": 18, "end": 33, "label": "MISC"}]
    adjusted = {"text": "the Bankers left. Nothing. He sat. She slept.", "entities": entities}
    skipped = {"text": "Oslo", "entities": [], "status": "skipped"}
    reading = read_file(written(tmp_path, lines(adjusted, skipped)))

    assert list(reading.report.values()) == [1, 1, 1]
    left_out, expanded, joined = reading.report
    assert "their status is skipped" in left_out
    assert "within a word, expanded" in expanded
    assert "both sentences were joined" in joined


def test_conll_columns_are_read_in_any_scheme(tmp_path: Path) -> None:
    content = (
        "-DOCSTART- -X- -X- O\n\n"
        "EU NNP B-NP I-ORG\nrejects VBZ B-VP O\n\n\n"
        "Bank\tB-ORG\r\nof\tI-ORG\r\nChina\tE-ORG\r\n\r\n"
        "Peter NNP I-PER"
    )
    assert read_examples(written(tmp_path, content)) == [
        Example(("EU", "rejects"), (Span(0, 1, "ORG"),)),
        Example(("Bank", "of", "China"), (Span(0, 3, "ORG"),)),
        Example(("Peter",), (Span(0, 1, "PER"),)),
    ]


def test_json_of_two_words_without_blanks_is_no_column(tmp_path: Path) -> None:
    (example,) = read_examples(written(tmp_path, '{"text":"Hello world","entities":[]}'))
    assert example.words == ("Hello", "world")


def test_a_conll_word_may_look_like_json(tmp_path: Path) -> None:
    (example,) = read_examples(written(tmp_path, "{ O\n} O"))
    assert example.words == ("{", "}")
    (tagged,) = read_examples(written(tmp_path, "{ NN O\n} NN O"))
    assert tagged.words == ("{", "}")


def test_a_byte_order_mark_is_not_part_of_the_text(tmp_path: Path) -> None:
    content = b"\xef\xbb\xbf" + lines({"text": "Bank", "entities": []}).encode()
    assert read_examples(written(tmp_path, content))[0].words == ("Bank",)


def test_a_line_separator_within_json_does_not_end_the_line(tmp_path: Path) -> None:
    content = json.dumps({"text": "a\u2028b", "entities": []}, ensure_ascii=False)
    assert len(read_examples(written(tmp_path, content))) == 2


def test_labels_say_what_the_annotators_looked_for(tmp_path: Path) -> None:
    path = written(tmp_path, "EU B-ORG\nhere O")
    assert read_examples(path, ["ORG", "PER"])[0].labels == frozenset({"ORG", "PER"})
    with pytest.raises(DataError, match=r"label 'ORG' is not among .* \['PER'\]"):
        read_examples(path, ["PER"])


GOOD = lines({"tokens": ["a"], "entities": []})


@pytest.mark.parametrize(
    ("content", "line", "problem"),
    [
        ("", 1, "at least one sentence"),
        (GOOD + "\n{", 2, "Expecting"),
        ('{\n "tokens": ["a"]\n}', 1, "expected a JSON object a line, got '{'"),
        ('{"text": "a \\ud800", "entities": []}', 1, "expected characters, got half of one"),
        ('{"tokens": ["\\ud800"], "entities": []}', 1, "expected characters, got half of one"),
        (GOOD + "\n[]", 2, 'expected an object with "text" or "tokens"'),
        (GOOD + '\n{"text": "a", "entities": "x"}', 2, '"entities" as a list'),
        (GOOD + '\n{"tokens": ["a", " "], "entities": []}', 2, "every token to be a word"),
        (GOOD + '\n{"tokens": [], "entities": []}', 2, "at least one token"),
        (GOOD + '\n{"tokens": ["a"], "entities": [7]}', 2, '"type": str}, got 7'),
        (GOOD + '\n{"tokens": ["a"], "entities": [{"start": 0, "end": 2, "type": "A"}]}', 2,
         "past the sentence of 1 words"),
        ('{"text": "a b", "entities": [{"start": 0, "end": 9, "label": "A"}]}', 1,
         "past the text of 3 code points"),
        ('{"text": "a b", "entities": [{"start": 1, "end": 2, "label": "A"}]}', 1,
         "covers no word"),
        ('{"text": "a b", "entities": [{"start": 2, "end": 1, "label": "A"}]}', 1,
         "0 <= start < end"),
        ('{"text": "a b", "entities": [{"start": true, "end": 1, "label": "A"}]}', 1, "int"),
        ('{"text": "a b", "entities": [{"start": 0, "end": 1, "label": ""}]}', 1, '"label": str'),
        ("EU B-ORG\nalone", 2, "a word and a tag"),
        ("EU B-ORG\nword tag", 2, "a tag is O or one of"),
        (b"EU B-ORG\n\xff O", 2, "expected UTF-8"),
        ("[" * 100_000, 1, "a word and a tag"),
        ('{"a": 1, "b": ' + "[" * 100_000, 1, "recursion"),
    ],
)  # fmt: skip
def test_a_faulty_file_is_refused_with_its_line(
    tmp_path: Path, content: str | bytes, line: int, problem: str
) -> None:
    path = written(tmp_path, content)
    with pytest.raises(DataError) as caught:
        read_file(path)
    assert caught.value.line == line
    assert problem in caught.value.problem
    assert str(caught.value).startswith(f"{path}:{line}: ")


texts = st.text(alphabet="aB. \n!中😀-’s\u0301", max_size=40)


@given(texts, st.lists(st.tuples(st.integers(0, 39), st.integers(1, 15)), max_size=8))
def test_no_entity_and_no_word_of_a_document_is_lost(
    text: str, drawn: list[tuple[int, int]]
) -> None:
    entities = [
        Entity(start, start + size, str(number))
        for number, (start, size) in enumerate(drawn)
        if start + size <= len(text) and text[start : start + size].strip()
    ]
    reading = split_document(text, entities)
    words = [word for example in reading.examples for word in example.words]
    assert words == [text[token.start : token.end] for token in tokenize(text)]
    result = {
        span.label: "".join(example.words[span.start : span.end])
        for example in reading.examples
        for span in example.entities
    }
    bare = {e.label: "".join(text[e.start : e.end].split()) for e in entities}
    assert result.keys() == bare.keys()
    assert all(bare[label] in result[label] for label in result)
    assert reading.expanded == sum(bare[label] != result[label] for label in result)


def sentence(*labels: str) -> Example:
    return Example(("a",), tuple(Span(0, 1, label) for label in labels))


def test_a_corpus_that_never_shows_a_label_says_nothing_about_it() -> None:
    news, tweets = [sentence("PER", "MISC"), sentence("LOC")], [sentence("PER"), sentence("LOC")]
    merged = merge_corpora([news, tweets])
    assert [example.labels for example in merged[:2]] == [None, None]
    assert [example.labels for example in merged[2:]] == [frozenset({"PER", "LOC"})] * 2
    assert [example.entities for example in merged] == [e.entities for e in news + tweets]


def test_an_example_that_knows_its_labels_keeps_its_word() -> None:
    known = Example(("a",), (), frozenset({"MISC"}))
    assert merge_corpora([[sentence("PER")], [known]])[1].labels == known.labels


def test_a_corpus_without_overlaps_does_not_annotate_nested_entities() -> None:
    words = ("Bank", "of", "England")
    nested = Example(words, (Span(0, 3, "ORG"), Span(2, 3, "LOC")))
    flat = Example(words, (Span(0, 1, "ORG"), Span(1, 3, "LOC")))
    merged = merge_corpora([[flat, nested], [flat, flat]])
    assert [example.nested for example in merged] == [True, True, False, False]


def test_the_label_set_is_sorted() -> None:
    assert label_set([sentence("PER", "LOC"), sentence("MISC", "LOC")]) == ("LOC", "MISC", "PER")


def test_labels_of_the_model_that_a_corpus_never_uses_are_unknown_in_it() -> None:
    tweets = [Example(("Ann",), (Span(0, 1, "PER"),))]
    (single,) = merge_corpora([tweets])
    assert single.labels is None
    (beside,) = merge_corpora([tweets], ("MISC", "PER"))
    assert beside.labels == frozenset({"PER"})
