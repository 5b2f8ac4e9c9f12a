"""python -m app export"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import BinaryIO

from app.commands.shared import add_project, project_id
from app.services.interchange import ExportReport, export
from app.services.startup import open_database
from app.settings import Settings
from storage.formats import EXPORT_FORMATS
from storage.records import LostEntity


def configure(parser: argparse.ArgumentParser) -> None:
    add_project(parser)
    parser.add_argument("--format", choices=EXPORT_FORMATS, required=True)
    parser.add_argument("--out", type=Path, metavar="FILE", help="(default: standard output)")


def run(options: argparse.Namespace) -> int:
    sessions = open_database(Settings.from_environment())
    project = project_id(sessions, options.project)

    def write(out: BinaryIO) -> ExportReport:
        return export(sessions, project, options.format, out)

    if options.out is None:
        report = write(sys.stdout.buffer)
    else:
        fresh = options.out.with_name(options.out.name + ".new")
        with fresh.open("wb") as out:
            report = write(out)
        os.replace(fresh, options.out)
    _tell(report)
    return 0


def _tell(report: ExportReport) -> None:
    """What was written, and every entity that the format could not hold, on standard error."""
    for entity in report.nested:
        print(
            f"left out, {report.format} holds no nested entities: {_name(entity)}", file=sys.stderr
        )
    for entity in report.unaligned:
        print(f"left out, not at the edges of words: {_name(entity)}", file=sys.stderr)
    if report.textless:
        print(f"left out, text holds no entities: {report.textless}", file=sys.stderr)
    print(
        f"{report.documents} documents with {report.entities} entities written, "
        f"{report.unsubmitted} not submitted yet",
        file=sys.stderr,
    )


def _name(entity: LostEntity) -> str:
    return f"{entity.document} [{entity.start}, {entity.end}) {entity.label} {entity.text!r}"
