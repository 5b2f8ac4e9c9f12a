"""python -m app model"""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from app.cli.shared import row_number
from app.services.model_registry.files import bring_in, export
from app.services.operations.startup import open_database
from app.settings import Settings


def configure(parser: argparse.ArgumentParser) -> None:
    verbs = parser.add_subparsers(dest="act", required=True)
    out = verbs.add_parser("export", help="export a version to a new folder")
    out.add_argument("version", type=row_number, metavar="VERSION", help="a model version's number")
    out.add_argument("folder", type=Path, metavar="FOLDER")
    into = verbs.add_parser("import", help="check a folder and propose it as a version")
    into.add_argument("folder", type=Path, metavar="FOLDER")


def run(options: argparse.Namespace) -> int:
    if options.act == "import":
        os.scandir(options.folder).close()  # an OSError where there is no such folder
    settings = Settings.from_environment()
    sessions = open_database(settings)
    if options.act == "export":
        names = export(sessions, options.version, options.folder)
        print(f"model version {options.version} is in {options.folder}: {', '.join(names)}")
        return 0
    brought = bring_in(sessions, settings, options.folder)
    number = brought.version.id
    print(f"model version {number} is proposed ({', '.join(brought.version.labels)})")
    if brought.left_behind:
        print(f"not imported: {', '.join(brought.left_behind)}")
    print(f"`python -m app promote {number}` makes it active")
    return 0
