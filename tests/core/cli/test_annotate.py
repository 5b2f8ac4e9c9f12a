from __future__ import annotations

import json

import pytest

from core.cli.documents import Document, read_line
from core.types import Entity


def test_what_is_kept_and_refused_may_be_written_as_annotate_writes_entities() -> None:
    written = {"start": 0, "end": 4, "label": "LOC", "score": 2.9, "confidence": None}
    line = json.dumps({"text": "Oslo", "fixed": [written], "more": 1})
    assert read_line(line, 1) == Document("Oslo", (Entity(0, 4, "LOC"),), ())


@pytest.mark.parametrize(
    ("line", "got"),
    [
        ("Oslo", "JSONDecodeError"),
        ("[]", "AttributeError"),
        ("{}", "'text'"),
        ('{"text": 5}', "text should be a string, got 5"),
        ('{"text": "Oslo", "fixed": null}', "not iterable"),
        ('{"text": "Oslo", "fixed": [[0, 4, "LOC"]]}', "must be a mapping, not list"),
        ('{"text": "Oslo", "fixed": [{"start": 0, "end": 4}]}', "'label'"),
        ('{"text": "Oslo", "fixed": [{"start": 0.5, "end": 4, "label": "LOC"}]}', "got 0.5, 4"),
        ('{"text": "Oslo", "fixed": [{"start": true, "end": 4, "label": "LOC"}]}', "got True, 4"),
        ('{"text": "Oslo", "suppressed": [{"start": 0, "end": 4, "label": 7}]}', "and 7"),
        ('{"text": "Oslo", "suppressed": [{"start": 4, "end": 4, "label": "LOC"}]}', "start < end"),
    ],
)
def test_a_line_that_is_no_document_teaches(line: str, got: str) -> None:
    with pytest.raises(ValueError, match="line 7 of the JSON lines should look like") as error:
        read_line(line, 7)
    assert got in str(error.value)
