"""ZIP archives that are written: one document a file, under a harmless name.

Equal documents make equal bytes: every file is dated 1980, when ZIP's calendar begins.
"""

from __future__ import annotations

import re
import zipfile
from types import TracebackType
from typing import BinaryIO, Self

_UNSAFE = re.compile(r"[^\w .()+,@-]+")
_LONGEST = 100


class Pack:
    """A ZIP archive being written. `stem` gives a document a file name of its own."""

    def __init__(self, out: BinaryIO) -> None:
        self._zip = zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED)
        self._taken: set[str] = set()
        self._again: dict[str, int] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._zip.close()

    def stem(self, name: str) -> str:
        """The name without folders or odd characters, not used before in this archive."""
        stem = _UNSAFE.sub("_", name).strip(". ")[:_LONGEST] or "document"
        candidate, number = stem, self._again.get(stem.lower(), 2)
        while candidate.lower() in self._taken:
            candidate, number = f"{stem} ({number})", number + 1
        self._again[stem.lower()] = number
        self._taken.add(candidate.lower())
        return candidate

    @staticmethod
    def held_by_name(stem: str, name: str) -> set[str]:
        """The name, where the file's name says it."""
        return {"name"} if stem == name else set()

    def add(self, name: str, content: bytes) -> None:
        info = zipfile.ZipInfo(name)
        info.compress_type = zipfile.ZIP_DEFLATED
        info.external_attr = 0o644 << 16
        self._zip.writestr(info, content)
