"""What a format is: its name, what it holds, and the functions that read and write it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import BinaryIO

from storage.formats.export_tally import Written
from storage.records import DocumentRecord, Record

Reader = Callable[[BinaryIO, str], Iterator[Record]]
"""`(file, name)`: the documents and bad records of a file; `name` names nameless documents."""
Writer = Callable[[Iterable[DocumentRecord], BinaryIO], Written]
"""`(documents, out)`: writes the documents and says what the format could not hold."""
Sniffer = Callable[[bytes], bool]
"""Whether a file that begins with these bytes (at most 64 kB) looks like this format."""
MemberSniffer = Callable[[Sequence[str]], bool]
"""Whether a ZIP archive of members with these names is this format's."""

ZIP = "application/zip"
_COLUMNS = "text/plain; charset=utf-8"
_CONTENT_TYPES = {
    ".jsonl": "application/x-ndjson",
    ".json": "application/json",
    ".csv": "text/csv; charset=utf-8",
    ".zip": ZIP,
    ".conll": _COLUMNS,
    ".bio": _COLUMNS,
    ".iob": _COLUMNS,
    ".bioes": _COLUMNS,
    ".parquet": "application/vnd.apache.parquet",
}


@dataclass(frozen=True, slots=True)
class Format:
    """A row of the table in `storage.formats`."""

    name: str
    title: str
    """What menus show."""
    holds: str
    """What it keeps and what it loses, in a sentence or two."""
    read: Reader | None = None
    write: Writer | None = None
    sniff: Sniffer | None = None
    endings: tuple[str, ...] = ()
    """File names that it is read from; several formats may claim one."""
    suffix: str = ""
    """The ending of a file that is written."""
    has_encoding: bool = True
    """Whether its files are text in some encoding: not binary, nor XML, which names its own."""
    reads_archives: bool = False
    """Whether its reader takes a ZIP archive itself; else it gets the members one by one."""
    sniff_members: MemberSniffer | None = None
    """Of a format whose archive is more than files of one kind."""
    empty_is_unclear: bool = False
    """Whether its tool writes an empty list of labels also for what nobody has looked at."""

    @property
    def content_type(self) -> str:
        """Of a file that is written."""
        return _CONTENT_TYPES.get(self.suffix, "application/octet-stream")
