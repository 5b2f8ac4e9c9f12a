from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.data.examples import DataError, read_examples, read_file
from core.data.readers.ontonotes import LEFT_OUT, read_ontonotes
from core.text.columns import parse_columns
from core.types import Example, Span

BANK = Example(("Bank", "of", "China", "."), (Span(0, 3, "ORG"), Span(2, 3, "GPE")))
OBJECT = {
    "tokens": list(BANK.words),
    "entities": [
        {"start": 0, "end": 3, "type": "ORG"},
        {"start": 2, "end": 3, "type": "GPE"},
    ],
}
SPERT = {**OBJECT, "relations": [{"type": "in", "head": 0, "tail": 1}], "orig_id": 7}
PIQN = {**OBJECT, "ltokens": ["He", "paid", "."], "rtokens": [], "pos": ["NNP"] * 4}


def written(folder: Path, content: str | bytes, name: str) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def row(word: str, name: str, document: str = "bc/cctv/00/cctv_0000") -> str:
    return f"{document} 0 0 {word} NNP (TOP* - - - Speaker#1 {name} (ARG0*) -"


def ontonotes(*rows: str) -> str:
    return "\n".join(
        ["#begin document (bc/cctv/00/cctv_0000); part 000", *rows, "", "#end document"]
    )


@pytest.mark.parametrize("name", ["ace.json", "ace.data"])
@pytest.mark.parametrize("indent", [None, 2])
def test_a_json_list_of_sentences_is_read_whatever_else_they_hold(
    tmp_path: Path, name: str, indent: int | None
) -> None:
    path = written(tmp_path, json.dumps([SPERT, PIQN], indent=indent), name)
    assert read_examples(path) == [BANK, BANK]


def test_labels_and_types_may_stand_for_each_other(tmp_path: Path) -> None:
    words = {"tokens": ["Oslo"], "entities": [{"start": 0, "end": 1, "label": "LOC"}]}
    text = {"text": "Oslo", "entities": [{"start": 0, "end": 4, "type": "LOC"}]}
    path = written(tmp_path, f"{json.dumps(words)}\n{json.dumps(text)}\n", "a.jsonl")

    assert read_examples(path) == [Example(("Oslo",), (Span(0, 1, "LOC"),))] * 2


def test_objects_a_line_are_read_under_the_suffix_of_a_list(tmp_path: Path) -> None:
    path = written(tmp_path, f"{json.dumps(SPERT)}\n{json.dumps(PIQN)}\n", "ace.json")
    assert read_examples(path) == [BANK, BANK]


def test_a_json_list_may_have_a_byte_order_mark_and_carriage_returns(tmp_path: Path) -> None:
    text = json.dumps([SPERT], indent=1).replace("\n", "\r\n")
    assert read_examples(written(tmp_path, b"\xef\xbb\xbf" + text.encode(), "a.json")) == [BANK]


def test_columns_of_either_scheme_are_the_same_entities(tmp_path: Path) -> None:
    head = "-DOCSTART- -X- -X- O\n\n"
    words = ("Bank", "of", "China", "Paris", "Rome")
    first, second = ("I-ORG I-ORG I-ORG I-LOC B-LOC", "B-ORG I-ORG I-ORG B-LOC B-LOC")
    read = [
        read_examples(
            written(
                tmp_path,
                head + "".join(f"{w} NNP B-NP {t}\n" for w, t in zip(words, tags, strict=True)),
                "eng.train",
            )
        )
        for tags in (first.split(), second.split())
    ]
    spans = (Span(0, 3, "ORG"), Span(3, 4, "LOC"), Span(4, 5, "LOC"))
    assert read == [[Example(words, spans)]] * 2


def test_characters_with_tags_are_words_of_one_character(tmp_path: Path) -> None:
    content = "中\tB-LOC\n国\tI-LOC\n \tO\n[\tO\n\n{\tO\n"
    assert read_examples(written(tmp_path, content, "msra.train")) == [
        Example(("中", "国", "["), (Span(0, 2, "LOC"),)),
        Example(("{",)),
    ]


def test_columns_are_chosen_and_what_was_taken_is_counted(tmp_path: Path) -> None:
    path = written(tmp_path, "1\tOslo\tB-LOC\tO\n2\t\tO\tO\n3\tis\tO\tB-X\n", "corpus")
    result = read_file(path)
    chosen = read_examples(path, columns=parse_columns("word=2,tag=3"))

    assert result.examples == (Example(("Oslo", "is"), (Span(1, 2, "X"),)),)
    assert result.notes["words left out because they are empty"] == 1
    assert any("tags skipped: column 3" in note for note in result.notes)
    assert chosen == [Example(("Oslo", "is"), (Span(0, 1, "LOC"),))]


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        (
            {"text": "😊 Mara", "entities": [{"start": 3, "end": 6, "label": "P", "text": "Mara"}]},
            "entity [3, 6) 'P' is 'Mara' says the file, but 'ara' is there; offsets are code",
        ),
        (
            {
                "tokens": ["Hi", "Mara"],
                "entities": [{"start": 0, "end": 1, "type": "P", "text": "Mara"}],
            },
            "entity [0, 1) 'P' is 'Mara' says the file, but 'Hi' is there; offsets are tokens",
        ),
    ],
)
def test_an_entity_whose_words_are_elsewhere_is_an_error(
    tmp_path: Path, record: dict[str, Any], reason: str
) -> None:
    with pytest.raises(DataError, match=re.escape(reason)):
        read_examples(written(tmp_path, json.dumps(record), "a.jsonl"))


def test_words_may_differ_in_blanks_and_those_of_tokens_in_brackets(tmp_path: Path) -> None:
    text = {
        "text": "Ms.\nHaag",
        "entities": [{"start": 0, "end": 8, "label": "P", "text": "Ms. Haag"}],
    }
    words = {
        "tokens": ["-LRB-", "Haag", "-RRB-"],
        "entities": [{"start": 0, "end": 3, "type": "P", "text": "(Haag)"}],
    }
    path = written(tmp_path, f"{json.dumps(text)}\n{json.dumps(words)}\n", "a.jsonl")

    assert [example.entities for example in read_examples(path)] == [
        (Span(0, 2, "P"),), (Span(0, 3, "P"),),
    ]  # fmt: skip


def test_a_choice_says_nothing_of_json(tmp_path: Path) -> None:
    path = written(tmp_path, json.dumps(SPERT), "a.jsonl")
    assert read_examples(path, columns=parse_columns("tag=2")) == [BANK]


def test_names_in_brackets_are_entities(tmp_path: Path) -> None:
    content = ontonotes(
        row("Hong", "(GPE*"), row("Kong", "*)"), row("Disneyland", "(ORG)"), "",
        row("The", "(ORG*"), row("Hague", "(GPE)"), row("Court", "*)"), row("/.", "*"),
    )  # fmt: skip
    assert read_examples(written(tmp_path, content, "cctv.v4_gold_conll")) == [
        Example(("Hong", "Kong", "Disneyland"), (Span(0, 2, "GPE"), Span(2, 3, "ORG"))),
        Example(("The", "Hague", "Court", "/."), (Span(0, 3, "ORG"), Span(1, 2, "GPE"))),
    ]


def test_a_folder_tree_is_one_corpus_without_the_new_testament(tmp_path: Path) -> None:
    written(tmp_path, ontonotes(row("Oslo", "(GPE)")), "train/nw/b.v4_gold_conll")
    written(tmp_path, ontonotes(row("Kyiv", "(GPE)")), "train/bc/a.v4_gold_conll")
    written(tmp_path, ontonotes(row("no", "*")), "train/bc/a.v4_auto_conll")
    pivot = ontonotes(row("Jesus", "*", "pt/nt/40/nt_4001"))
    written(tmp_path, pivot, "train/pt/nt_4001.v4_gold_conll")
    written(tmp_path, pivot, "train/nt_4001.v4_gold_conll")
    assert [example.words for example in read_examples(tmp_path)] == [("Kyiv",), ("Oslo",)]


def test_sentences_of_the_new_testament_are_counted(tmp_path: Path) -> None:
    pivot = row("Jesus", "*", "pt/nt/40/nt_4001")
    content = ontonotes(pivot, "", row("Oslo", "(GPE)"), "", pivot, "", pivot)
    result = read_file(written(tmp_path, content, "a.v4_gold_conll"))

    assert [example.words for example in result.examples] == [("Oslo",)]
    assert result.notes == {LEFT_OUT: 3}


def test_a_fault_in_a_folder_names_the_file(tmp_path: Path) -> None:
    path = written(tmp_path, ontonotes(row("Oslo", "(GPE")), "a/b.v4_gold_conll")
    with pytest.raises(DataError) as caught:
        read_file(tmp_path)
    assert str(caught.value).startswith(f"{path}:2: the sentence ends, but (GPE")


FAULTS = [
    ("a.json", "", 1, "at least one sentence"),
    ("a.json", "[]", 1, "at least one sentence"),
    ("a.json", '"a"', 1, "expected a list"),
    ("a.json", "[\n[]]", 2, 'expected an object with "text" or "tokens"'),
    ("a.json", json.dumps([SPERT], indent=0)[:-1], 30, "expected , or ]"),
    ("a.json", "[" + json.dumps(SPERT) + "\n;", 2, "expected , or ]"),
    ("a.json", "[" + json.dumps(SPERT) + "]\n[]", 2, "nothing after the list"),
    ("a.json", "[" + json.dumps(SPERT) + ",\n{]", 2, "Expecting property name"),
    ("a.json", "[\n" + json.dumps({**OBJECT, "tokens": ["Bank"]}), 2, "past the sentence of 1"),
    ("a.json", '[\n{"tokens": ["a"], "entities": [{"start": 0}]}]', 2, '"type": str}'),
    ("a.json", "[" * 100_000, 1, "recursion"),
    ("eng.train", "EU NNP B-NP I-ORG\nrejects VBZ O\n", 2, "expected 4 columns"),
    ("eng.train", "EU NNP B-NP I-ORG\nrejects VBZ B-VP X O\n", 2, "expected 4 columns"),
    ("eng.train", "EU NNP B-NP ORG\n", 1, "a tag is O or one of"),
    ("msra.train", "中\tB-LOC\n国", 2, "a word and a tag"),
    ("a_gold_conll", "", 1, "at least one sentence"),
    ("a_gold_conll", "#begin document (a)\n#end document\n", 1, "at least one sentence"),
    ("a_gold_conll", ontonotes(row("Oslo", "GPE)")), 2, "expected *, (TYPE*"),
    ("a_gold_conll", ontonotes(row("Oslo", "*)")), 2, "every ) closing a bracket"),
    ("a_gold_conll", ontonotes(row("Oslo", "(GPE*")), 2, "(GPE was opened at its word 0"),
    ("a_gold_conll", ontonotes(row("Oslo", "(*)")), 2, "got '(*)'"),
    ("a_gold_conll", ontonotes("bc/a 0 0 Oslo (GPE)"), 2, "at least 12 columns"),
    ("a_gold_conll", ontonotes(row("[WORD]", "*")), 2, "this is a skeleton"),
]


@pytest.mark.parametrize(("name", "content", "line", "problem"), FAULTS)
def test_a_fault_is_told_with_its_file_and_line(
    tmp_path: Path, name: str, content: str, line: int, problem: str
) -> None:
    path = written(tmp_path, content, name)
    with pytest.raises(DataError) as caught:
        read_file(path)
    assert (caught.value.path, caught.value.line) == (path, line)
    assert problem in caught.value.problem


def test_a_folder_without_documents_says_what_it_should_hold(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="names end in _gold_conll"):
        read_file(tmp_path)


WORDS = st.text(alphabet="aB.中-", min_size=1, max_size=4)


@given(st.lists(st.tuples(WORDS, st.sampled_from(["ORG", "GPE", None])), min_size=1), st.data())
def test_brackets_around_any_run_of_words_come_back(
    drawn: list[tuple[str, str | None]], data: st.DataObject
) -> None:
    spans, rows, location = [], [], 0
    while location < len(drawn):
        label = drawn[location][1]
        end = data.draw(st.integers(location + 1, len(drawn))) if label else location + 1
        if label:
            spans.append(Span(location, end, label))
        for index in range(location, end):
            opening = f"({label}" if label and index == location else ""
            closing = ")" if label and index == end - 1 else ""
            star = "" if opening and closing else "*"
            rows.append(row(drawn[index][0], opening + star + closing))
        location = end
    ((_, reading),) = read_ontonotes(Path("a_gold_conll"), rows)
    words = tuple(word for word, _ in drawn)
    assert reading.examples == (Example(words, tuple(spans)),)
