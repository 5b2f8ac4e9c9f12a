"""SpERT's and DiffusionNER's JSON, offsets in tokens, end exclusive:

    [{"tokens": […], "entities": [{"type": "ORG", "start": 1, "end": 4}], "relations": [],
      "orig_id": "1", "ltokens": [], "rtokens": []}]

and beside it the types, `{"entities": {"ORG": {"short": "ORG", "verbose": "ORG"}},
"relations": {}}`. A ZIP archive of both is written; the documents' JSON alone and the archive are
read. Words are cut where an entity begins or ends, so that nothing marked is lost; the text
becomes the tokens joined by single spaces.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import PurePath
from typing import Any, BinaryIO

from storage.formats.archives import Archive
from storage.formats.export_tally import Written
from storage.formats.fields import FieldError, others, string
from storage.formats.json_array import write_array
from storage.formats.json_records import read_records
from storage.formats.json_start import MOST_ABRIDGED, abridged, first_object
from storage.formats.limits import ArchiveError
from storage.formats.token_alignment import in_words
from storage.formats.tokens import TAG_KEYS, parse_tokens
from storage.records import BadRecord, DocumentRecord, Record

DOCUMENTS = "documents.json"
TYPES = "types.json"
_KNOWN = frozenset(
    ("tokens", "text", "entities", "orig_id", "relations", "ltokens", "rtokens", *TAG_KEYS)
)
_ZIP = b"PK\x03\x04"


def read_spert(file: BinaryIO, name: str) -> Iterator[Record]:
    """Documents and bad records of the JSON, or of every such JSON in a ZIP archive."""
    packed = file.read(len(_ZIP)) == _ZIP
    file.seek(0)
    return _unpacked(file) if packed else read_records(file, name, _parse)


def sniff_spert(start: bytes) -> bool:
    """Whether it is an array of token records."""
    return start.lstrip().startswith(b"[") and _are_records(start)


def sniff_spert_members(names: Sequence[str]) -> bool:
    """Whether an archive begins with the documents' usual name."""
    return tuple(names[:1]) == (DOCUMENTS,)


def write_spert(documents: Iterable[DocumentRecord], out: BinaryIO) -> Written:
    """Writes accepted entities; a document without any word is refused."""
    written = Written()
    labels: set[str] = set()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        with archive.open(_member(DOCUMENTS), "w", force_zip64=True) as member:
            write_array(_records(documents, written, labels), member)
        types = {label: {"short": label, "verbose": label} for label in sorted(labels)}
        content = json.dumps({"entities": types, "relations": {}}, ensure_ascii=False, indent=1)
        archive.writestr(_member(TYPES), content.encode())
    return written


def _records(
    documents: Iterable[DocumentRecord], written: Written, labels: set[str]
) -> Iterator[dict[str, Any]]:
    for document, view in in_words(documents, written):
        labels.update(span.label for _, _, span in view.entities)
        yield {
            "tokens": view.words,
            "entities": [
                {"type": span.label, "start": start, "end": end}
                for start, end, span in view.entities
            ],
            "relations": [],
            "orig_id": document.name,
            "ltokens": [],
            "rtokens": [],
        }


def _unpacked(file: BinaryIO) -> Iterator[Record]:
    archive = Archive(file)
    found = False
    for member in archive.names:
        if PurePath(member).suffix.lower() != ".json":
            continue
        try:
            content = archive.read(member)
        except ArchiveError as error:
            yield BadRecord(1, f"{member}: {error}")
            continue
        if PurePath(member).name == DOCUMENTS or _are_records(abridged(content[:MOST_ABRIDGED])):
            found = True
            yield from read_records(io.BytesIO(content), member, _parse)
    if not found:
        raise ArchiveError(
            "no JSON file in the archive holds documents: an array of objects with 'tokens' and "
            "'entities' is expected"
        )


def _are_records(start: bytes) -> bool:
    record = first_object(start)
    return "tokens" in record and "entities" in record and "text" not in record


def _parse(raw: Mapping[str, Any], name: str, line: int) -> DocumentRecord:
    if "tokens" not in raw:
        raise FieldError(f"'tokens' is missing; there are {', '.join(sorted(raw)[:8])}")
    given = raw.get("orig_id")
    if isinstance(given, str | int) and not isinstance(given, bool) and str(given):
        name = string({"orig_id": str(given)}, "orig_id")
    document = parse_tokens(raw, name, line, claimed=("orig_id",))
    return replace(document, meta=others(raw, _KNOWN))


def _member(name: str) -> zipfile.ZipInfo:
    """Dated as ZIP's calendar begins, so that equal data are equal bytes."""
    info = zipfile.ZipInfo(name)
    info.compress_type = zipfile.ZIP_DEFLATED
    info.external_attr = 0o644 << 16
    return info
