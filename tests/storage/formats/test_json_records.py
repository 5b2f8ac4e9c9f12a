"""JSON in lines or in one array: the same records, in little memory, with faults named."""

from __future__ import annotations

import io
import json
import tracemalloc
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage import formats
from storage.formats.json_records import read_records
from storage.formats.json_start import first_object
from storage.records import BadRecord, DocumentRecord, Record


def parse(raw: Mapping[str, Any], name: str, line: int) -> DocumentRecord:
    return DocumentRecord(json.dumps(raw, ensure_ascii=False, sort_keys=True), name, line=line)


def read(content: bytes) -> list[Any]:
    return list(read_records(io.BytesIO(content), "f.json", parse))


values = st.dictionaries(
    st.text("ab é", max_size=3),
    st.recursive(
        st.none() | st.integers() | st.text(st.characters(exclude_categories=["Cs"])),
        lambda inner: st.lists(inner, max_size=3),
    ),
    max_size=3,
)


@given(records=st.lists(values, max_size=5), indent=st.sampled_from([None, 0, 2]))
def test_an_array_and_lines_hold_the_same_records(
    records: list[dict[str, Any]], indent: int | None
) -> None:
    array = json.dumps(records, indent=indent, ensure_ascii=False).encode()
    lines = b"\n".join(json.dumps(record).encode() for record in records)
    expected = [json.dumps(record, ensure_ascii=False, sort_keys=True) for record in records]

    assert [document.text for document in read(array)] == expected
    assert [document.text for document in read(lines)] == expected


@pytest.mark.parametrize("part", [1, 2, 3, 7])
def test_an_element_may_be_cut_anywhere_by_the_reading_in_parts(
    part: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("storage.formats.json_records._PART", part)
    records = [{"a": '😊\\"é\u2028', "b": [1.5e-3, True, None]}, {"c": "\ud83d\ude0a" * 20}]
    content = b"\xef\xbb\xbf \n" + json.dumps(records[:1], indent=1).encode()[:-1]
    content += b"," + json.dumps({"c": "😊" * 20}).encode() + b"]"

    assert [json.loads(document.text) for document in read(content)] == [
        records[0],
        {"c": "😊" * 20},
    ]


def test_records_are_named_and_placed() -> None:
    array = read(b'[\n {"a": 1},\n\n {"a": 2}, {"a": 3}\n]\n')
    lines = read(b'{"a": 1}\n\n{"a": 2}\n')

    assert [(document.name, document.line) for document in array] == [
        ("f:1", 2), ("f:2", 4), ("f:3", 4),
    ]  # fmt: skip
    assert [(document.name, document.line) for document in lines] == [("f:1", 1), ("f:3", 3)]


def test_an_element_that_is_no_object_is_named_and_the_others_are_read() -> None:
    first, bad, last = read(b'[{"a": 1},\n7,\n{"a": 2}]')

    assert isinstance(first, DocumentRecord)
    assert bad == BadRecord(2, "a record must be an object, got 7")
    assert isinstance(last, DocumentRecord)


@pytest.mark.parametrize(
    ("end", "reason"),
    [
        (b"", "a comma or ] is expected after an element, got the file's end"),
        (b" {", "got '{'"),
        (b",", "Expecting value"),
        (b', {"a" 1}]', "Expecting ':' delimiter"),
        (b', {"a": "x', "Unterminated string"),
        (b"," + b"[" * 100_000, "nested too deeply"),
        (b"] x", "the array has ended, but 'x' follows"),
        (b"," + b"9" * 5000 + b"]", "not JSON: Exceeds the limit"),
    ],
)
def test_a_broken_array_gives_what_stood_before_and_says_where_it_stopped(
    end: bytes, reason: str
) -> None:
    first, bad = read(b'[\n{"a": 1}' + end)

    assert isinstance(first, DocumentRecord)
    assert bad.line == 2
    assert reason in bad.reason
    assert "the 1 elements before are read, and nothing that follows" in bad.reason
    assert bad.ends_file


def test_a_byte_that_is_not_utf8_spoils_its_own_record_alone() -> None:
    first, bad, last = formats.read(
        b'[{"text": "a", "label": []},\n{"text": "b\xff", "label": []},\n{"text": "c"}]',
        "doccano",
        "f.json",
    )

    assert isinstance(first, DocumentRecord)
    assert isinstance(bad, BadRecord)
    assert bad.line == 2
    assert "a byte that is not UTF-8" in bad.reason
    assert isinstance(last, DocumentRecord)


def test_half_a_character_is_kept_for_the_reader_to_refuse() -> None:
    """Streaming parsers put a question mark in its place."""
    visible = []
    list(read_records(io.BytesIO(b'[{"a": "\\ud83d"}]'), "f", lambda raw, *_: visible.append(raw)))  # type: ignore[arg-type, return-value]

    assert visible == [{"a": "\ud83d"}]


def test_an_utf16_array_is_read() -> None:
    (document,) = read('[{"a": "é😊"}]'.encode("utf-16"))

    assert json.loads(document.text) == {"a": "é😊"}


def test_an_array_of_many_megabytes_needs_few() -> None:
    class Endless(io.RawIOBase):
        """An array of 30 MB that is made while it is read."""

        def __init__(self) -> None:
            self._parts: Iterator[bytes] = iter(
                [b"["] + [json.dumps({"a": "x" * 99_000}).encode() + b","] * 300 + [b'{"a": 1}]']
            )
            self._left, self._begun = b"", False

        def readable(self) -> bool:
            return True

        def seekable(self) -> bool:
            return True

        def seek(self, offset: int, whence: int = 0) -> int:
            self.__init__()  # type: ignore[misc]
            return 0

        def readinto(self, buffer: Any) -> int:
            self._left = self._left or next(self._parts, b"")
            part, self._left = self._left[: len(buffer)], self._left[len(buffer) :]
            buffer[: len(part)] = part
            return len(part)

    tracemalloc.start()
    try:
        count = sum(1 for _ in records(Endless()))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert count == 301
    assert peak < 16e6


def records(file: io.RawIOBase) -> Iterator[Record]:
    return read_records(file, "f", lambda raw, name, line: DocumentRecord("x", name))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("start", "expected"),
    [
        (b'\xef\xbb\xbf [ {"a": [1], "b": "x', {"a": [1], "b": None}),
        (b'{"a": 1}\n{"c": 2}', {"a": 1, "c": 2}),
        (b'[{"a": [], "b": 1}, {"a": [3], "b": 2}, {"a": "x', {"a": [3], "b": 1}),
        (b'{"a": 1}\nno JSON\n{"c": 2}', {"a": 1}),
        (b'{"a": 1}\n' * 50 + b'{"c": 2}', {"a": 1}),
        (b'{"a"', {"a": None}),
        (b"{", {}),
        (b"plain text", {}),
        (b"[[1]]", {}),
        (b'{"a": ' + b"[" * 60_000, {"a": None}),
        (b"", {}),
    ],
)
def test_the_first_objects_are_known_as_one_as_far_as_they_go(
    start: bytes, expected: dict[str, Any]
) -> None:
    assert first_object(start) == expected


def outcomes(content: bytes) -> list[Any]:
    return [
        record.reason if isinstance(record, BadRecord) else (record.name, record.line, record.meta)
        for record in read_records(
            io.BytesIO(content),
            "f.json",
            lambda raw, name, line: DocumentRecord("x", name, line=line, meta=raw),
        )
    ]


INDENTED = json.dumps({"a": [1, {"b": "}\\n{"}]}, indent=2)
A = json.loads(INDENTED)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_an_object_over_several_lines_is_one_record(encoding: str, end: str) -> None:
    content = f"\n{INDENTED}\n".replace("\n", end).encode(encoding)

    assert outcomes(content) == [("f:1", 2, A)]


@pytest.mark.parametrize("gap", ["", "\n", "\n\n \n"])
def test_objects_over_several_lines_follow_one_another(gap: str) -> None:
    content = f'{INDENTED}{gap}{{"c": 3}}{gap}{INDENTED}'

    assert [value for _, _, value in outcomes(content.encode())] == [A, {"c": 3}, A]


def test_an_indented_object_longer_than_what_is_looked_at_is_one_record() -> None:
    raw = {"a": ["word"] * 100_000, "b": "word " * 500_000}

    assert outcomes(json.dumps(raw, indent=1).encode()) == [("f:1", 1, raw)]


@pytest.mark.parametrize(
    "broken", ['{"a": 1', '{"a": "x', '{"a": [1, 2', "{", '{"a": 1,', '{"a"}', "{]", '{"a": 1}}']
)
def test_a_broken_first_line_does_not_take_the_lines_behind_it(broken: str) -> None:
    content = broken + "\n" + '{"a": 1}\n' * 3

    reason, *others = outcomes(content.encode())
    assert "one object a line is expected" in reason
    assert others == [(f"f:{line}", line, {"a": 1}) for line in (2, 3, 4)]


@pytest.mark.parametrize("rest", ["", "\n]", "\nnot JSON", '\n{\n"a": '])
def test_a_fault_behind_an_indented_object_is_told_once(rest: str) -> None:
    cut = INDENTED[:-2] if not rest else INDENTED + rest

    *_, reason = outcomes(cut.encode())
    assert len(outcomes(cut.encode())) == (2 if rest else 1)
    assert reason.startswith("not JSON: ")
    assert f"the {1 if rest else 0} elements before are read" in reason
