"""python -m app import"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from app.commands.shared import add_project
from app.services.interchange import SAMPLE_LABELS, import_file
from app.services.models import ModelRegistry
from app.services.startup import open_database
from app.settings import Settings
from storage.engine import Sessions, writing
from storage.formats import IMPORT_FORMATS
from storage.repository import projects


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, metavar="FILE")
    add_project(parser)
    parser.add_argument(
        "--format", choices=["auto", *IMPORT_FORMATS], default="auto", help="(default: auto)"
    )
    parser.add_argument(
        "--suggestions", action="store_true", help="take the entities as suggestions to review"
    )
    parser.add_argument("--sentences", action="store_true", help="make each sentence a document")


def run(options: argparse.Namespace) -> int:
    if not options.file.is_file():
        raise FileNotFoundError(f"there is no file {options.file}")
    settings = Settings.from_environment()
    sessions = open_database(settings)
    report = import_file(
        sessions,
        _ensured(sessions, options.project),
        options.file,
        format=options.format,
        person=settings.person,
        as_suggestions=options.suggestions,
        sentences=options.sentences,
    )
    for record in report.bad:
        print(f"{options.file}:{record.line}: {record.reason}", file=sys.stderr)
    if report.labels_created:
        print(f"new labels: {', '.join(report.labels_created)}")
    print(
        f"{report.added} documents with {report.entities} entities added ({report.format}), "
        f"{report.duplicates} known already, {len(report.bad)} bad"
    )
    return 1 if report.bad else 0


def _ensured(sessions: Sessions, name: str) -> int:
    """The project's id; a new one gets the labels of the active model."""
    active = ModelRegistry(sessions).active()
    with writing(sessions) as session:
        project = projects.by_name(session, name)
        if project is None:
            project = projects.create(session, name)
            projects.ensure_labels(session, project.id, active.labels if active else SAMPLE_LABELS)
            print(f"project {name!r} is new")
        return project.id
