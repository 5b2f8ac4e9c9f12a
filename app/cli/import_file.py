"""python -m app import"""

from __future__ import annotations

import argparse
import errno
import shlex
import sys
from pathlib import Path

from app.cli.shared import add_project, column_choice, progress
from app.services.interchange.importing import importing
from app.services.interchange.preview import Preview, previewing
from app.services.interchange.read_records import ImportReport, Incoming
from app.services.interchange.report_lines import changes, losses
from app.services.interchange.same_text import SAME_TEXT
from app.services.operations import new_project
from app.services.operations.projects import holdout_explained
from app.services.operations.startup import open_database
from app.settings import Settings
from core.evaluation.metrics import UNDEFINED
from storage.engine import Sessions
from storage.enums import SPLITS
from storage.formats import ENCODINGS, IMPORT_FORMATS, likely_encodings
from storage.formats.likely_encodings import named
from storage.repository import projects


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, metavar="FILE")
    add_project(parser)
    parser.add_argument(
        "--format", choices=["auto", *IMPORT_FORMATS], default="auto", help="(default: auto)"
    )
    parser.add_argument(
        "--suggestions", action="store_true", help="import the entities as suggestions to review"
    )
    parser.add_argument("--sentences", action="store_true", help="make each sentence a document")
    parser.add_argument(
        "--same-text",
        choices=SAME_TEXT,
        default="merge",
        help="records that repeat a text with different annotations: merge what does not "
        "contradict, keep each separate as a response, or skip all but the first (default: merge)",
    )
    parser.add_argument(
        "--submit-empty",
        action="store_true",
        help="an empty list of labels means: looked at, and nothing found (default: not annotated)",
    )
    parser.add_argument(
        "--encoding",
        type=_encoding,
        metavar="NAME",
        help=f"read a file that is not UTF-8 in this encoding: {', '.join(ENCODINGS)}",
    )
    parser.add_argument("--split", choices=SPLITS, help="split for all documents")
    parser.add_argument(
        "--columns",
        type=column_choice,
        metavar="word=N,tag=N",
        help="the words and tags of a column file, by number or name; two tags for nested entities",
    )
    parser.add_argument("--dry-run", action="store_true", help="only show what would be imported")


def _encoding(name: str) -> str:
    try:
        return named(name)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def run(options: argparse.Namespace) -> int:
    if options.file.is_dir():
        raise IsADirectoryError(errno.EISDIR, "is a folder", str(options.file))
    if not options.file.is_file():
        raise FileNotFoundError(errno.ENOENT, "no such file", str(options.file))
    settings = Settings.from_environment()
    sessions = open_database(settings)
    incoming = Incoming(
        options.file,
        format=options.format,
        person=settings.person,
        as_suggestions=options.suggestions,
        split=options.split,
        sentences=options.sentences,
        columns=options.columns,
        same_text=options.same_text,
        encoding=options.encoding,
        submit_empty=options.submit_empty,
    )
    if options.dry_run:
        return _preview(sessions, options, incoming)
    project_id = _ensured(sessions, options.project)
    report = ImportReport()
    try:
        for step in progress(importing(sessions, project_id, incoming), _line):
            report = step
    except KeyboardInterrupt:
        _tell(report, options.file)
        print("stopped; import the file again to continue: documents already imported are skipped")
        raise
    _tell(report, options.file)
    if report.added:
        _tell_labels(sessions, project_id)
    _tell_encodings(report, options)
    return 1 if report.bad else 0


def _preview(sessions: Sessions, options: argparse.Namespace, incoming: Incoming) -> int:
    with sessions() as session:
        found = projects.by_name(session, options.project)
    preview = Preview()
    stream = previewing(sessions, found.id if found else None, incoming)
    for step in progress(stream, lambda preview: _line(preview.report)):
        preview = step
    report = preview.report
    for record in preview.first:
        entities = [
            f"{span.label} {record.text[span.start : span.end]!r}" for span in record.entities or ()
        ]
        known = "not annotated" if record.entities is None else ", ".join(entities) or "no entities"
        print(f"{record.name!r}: {record.text[:60]!r} – {known}")
    for label, number in preview.labels.most_common():
        print(f"{label}: {number}" + (" (new)" if label in report.labels_created else ""))
    _tell(report, incoming.source, "would be added")
    _tell_encodings(report, options)
    return 1 if report.bad else 0


def _line(report: ImportReport) -> str:
    share = f"{report.read / report.size:.0%}" if report.size else UNDEFINED
    return f"{share:>4}  {report.added:,} documents, {report.bad_count:,} bad"


def _tell(report: ImportReport, file: object, done: str = "added") -> None:
    for record in report.bad:
        print(f"{file}:{record.line}: {record.reason}", file=sys.stderr)
    if report.bad_unlisted:
        print(f"and {report.bad_unlisted} more bad records", file=sys.stderr)
    for line in (*losses(report), *report.note_lines(), *changes(report)):
        print(line, file=sys.stderr)
    if report.labels_created:
        print(f"new labels, from the file: {', '.join(report.labels_created)}")
    print(
        f"{report.added} documents with {report.entities} entities {done} ({report.format}), "
        f"{report.duplicates} duplicates, {report.bad_count} bad"
    )
    if report.broken_off:
        print(
            f"The import stopped at line {report.broken_off.line}, and nothing after it was read; "
            "fix the file and import it again: documents already imported are skipped"
        )


def _tell_labels(sessions: Sessions, project_id: int) -> None:
    with sessions() as session:
        if not projects.labels(session, project_id):
            print("the project has no labels, and the file names none; add some on the page")


def _tell_encodings(report: ImportReport, options: argparse.Namespace) -> None:
    """How a file that is not UTF-8 reads in the likely encodings, and what to type for one."""
    candidates = likely_encodings(options.file) if report.bad and not options.encoding else ()
    if not candidates:
        return
    print(f"{options.file} is not UTF-8. Some of its words in the likely encodings:")
    for candidate in candidates:
        print(f"  {candidate.encoding:<14}{', '.join(candidate.words)}")
    command = ["python", "-m", "app", "import", str(options.file), "--project", options.project]
    print("If they look right in the first, run this; otherwise name another:")
    print("  " + shlex.join([*command, "--encoding", candidates[0].encoding]))


def _ensured(sessions: Sessions, name: str) -> int:
    """The project's id. A new one has no labels until the file's come in."""
    with sessions() as session:
        project = projects.by_name(session, name)
    if project is not None:
        return project.id
    made = new_project.create(sessions, name)
    with sessions() as session:
        project = projects.get(session, made)
        print(f"project {project.name!r} is new. {holdout_explained(project.holdout_share)}")
    return made
