"""What an import would do, found out without writing anything."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from app.services.interchange.insert_batch import notes_on_trash
from app.services.interchange.read_records import Checked, ImportReport, Incoming, batches
from app.services.team.permissions import require
from storage.engine import Sessions
from storage.records import DocumentRecord
from storage.repository import bulk, projects, trash

FIRST = 5
"""Documents that a preview shows."""


@dataclass(slots=True)
class Preview:
    """As far as the file has been read. `report` says what an import would say of that part."""

    report: ImportReport = field(default_factory=ImportReport)
    first: list[DocumentRecord] = field(default_factory=list)
    """The file's first documents, whether the project has them or not."""
    labels: Counter[str] = field(default_factory=Counter)
    """Entities by label."""

    @property
    def documents(self) -> int:
        return self.report.added + self.report.duplicates


def previewing(sessions: Sessions, project_id: int | None, incoming: Incoming) -> Iterator[Preview]:
    """Reads a file as `importing` does and writes nothing. Yields the one preview that grows.

    `project_id` None: a project that is yet to be made. Raises `ValueError` or `OSError` for a
    file that cannot be read, and `NotAllowedError`.
    """
    preview = Preview()
    report = preview.report
    known_hashes: set[str] = set()
    present = _labels(sessions, project_id)
    for batch in batches(incoming, report):
        known_hashes |= _known(sessions, project_id, batch, report)
        for checked in batch:
            if len(preview.first) < FIRST:
                preview.first.append(checked.record)
            entities = checked.record.entities or ()
            preview.labels.update(span.label for span in entities)
            if checked.document.sha256 in known_hashes:
                report.duplicates += 1
                continue
            known_hashes.add(checked.document.sha256)
            report.added += 1
            report.entities += len(entities)
        report.labels_created = [label for label in preview.labels if label not in present]
        yield preview
    yield preview


def _labels(sessions: Sessions, project_id: int | None) -> set[str]:
    """Those in the bin, too: an import leaves them there."""
    if project_id is None:
        return set()
    with sessions() as session:
        require(session, project_id, "review")
        present = {label.name for label in projects.labels(session, project_id)}
        return present | trash.labels(session, project_id)


def _known(
    sessions: Sessions, project_id: int | None, batch: Sequence[Checked], report: ImportReport
) -> set[str]:
    """The batch's texts that the project has; what its bin holds is noted."""
    if project_id is None:
        return set()
    with sessions() as session:
        hashes = [checked.document.sha256 for checked in batch]
        known = bulk.known_hashes(session, project_id, hashes)
        for said, documents in notes_on_trash(session, project_id, batch, known).items():
            report.note(said, documents)
        return known
