"""Files of rules: what is taken, and what is named where it is not."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage import rule_files
from storage.rule_files import RuleFileError
from storage.rule_files.patterns import MAX_TOKENS


def taken(content: str, name: str) -> list[tuple[str, str, str | None]]:
    return [(rule.kind, rule.pattern, rule.label) for rule in read(content, name).rules]


def read(content: str, name: str) -> rule_files.RuleFile:
    return rule_files.read(content.encode(), name)


def refused(content: str, name: str) -> list[tuple[int, str]]:
    return [(record.line, record.reason) for record in read(content, name).bad]


def pattern(**fields: object) -> str:
    return json.dumps({"label": "DRUG", **fields})


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("a.txt", "aspirin\n\n  acetylsalicylic   acid \r\n", ["aspirin", "acetylsalicylic acid"]),
        ("a.txt", "\ufeffaspirin\n#1 choice", ["aspirin", "#1 choice"]),
        ("terms", "naïve\nCafé, bar", ["naïve", "Café, bar"]),
    ],
)
def test_a_term_a_line_has_no_label(name: str, content: str, expected: list[str]) -> None:
    assert taken(content, name) == [("exact", term, None) for term in expected]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.csv", "aspirin,DRUG\n100 mg,DOSE\n"),
        ("a.csv", "term,label\naspirin,DRUG\n100 mg,DOSE\n"),
        ("a.csv", 'Label;Term\n"DRUG";"aspirin"\nDOSE;100 mg\n'),
        ("a.tsv", "aspirin\tDRUG\n100 mg\tDOSE"),
        ("a.TSV", "type\tpattern\nDRUG\taspirin\nDOSE\t100 mg"),
        ("a.jsonl", '{"label":"DRUG","pattern":"aspirin"}\n{"label":"DOSE","pattern":"100 mg"}'),
        ("a.txt", '{"label":"DRUG","pattern":"aspirin"}\n{"label":"DOSE","pattern":"100 mg"}'),
    ],
)
def test_a_table_and_patterns_name_the_label_of_each_term(name: str, content: str) -> None:
    assert taken(content, name) == [("exact", "aspirin", "DRUG"), ("exact", "100 mg", "DOSE")]


def test_columns_and_keys_that_are_not_read_are_counted() -> None:
    table = read("term,label,source\na,X,web\nb,Y,book", "a.csv")
    patterns = read(pattern(pattern="a", meta={"by": 1}) + "\n" + pattern(pattern="b"), "a.jsonl")
    wide = read("a,X,1,2\nb,Y,3", "a.csv")

    assert dict(table.notes) == {"column 'source' not read": 1}
    assert dict(patterns.notes) == {"'meta' not read": 1}
    assert dict(wide.notes) == {"cells beyond the second column not read": 3}


@pytest.mark.parametrize(
    ("tokens", "kind", "expected"),
    [
        ([{"lower": "new"}, {"LOWER": "york"}], "lower", "new york"),
        ([{"text": "New"}, {"TEXT": "York"}], "exact", "New York"),
        ([{"ORTH": "New"}], "exact", "New"),
        ([{"lower": "new"}, {"TEXT": "York"}], "tokens", None),
        ([{"like_num": True}, {"lower": {"in": []}}], None, None),
        ([{"LIKE_NUM": True}, {"LOWER": {"IN": ["mg", "g"]}}], "tokens", None),
        ([{"SHAPE": "dd", "OP": "?"}, {"IS_ALPHA": True, "OP": "+"}], "tokens", None),
        ([{"LENGTH": {">=": 3}, "OP": "{1,3}"}], "tokens", None),
        ([{}], "tokens", None),
    ],
)
def test_patterns_of_tokens_are_words_where_they_name_words_alone(
    tokens: list[object], kind: str | None, expected: str | None
) -> None:
    result = read(pattern(pattern=tokens, id="x-1"), "patterns.jsonl")

    assert [rule.kind for rule in result.rules] == ([kind] if kind else [])
    assert result.bad_count == (kind is None)
    for rule in result.rules:
        assert (rule.label, rule.name, rule.plain) == ("DRUG", "x-1", False)
        assert rule.pattern == (expected if expected else rule.pattern)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("{", "not JSON"),
        ("[1]", "a pattern must be an object"),
        ("[" * 100_000, "not JSON"),
        (pattern(), "'pattern' must be a string, or a list of tokens"),
        (pattern(pattern=" "), "'pattern' is empty"),
        (pattern(pattern=[]), f"1 to {MAX_TOKENS} tokens, got 0"),
        (pattern(pattern=[{"lower": "a"}] * 21), f"1 to {MAX_TOKENS} tokens, got 21"),
        (pattern(pattern=["a"]), "a token of a pattern must be an object"),
        (pattern(pattern="x" * 301), "at most 300 characters, got 301"),
        (pattern(pattern="\ud800"), "lone surrogate"),
        (pattern(pattern="a\0b"), "NUL"),
        (pattern(label=7, pattern="a"), "'label' must be a string, got 7"),
        (pattern(pattern=[{"POS": "NOUN"}]), "no tagger or parser runs here"),
        (pattern(pattern=[{"LOWER": {"REGEX": "(a+)+$"}}]), "nothing bounds how long it takes"),
        (pattern(pattern=[{"LOWER": {"FUZZY1": "a"}}]), "nothing bounds how long it takes"),
        (pattern(pattern=[{"lower": "a", "LOWER": "b"}]), "names an attribute twice"),
        (pattern(pattern=[{"OP": "x"}]), "'OP' must be"),
        (pattern(pattern=[{"OP": "{2,99}"}]), "repeats at most 20 times"),
        (pattern(pattern=[{"OP": "+"}, {"OP": "*"}]), "at most one token that repeats without end"),
        (pattern(pattern=[{"OP": "?"}] * 7), "6 that may be missing, got 0 and 7"),
        (pattern(pattern=[{"IS_ALPHA": "yes"}]), "'IS_ALPHA' must be true or false"),
        (pattern(pattern=[{"LENGTH": "3"}]), "'LENGTH' must be a number"),
        (pattern(pattern=[{"LOWER": {"IN": ["a"] * 1001}}]), "lists at most 1,000 values"),
    ],
)
def test_what_is_no_pattern_is_named_with_its_line(line: str, reason: str) -> None:
    content = "\n".join([pattern(pattern="before"), "", line, pattern(pattern="after")])
    result = read(content, "patterns.jsonl")

    assert [rule.pattern for rule in result.rules] == ["before", "after"]
    ((number, message),) = refused(content, "patterns.jsonl")
    assert number == 3
    assert reason in message


@pytest.mark.parametrize(
    ("content", "line", "reason"),
    [
        ('a,X\n"b,X\nc,X', 2, "close the quotation mark"),
        ('a,X\nb"c,X\nd,X', None, ""),
        ("label,term\nX,a\nX\nX,c", 3, "the row has 1 columns"),
        ("a,X\n,X", 2, "a term is empty"),
        (f"a,X\nb,{'L' * 101}", 2, "a label has at most 100 characters, got 101"),
    ],
)
def test_a_row_that_is_broken_takes_no_other_with_it(
    content: str, line: int | None, reason: str
) -> None:
    result = read(content, "a.csv")

    assert [record.line for record in result.bad] == ([] if line is None else [line])
    assert len(result.rules) + result.bad_count == content.count("\n") + ("label," not in content)
    assert all(reason in record.reason for record in result.bad)


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("a.csv", 'term,label\n"New\nYork",LOC\nBob,PER', [(2, "New York"), (4, "Bob")]),
        ("a.csv", '"New\r\n\r\nYork",LOC\r\nBob,PER\r\n', [(1, "New York"), (4, "Bob")]),
        ("a.csv", '"Term\n(1)";Label\n"a ""b""\nc";X', [(1, "Term (1)"), (3, 'a "b" c')]),
        ("a.csv", 'term,label,note\na,X,"1\n2\n3"\nb,Y,4', [(2, "a"), (5, "b")]),
        ("a.csv", 'note,term,label\n"1\n2",a,X', [(2, "a")]),
        ("a.tsv", '"New\nYork"\tLOC\n6" pipe\tX', [(1, "New York"), (3, '6" pipe')]),
    ],
)  # fmt: skip
def test_a_quoted_cell_may_go_on_in_the_next_lines(
    name: str, content: str, expected: list[tuple[int, str]]
) -> None:
    result = read(content, name)

    assert [(rule.line, rule.pattern) for rule in result.rules] == expected
    assert not result.bad


def test_the_mark_between_cells_is_the_one_that_parts_them() -> None:
    assert taken('"Smith, John, Jr.";PER\nHaag;PER', "a.csv") == [
        ("exact", "Smith, John, Jr.", "PER"),
        ("exact", "Haag", "PER"),
    ]


@pytest.mark.parametrize("unclosed", ['"a,X\nb,X', '"a,X\nb,"X"', '"a,X\n' + "b,X\n" * 300])
def test_a_cell_that_nothing_closes_spoils_its_first_line_alone(unclosed: str) -> None:
    result = read(unclosed, "a.csv")

    assert [record.line for record in result.bad] == [1]
    assert len(result.rules) == len(unclosed.splitlines()) - 1


def test_a_line_that_is_not_utf8_is_named() -> None:
    result = rule_files.read(b"aspirin\n\xe9t\xe9\nibuprofen", "a.txt")

    assert [rule.pattern for rule in result.rules] == ["aspirin", "ibuprofen"]
    assert [(record.line, record.reason[:9]) for record in result.bad] == [(2, "not UTF-8")]


def test_utf16_that_says_so_is_read() -> None:
    result = rule_files.read("été\nhiver".encode("utf-16"), "a.txt")

    assert [rule.pattern for rule in result.rules] == ["été", "hiver"]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"x" * (rule_files.MOST_BYTES + 1), "split it into several files"),
        (b"%PDF-1.7 ...", "this is a PDF file"),
        (b"a\n" * (rule_files.MOST_RULES + 1), "nothing was imported"),
        (b"PAR1....", "Parquet"),
    ],
    ids=["too big", "a PDF", "too many", "Parquet"],
)
def test_a_file_of_which_nothing_can_be_taken_is_refused(content: bytes, reason: str) -> None:
    with pytest.raises(RuleFileError, match=reason):
        rule_files.read(content, "a.txt")


def test_an_empty_file_holds_nothing() -> None:
    assert read("", "a.csv") == rule_files.RuleFile()


@given(st.binary(max_size=300), st.sampled_from(["a.txt", "a.csv", "a.tsv", "a.jsonl"]))
def test_every_line_is_taken_or_named(content: bytes, name: str) -> None:
    try:
        result = rule_files.read(content, name)
    except RuleFileError:
        return
    lines = [line for line in content.split(b"\n") if line.decode("utf-8", "replace").strip()]
    if content[:2] not in (b"\xff\xfe", b"\xfe\xff") and b"\xef\xbb\xbf" not in content:
        assert len(result.rules) + result.bad_count <= len(lines)
        if b'"' not in content:  # a quoted cell may take several lines
            assert len(lines) - 1 <= len(result.rules) + result.bad_count
