"""Files that are no UTF-8: what they may be, and their content as UTF-8 once a person chose."""

from __future__ import annotations

import codecs
import io
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, BinaryIO

from storage.formats.archives import ZIP_MARKS, Archive, suffix
from storage.formats.encodings import UTF8_MARK, EncodingError, candidates, marked
from storage.formats.likely_encodings import EncodingCandidate
from storage.formats.rewound import RewoundStream

_SEARCHED = 16 * 2**20
"""Bytes of a file in which the first byte that is not UTF-8 is looked for."""
_PART = 2**16
_SPOOLED = 64 * 2**20
"""Bytes of an archive that stay in memory; a larger one goes to a temporary file."""
_SAYS_ITSELF = (".xmi", ".xml")
"""Members whose first line names their encoding."""


def encoding_candidates(file: BinaryIO) -> tuple[EncodingCandidate, ...]:
    """What the encoding of a file may be, or of an archive's first member that is not UTF-8; empty
    where all is UTF-8. Raises `ArchiveError` for a broken archive."""
    start = file.read(_SEARCHED)
    if not start.startswith(ZIP_MARKS):
        return candidates(start)
    archive = Archive(file)
    texts = (archive.read(name) for name in archive.names if suffix(name) not in _SAYS_ITSELF)
    return next(filter(None, map(candidates, texts)), ())


@contextmanager
def in_utf8(file: BinaryIO, encoding: str) -> Iterator[BinaryIO]:
    """The file as UTF-8. One that says by its first bytes what it is stays as it is; of a ZIP
    archive, every member that is not UTF-8 is read in the encoding.

    Raises `ArchiveError` for a broken archive, and `EncodingError`; also while it is read.
    """
    start = file.read(_PART)
    file.seek(0)
    if start.startswith(ZIP_MARKS):
        with tempfile.SpooledTemporaryFile(_SPOOLED) as packed:
            _repack(Archive(file), encoding, packed)
            yield packed  # type: ignore[misc]  # typeshed: not a BinaryIO, though it has it all
    elif marked(start) or start.startswith(UTF8_MARK):
        yield file
    else:
        yield io.BufferedReader(Recoded(file, encoding))


class Recoded(RewoundStream):
    """A file's content in UTF-8, converted as it is read. `read` raises `EncodingError`."""

    def __init__(self, file: BinaryIO, encoding: str) -> None:
        self._file, self._encoding = file, encoding
        self._restart()

    def _refusal_to_seek(self) -> EncodingError:
        return EncodingError(1, "this format is not text; import it without an encoding")

    def _restart(self) -> None:
        self._file.seek(0)
        self._decoder = codecs.getincrementaldecoder(self._encoding)()
        self._ready, self._line = b"", 1

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        ended = False
        while not (self._ready or ended):
            part = self._file.read(_PART)
            ended = not part
            self._ready = self._decoded(part).encode()
        content, self._ready = self._ready[: len(buffer)], self._ready[len(buffer) :]
        return self._deliver(content, buffer)

    def _decoded(self, part: bytes) -> str:
        try:
            text = self._decoder.decode(part, final=not part)
        except UnicodeDecodeError as error:
            raise _refusal(error, self._encoding, self._line) from None
        self._line += text.count("\n")
        return text


def _repack(archive: Archive, encoding: str, packed: IO[bytes]) -> None:
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as members:
        for name in archive.names:
            members.writestr(name, _member(archive.read(name), name, encoding))
    packed.seek(0)


def _member(content: bytes, name: str, encoding: str) -> bytes:
    if suffix(name) in _SAYS_ITSELF or marked(content):
        return content
    try:
        content.decode()
        return content
    except UnicodeDecodeError:
        pass
    try:
        return content.decode(encoding).encode()
    except UnicodeDecodeError as error:
        refusal = _refusal(error, encoding, 1)
        raise EncodingError(refusal.line, f"{name}: {refusal}") from None


def _refusal(error: UnicodeDecodeError, encoding: str, line: int) -> EncodingError:
    line += error.object[: error.start].count(b"\n")
    return EncodingError(
        line,
        f"not {encoding}: byte 0x{error.object[error.start]:02x} in line {line} is no character "
        "of it; choose another encoding",
    )
