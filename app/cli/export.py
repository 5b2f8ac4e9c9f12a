"""python -m app export"""

from __future__ import annotations

import argparse
import sys
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

from app.cli.shared import OptionError, add_project, progress, project_id
from app.services.interchange.exporting import ExportReport, Stream, export
from app.services.interchange.loss_lines import loss_lines
from app.services.interchange.manifest import SUFFIX, as_bytes, manifest
from app.services.operations.startup import open_database
from app.settings import Settings
from storage.enums import SPLITS
from storage.formats import EXPORT_FORMATS
from storage.records import LostEntity, Selection


def configure(parser: argparse.ArgumentParser) -> None:
    add_project(parser)
    parser.add_argument("--format", choices=EXPORT_FORMATS, required=True)
    parser.add_argument(
        "--out",
        type=Path,
        metavar="FILE",
        help="also writes a manifest next to it (default: standard output; without a manifest, as "
        "a pipe or a device)",
    )
    parser.add_argument("--split", choices=SPLITS, action="append", default=[])
    parser.add_argument("--label", metavar="NAME", action="append", default=[])
    parser.add_argument(
        "--person",
        metavar="NAME",
        action="append",
        default=[],
        help="only what these people submitted: of several answers the newest of theirs",
    )
    parser.add_argument("--since", type=_day, metavar="DATE", help="submitted on this day or later")
    parser.add_argument(
        "--until", type=_day, metavar="DATE", help="submitted on this day or before"
    )
    parser.add_argument("--undecided", action="store_true", help="include unsubmitted documents")
    parser.add_argument(
        "--history",
        action="store_true",
        help="include earlier versions and every action (jsonl only)",
    )


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"expected a day such as 2026-01-31, got {text!r}"
        ) from None


def run(options: argparse.Namespace) -> int:
    if options.since and options.until and options.since > options.until:
        raise OptionError(
            f"no day is from {options.since} on and until {options.until}; exchange the two"
        )
    sessions = open_database(Settings.from_environment())
    project = project_id(sessions, options.project)
    selection = Selection(
        splits=tuple(options.split),
        labels=tuple(options.label),
        people=tuple(options.person),
        since=_midnight(options.since),
        until=_midnight(_day_after(options.until)),
        undecided=options.undecided,
        history=options.history,
    )
    if options.out is None:
        _tell(export(sessions, project, options.format, sys.stdout.buffer, selection))
        return 0
    report = export(sessions, project, options.format, options.out, selection, _watched)
    if options.out.is_file():
        beside = options.out.with_name(options.out.name + SUFFIX)
        beside.write_bytes(as_bytes(manifest(sessions, project, report, options.out)))
    _tell(report)
    return 0


def _midnight(day: date | None) -> datetime | None:
    """The beginning of a day in UTC."""
    return datetime.combine(day, time(), UTC) if day else None


def _day_after(day: date | None) -> date | None:
    """None where no day comes after it."""
    return None if day is None or day == date.max else day + timedelta(days=1)


def _watched(report: ExportReport, documents: Stream) -> Stream:
    return progress(documents, lambda _: f"{report.passed:,} of {report.expected:,} documents")


def _tell(report: ExportReport) -> None:
    """What was written, and every entity that the format could not hold, on standard error."""
    for entity in report.written.nested:
        print(f"left out, {report.format} has no nested entities: {_name(entity)}", file=sys.stderr)
    for entity in report.written.unaligned:
        print(f"left out, not aligned with word boundaries: {_name(entity)}", file=sys.stderr)
    for reason in report.written.refused:
        print(f"left out, {report.format} cannot hold the text: {reason}", file=sys.stderr)
    if textless := report.written.textless:
        print(f"left out, {report.format} holds text alone: {textless:,} entities", file=sys.stderr)
    for line in loss_lines(report.written):
        print(f"left out: {line}", file=sys.stderr)
    print(
        f"{report.written.documents} documents with {report.written.entities} entities written, "
        f"{report.undecided_left_out} not submitted",
        file=sys.stderr,
    )


def _name(entity: LostEntity) -> str:
    return f"{entity.document} [{entity.start}, {entity.end}) {entity.label} {entity.text!r}"
