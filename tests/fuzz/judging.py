"""What a reader may do with a broken file, and what is a fault of the reader's."""

from __future__ import annotations

import gzip
import io
import json
import re
import zipfile
from collections.abc import Iterator
from contextlib import suppress

from storage import formats
from storage.enums import DOCUMENT_STATUSES, SOURCES, SPAN_STATUSES, SPLITS
from storage.formats.spert import DOCUMENTS
from storage.records import BadRecord, DocumentRecord, Record, SpanRecord

_BLANK = rb"[ \t\r\n\v\f\x1c\x1d\x1e\x1f\0\xef\xbb\xbf\xff\xfe]*"
"""White space and the marks of encodings."""
_NOTHING = re.compile(_BLANK + rb"(?:\[" + _BLANK + rb"\])?" + _BLANK)
"""A file of white space alone, or of an array without elements: what an empty export is."""


def judge(content: bytes, format: str) -> int:
    """Reads a file and gives the number of its records. Raises where a rule is broken.

    A reader yields documents that can be kept and bad records that say why, or raises
    `ValueError` with a message; nothing else, and of a file with something in it never nothing.
    A refusal of the whole counts as a bad record.
    """
    with suppress(formats.UnclearFormatError):
        formats.detect(content, "broken")
    count = 0
    for record in _records(content, format):
        _judge_record(record)
        count += 1
    assert count or _holds_nothing(content), "neither read nor refused"
    return count


def _holds_nothing(content: bytes) -> bool:
    """Whether a file, packed or not, or the JSON in an archive of SpERT's, has no record."""
    with suppress(Exception):  # not packed, or broken
        content = gzip.decompress(content)
    with suppress(Exception):  # no archive, or a broken one
        content = zipfile.ZipFile(io.BytesIO(content)).read(DOCUMENTS)
    return _NOTHING.fullmatch(content) is not None or content.decode("utf-8", "replace").isspace()


def _records(content: bytes, format: str) -> Iterator[Record]:
    try:
        yield from formats.read(content, format, "broken.x")
    except UnicodeError:
        raise  # a ValueError by inheritance only: its message is for programmers
    except ValueError as error:
        if not str(error).strip():
            raise AssertionError(f"{type(error).__name__} without a message") from error
        yield BadRecord(1, str(error))


def _judge_record(record: Record) -> None:
    assert isinstance(record.line, int)
    assert record.line >= 1, record.line
    if isinstance(record, BadRecord):
        assert record.reason.strip()
        assert len(record.reason) < 1500, len(record.reason)
        record.reason.encode()
        return
    assert isinstance(record, DocumentRecord)
    assert record.text
    record.text.encode()
    record.name.encode()
    assert record.split in (None, *SPLITS)
    assert record.status in (None, *DOCUMENT_STATUSES)
    json.dumps([record.meta, record.provenance], allow_nan=False, ensure_ascii=False).encode()
    entities = record.entities or ()
    for span in entities:
        _judge_span(span, record.text)
    assert len({span.key for span in entities}) == len(entities), "two entities of one id"
    for note in map(str, record.notes):
        assert note.strip()
        note.encode()


def _judge_span(span: SpanRecord, text: str) -> None:
    assert 0 <= span.start < span.end <= len(text), (span.start, span.end, len(text))
    assert isinstance(span.label, str)
    assert span.label
    span.label.encode()
    span.key.encode()
    assert span.status in SPAN_STATUSES
    assert span.source in SOURCES
    assert span.score is None or 0 <= span.score <= 1, span.score
