"""A few hundred broken files a format in every test run; `python -m tests.fuzz` does the rest."""

from __future__ import annotations

from typing import NoReturn

import pytest

from storage import formats
from storage.formats import IMPORT_FORMATS
from storage.records import DocumentRecord
from tests.fuzz.goods import files
from tests.fuzz.judging import judge
from tests.fuzz.running import broken_file, run


@pytest.mark.parametrize("format", IMPORT_FORMATS)
def test_broken_files_are_refused_or_read_but_never_crash_a_reader(format: str) -> None:
    outcome = run(format, range(150))

    assert outcome.faults == {}
    assert outcome.files == 150


@pytest.mark.parametrize("format", IMPORT_FORMATS)
def test_the_files_that_are_broken_were_good(format: str) -> None:
    for good in files(format):
        assert judge(good, format)
        kinds = {type(record) for record in formats.read(good, format, "good.x")}
        assert kinds == {DocumentRecord}


def test_a_reader_that_yields_nothing_is_at_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(formats, "read", lambda *_: iter(()))

    outcome = run("jsonl", range(20))

    assert "neither read nor refused" in "".join(outcome.faults.values())


def test_a_refusal_of_the_whole_file_is_an_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> NoReturn:
        raise ValueError("this is no JSON")

    monkeypatch.setattr(formats, "read", refuse)

    assert run("jsonl", range(20)).faults == {}


def test_the_same_numbers_make_the_same_file() -> None:
    goods = files("jsonl")

    assert broken_file("jsonl", goods, 3, 7) == broken_file("jsonl", goods, 3, 7)
    assert broken_file("jsonl", goods, 3, 7) != broken_file("jsonl", goods, 3, 8)
