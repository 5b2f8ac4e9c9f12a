"""Import files in short transactions and report the progress; bad records do not stop it.

`importing` is a generator. To stop iterating is to cancel: what was committed stays, and the import
can be repeated, since texts that are in are skipped.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.exc import StatementError

from app.services.interchange.insert_batch import EVERYTHING, InsertResult, insert_batch, is_refusal
from app.services.interchange.read_records import Checked, ImportReport, Incoming, batches
from app.services.interchange.same_text import SameText
from app.services.team.permissions import require
from storage.engine import Sessions, writing
from storage.enums import DocumentStatus, Split
from storage.repository import documents


@dataclass(frozen=True, slots=True)
class AddedDocument:
    id: int
    name: str
    status: DocumentStatus


def importing(sessions: Sessions, project_id: int, incoming: Incoming) -> Iterator[ImportReport]:
    """Adds a file's documents to a project. Texts it has already stay as they are; records of one
    text come together, see `app.services.interchange.same_text`.

    Yields the one report that grows, after each transaction; the last is `done`
    unless the file could not be read to its end. Entities become
    a submitted set, or suggestions to review where the record's status or `incoming` says so.
    Unknown labels are created. Raises `ValueError` or `OSError` for a file that cannot be read, and
    `NotAllowedError`.
    """
    report = ImportReport()
    oldest = EVERYTHING  # of the documents that this import added
    for batch in batches(incoming, report):
        if batch:
            result = _take(sessions, project_id, batch, incoming.same_text, oldest)
            result.add_to(report)
            oldest = min(oldest, result.oldest)
        yield report
    yield report


def _take(
    sessions: Sessions, project_id: int, batch: Sequence[Checked], way: SameText, since: int
) -> InsertResult:
    """One transaction; a second one, document by document, where the database refuses any."""
    try:
        with writing(sessions) as session:
            require(session, project_id, "review")
            return insert_batch(session, project_id, batch, way=way, since=since)
    except StatementError as error:
        if not is_refusal(error):
            raise
    with writing(sessions) as session:
        return insert_batch(session, project_id, batch, way=way, since=since, singly=True)


def import_file(
    sessions: Sessions,
    project_id: int,
    source: bytes | Path,
    *,
    name: str = "",
    format: str = "auto",
    person: str = "import",
    as_suggestions: bool = False,
    split: Split | None = None,
    sentences: bool = False,
) -> ImportReport:
    """Adds a file's documents to a project, see `importing` and `Incoming`; answers when done."""
    incoming = Incoming(source, name, format, person, as_suggestions, split, sentences)
    *_, report = importing(sessions, project_id, incoming)
    return report


def add_text(sessions: Sessions, project_id: int, name: str, text: str) -> AddedDocument | None:
    """Adds one document; None where the project or its trash has this very text already.

    Raises `ValueError` for a name or text that cannot be kept, and `NotAllowedError`.
    """
    with writing(sessions) as session:
        require(session, project_id, "review")
        added = documents.add(session, project_id, name=name, text=text)
        return None if added is None else AddedDocument(added.id, added.name, added.status)
