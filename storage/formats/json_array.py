"""A JSON array out, one element a line, as the elements come."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import IO


def write_array(values: Iterable[object], out: IO[bytes]) -> None:
    out.write(b"[")
    for number, value in enumerate(values):
        gap = ",\n" if number else "\n"
        out.write((gap + json.dumps(value, ensure_ascii=False)).encode())
    out.write(b"\n]\n")
