"""python -m app move"""

from __future__ import annotations

import argparse
import sys
from contextlib import suppress
from pathlib import Path

from sqlalchemy.exc import ArgumentError

from app.cli.shared import OptionError
from app.services.operations.transfer import move_database
from app.settings import Settings
from storage import database_copy
from storage.database_copy import CopyError
from storage.database_transfer import Step


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--to",
        type=_postgresql_url,
        required=True,
        metavar="URL",
        help="an empty PostgreSQL database: postgresql+psycopg://USER@HOST/DATABASE; use "
        "PGPASSWORD to keep the password out of the process list",
    )
    parser.add_argument(
        "--data-there",
        type=Path,
        metavar="FOLDER",
        help="the data folder's path where the new page will run, such as /data in a container "
        "(default: as here)",
    )
    parser.add_argument(
        "--cancel-jobs",
        action="store_true",
        help="cancel retraining jobs that are not finished, once everything is moved",
    )


def _postgresql_url(text: str) -> str:
    """The message does not repeat what was given, which may hold a password."""
    with suppress(ArgumentError, CopyError, ValueError):
        if database_copy.kind(text) == "postgresql":
            return text
    raise argparse.ArgumentTypeError(
        "expected the URL of a PostgreSQL database: postgresql+psycopg://USER@HOST/DATABASE"
    )


def run(options: argparse.Namespace) -> int:
    settings = Settings.from_environment()
    there: Path | None = options.data_there
    if there is not None and not there.is_absolute():
        raise OptionError(f"--data-there must be an absolute path, got {there}")
    moved = move_database(settings, options.to, there, _tell, cancel_jobs=options.cancel_jobs)
    for name, content in moved.tables.items():
        print(f"{name:24} {content.rows:>10,} rows  {content.sha256[:16]}")
    for folder, here in moved.models.items():
        print(f"model {folder}{'' if here else ': not here; copy it to the new machine'}")
    for job_id in moved.cancelled:
        print(f"cancelled the retraining job {job_id}")
    print(
        f"Everything is in the new database; the old one is unchanged in {settings.data}.\nFrom "
        "now on set SPANNEAL_DATABASE to the new URL, for every page and worker. Retraining jobs "
        f"are not moved: the list of finished ones stays in {settings.jobs}. For workers on "
        "several machines set SPANNEAL_JOBS to a PostgreSQL URL too."
    )
    return 0


def _tell(step: Step) -> None:
    if sys.stderr.isatty():
        print(f"\r\033[K{step.table} {step.rows:,}/{step.total:,}", end="", file=sys.stderr)
        if step.rows == step.total:
            print("\r\033[K", end="", file=sys.stderr, flush=True)
