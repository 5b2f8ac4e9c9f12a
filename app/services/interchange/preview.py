"""Preview what an import would do, without writing anything."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from app.services.interchange.insert_batch import (
    EVERYTHING,
    look_up,
    notes_on_trash,
)
from app.services.interchange.read_records import Checked, ImportReport, Incoming, batches
from app.services.interchange.same_text import Combiner, SameText
from app.services.interchange.texts import Counts, Texts
from app.services.interchange.to_document import labels_of
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
        report = self.report
        return (
            report.added + report.duplicates + report.merged + report.responses + report.differing
        )


def previewing(sessions: Sessions, project_id: int | None, incoming: Incoming) -> Iterator[Preview]:
    """Reads a file as `importing` does and writes nothing. Yields the one preview that grows.

    `project_id` None: a project that is yet to be made. Raises `ValueError` or `OSError` for a
    file that cannot be read, and `NotAllowedError`.
    """
    preview = Preview()
    report = preview.report
    texts = _texts(sessions, project_id, incoming.same_text)
    present = _labels(sessions, project_id)
    arriving: dict[str, None] = {}
    for batch in batches(incoming, report):
        if project_id is not None:
            _look_up(sessions, project_id, batch, texts, report)
        for checked in batch:
            if len(preview.first) < FIRST:
                preview.first.append(checked.record)
            if _take(checked, texts, preview):
                arriving |= dict.fromkeys(labels_of(checked.document))
        report.labels_created = [label for label in arriving if label not in present]
        texts.counts.add_to(report)
        texts.counts = Counts()
        yield preview
    yield preview


def _take(checked: Checked, texts: Texts, preview: Preview) -> bool:
    """Whether the record brings anything."""
    preview.labels.update(span.label for span in checked.record.entities or ())
    before = texts.entities(checked)
    outcome = texts.add(checked)
    preview.report.added += outcome == "new"
    preview.report.entities += texts.entities(checked) - before
    texts.forget_text(checked)
    return outcome in ("new", "merged", "response")


def _texts(sessions: Sessions, project_id: int | None, way: SameText) -> Texts:
    with sessions() as session:
        nested = project_id is None or projects.get(session, project_id).nested
    return Texts(Combiner(way, lambda: nested))


def _labels(sessions: Sessions, project_id: int | None) -> set[str]:
    """Those in the trash, too: an import leaves them there."""
    if project_id is None:
        return set()
    with sessions() as session:
        require(session, project_id, "review")
        present = {label.name for label in projects.labels(session, project_id)}
        return present | trash.labels(session, project_id)


def _look_up(
    sessions: Sessions,
    project_id: int,
    batch: Sequence[Checked],
    texts: Texts,
    report: ImportReport,
) -> None:
    """What the project has of the batch's texts; what its trash holds is noted."""
    with sessions() as session:
        hashes = [checked.document.sha256 for checked in batch]
        known = bulk.known_hashes(session, project_id, hashes)
        for note, documents in notes_on_trash(session, project_id, batch, known).items():
            report.note(note, documents)
        look_up(session, project_id, batch, known, texts, EVERYTHING)
