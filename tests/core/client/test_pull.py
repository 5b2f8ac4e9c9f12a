"""What the client pulls, however the answer is cut and whatever its texts hold."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from core.client import Client
from core.client.bodies import json_lines

TEXTS = ["a\u2028b\x85c\u2029d", "\x0b\x0c\x1c\x1d\x1e\r\n", "😊 é", ""]


def answering(content: bytes, size: int) -> Client:
    """A client whose server sends `content` in parts of `size` bytes."""

    def parts() -> Iterator[bytes]:
        for start in range(0, len(content), size):
            yield content[start : start + size]

    transport = httpx.MockTransport(lambda _: httpx.Response(200, content=parts()))
    return Client("http://page", transport=transport)


@pytest.mark.parametrize("size", [1, 7, 1000])
@pytest.mark.parametrize("end", [b"", b"\n", b"\n\n"])
def test_every_text_is_pulled_as_it_is(size: int, end: bytes) -> None:
    rows: list[dict[str, Any]] = [{"text": text} for text in TEXTS]
    lines = [json.dumps(row, ensure_ascii=False).encode() for row in rows]

    assert list(answering(b"\n".join(lines) + end, size).pull(1)) == rows
    assert list(answering(b"".join(json_lines(rows)) + end, size).pull(1)) == rows


def test_an_empty_answer_is_no_document() -> None:
    assert list(answering(b"", 10).pull(1)) == []


def test_an_export_that_breaks_off_leaves_the_file_before(tmp_path: Path) -> None:
    def broken() -> Iterator[bytes]:
        yield b'{"text": "a"}\n'
        raise httpx.ReadError("the line went dead")

    path = tmp_path / "out.jsonl"
    path.write_bytes(b"before")
    transport = httpx.MockTransport(lambda _: httpx.Response(200, content=broken()))
    with pytest.raises(httpx.ReadError):
        Client("http://page", transport=transport).export(1, path)

    assert path.read_bytes() == b"before"
    assert list(tmp_path.iterdir()) == [path]


def test_an_export_warns_of_documents_that_its_format_cannot_hold(tmp_path: Path) -> None:
    headers = {"Spanneal-Documents": "3", "Spanneal-Refused": "2", "Spanneal-Left-Out": "{}"}
    transport = httpx.MockTransport(lambda request: httpx.Response(200, headers=headers))

    with Client(transport=transport) as client, pytest.warns(UserWarning, match="conll .* 2 of"):
        assert client.export(1, tmp_path / "out.conll", "conll") == 3
