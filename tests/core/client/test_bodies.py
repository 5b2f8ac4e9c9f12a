"""What requests and answers carry."""

from __future__ import annotations

import json
from pathlib import Path

import httpx
import pytest

from core.client import Client
from core.client.bodies import json_lines, read_json_lines

TEXTS = ["plain", "a\u2028b\u2029c\x85d", "\x0b\x0c\x1c\x1d\x1e", "\r\n\r", ""]


@pytest.mark.parametrize("size", [1, 2, 7, 10_000])
def test_json_lines_are_read_whatever_line_ends_their_texts_hold(size: int) -> None:
    written = b"".join(json.dumps({"text": t}, ensure_ascii=False).encode() + b"\n" for t in TEXTS)
    for content in (
        written,
        written.rstrip(b"\n"),
        b"".join(json_lines({"text": t} for t in TEXTS)),
    ):
        parts = [content[start : start + size] for start in range(0, len(content), size)]
        assert [row["text"] for row in read_json_lines(parts)] == TEXTS


def test_pulled_documents_keep_line_ends_that_are_not_line_feeds() -> None:
    line = json.dumps({"text": TEXTS[1]}, ensure_ascii=False).encode() + b"\n"
    transport = httpx.MockTransport(lambda request: httpx.Response(200, content=2 * line))

    with Client(transport=transport) as client:
        assert [document["text"] for document in client.pull(1)] == [TEXTS[1]] * 2


def test_an_export_warns_of_documents_that_its_format_cannot_hold(tmp_path: Path) -> None:
    headers = {"Spanneal-Documents": "3", "Spanneal-Refused": "2"}
    transport = httpx.MockTransport(lambda request: httpx.Response(200, headers=headers))

    with Client(transport=transport) as client, pytest.warns(UserWarning, match="conll .* 2 of"):
        assert client.export(1, tmp_path / "out.conll", "conll") == 3
