"""Export a project's documents to a file: streamed, counted, and described by a manifest."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from app.services.team.permissions import require
from core.whole_files import whole_file
from storage import formats
from storage.engine import Sessions, of_one_moment
from storage.formats import Written
from storage.records import DocumentRecord, Selection
from storage.repository import export_selection, projects

Stream = Iterator[DocumentRecord]
EVERYTHING = Selection()
"""All that is submitted."""


@dataclass(slots=True)
class ExportReport:
    """What an export has written so far, and at its end what it could not."""

    format: str
    selection: Selection
    submitted: int
    """Documents of the chosen splits that are submitted."""
    unsubmitted: int
    """Those that nobody has submitted yet."""
    passed: int = 0
    """Documents handed to the format so far."""
    written: Written = field(default_factory=Written)
    """What the format wrote and what it left out: filled at the end."""

    @property
    def expected(self) -> int:
        """How many documents there may be at most."""
        return self.submitted + (self.unsubmitted if self.selection.undecided else 0)

    @property
    def undecided_left_out(self) -> int:
        return 0 if self.selection.undecided else self.unsubmitted


@dataclass(frozen=True, slots=True)
class Filters:
    """What an export of a project can be narrowed to."""

    labels: tuple[str, ...]
    people: tuple[str, ...]
    """Who has submitted documents."""


Watch = Callable[[ExportReport, Stream], Stream]
"""Passes the documents on, and shows how far the report has come. To raise is to cancel."""


def _unwatched(_report: ExportReport, documents: Stream) -> Stream:
    return documents


def export(
    sessions: Sessions,
    project_id: int,
    format: str,
    out: BinaryIO | Path,
    selection: Selection = EVERYTHING,
    watch: Watch = _unwatched,
) -> ExportReport:
    """Streams the chosen documents to `out`, as they were when it began; no more than a batch is
    held in memory. A file that is named by its path appears there only when it is whole.

    `jsonl` holds all that is known, rejected suggestions included; what the others hold their
    rows in `storage.formats.FORMATS` say, and the report counts the rest. Raises `LookupError`
    for an unknown project or label, `ValueError` for an unknown format, and `NotAllowedError`.
    """
    opened = whole_file(out) if isinstance(out, Path) else nullcontext(out)
    with of_one_moment(sessions) as session, opened as stream:
        projects.get(session, project_id)
        require(session, project_id, "review")
        for label in selection.labels:  # a misspelt one would leave every document without entities
            projects.label_named(session, project_id, label)
        report = ExportReport(
            format, selection, *export_selection.counts(session, project_id, selection)
        )
        documents = _counted(export_selection.selected(session, project_id, selection), report)
        report.written = formats.write(watch(report, documents), format, stream)
    return report


def filters(sessions: Sessions, project_id: int) -> Filters:
    """The project's labels, and who has submitted documents of it."""
    with sessions() as session:
        require(session, project_id, "review")
        labels = projects.labels(session, project_id)
        people = export_selection.people(session, project_id)
        return Filters(tuple(label.name for label in labels), tuple(people))


def expected(sessions: Sessions, project_id: int, selection: Selection) -> int:
    """How many documents an export of this selection holds at most."""
    with sessions() as session:
        require(session, project_id, "review")
        submitted, others = export_selection.counts(session, project_id, selection)
    return submitted + (others if selection.undecided else 0)


def _counted(documents: Stream, report: ExportReport) -> Stream:
    for document in documents:
        report.passed += 1
        yield document
