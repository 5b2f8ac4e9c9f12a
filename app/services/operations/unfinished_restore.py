"""The mark of a restore under way, and how to undo one that did not finish.

`<data>/unfinished-restore.json` is there from before the first file is moved until the last one is
in place. What it names can be undone at any time, as often as needed: a part that lies in the
folder `aside` is the old one, a part that was there and does not lie there was not moved, and
anything else is new.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from sqlalchemy import make_url

from app.services.retraining.worker_lock import worker_runs
from app.settings import Settings
from storage import database_copy

NAME = "unfinished-restore.json"
FOLDERS = ("models", "jobs")
"""What is moved below the data folder beside the databases."""


class RestoreError(ValueError):
    """What keeps a backup from being restored, and what to do."""


class UnfinishedRestoreError(RestoreError):
    """A restore was interrupted: nothing may start before it is undone or done again."""


@dataclass(frozen=True, slots=True)
class Mark:
    """What a restore moves."""

    archive: str
    begun: str
    """In UTC."""
    aside: str
    """The name of the folder, below the data folder, to which it moves what was there."""
    databases: Mapping[str, list[str]]
    """The parts that were there, by the database's URL without its password."""
    folders: list[str]
    """Of `FOLDERS`, those that were there."""


def urls(settings: Settings) -> tuple[str, ...]:
    return tuple(dict.fromkeys((settings.database, settings.jobs)))


def plain(url: str) -> str:
    """The URL without its password."""
    return make_url(url).render_as_string()


def write_mark(settings: Settings, mark: Mark, scratch: Path) -> None:
    """Puts the mark on the disk, as a whole: it is written in `scratch` first."""
    fresh = scratch / NAME
    with fresh.open("w", encoding="utf-8") as file:
        json.dump(asdict(mark), file, indent=1)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(settings.data / NAME)
    _sync(settings.data)


def remove_mark(settings: Settings) -> None:
    """From now on the restore counts as finished, or as undone."""
    (settings.data / NAME).unlink()
    _sync(settings.data)


def read_mark(settings: Settings) -> Mark | None:
    """Raises `UnfinishedRestoreError` for a mark that cannot be read."""
    path = settings.data / NAME
    try:
        return Mark(**json.loads(path.read_text("utf-8")))
    except FileNotFoundError:
        return None
    except (TypeError, ValueError) as error:
        raise UnfinishedRestoreError(
            f"{path} says that a restore did not finish, and cannot be read ({error}); what was "
            f"there before is in a folder {settings.data}/before-…: put it back by hand, then "
            "remove the file"
        ) from None


def require_finished(settings: Settings) -> None:
    """Raises `UnfinishedRestoreError` where a restore has moved the work aside and not ended."""
    mark = read_mark(settings)
    if mark is not None:
        raise UnfinishedRestoreError(
            f"the restore of {mark.archive}, begun {mark.begun}, did not finish; what was there "
            f"before is in {settings.data / mark.aside} or still in its place. Type `python -m app "
            "restore --undo` to have it back, or `python -m app restore FILE --force` to restore "
            "again"
        )


def require_in_place(url: str) -> None:
    """Raises `UnfinishedRestoreError` where a restore, maybe on another machine, has emptied a
    PostgreSQL database."""
    if schemas := database_copy.left_aside(url):
        raise UnfinishedRestoreError(
            f"{plain(url)} has no tables, and a restore moved what it held to the schemas "
            f"{', '.join(schemas)}; on the machine of the restore type `python -m app restore "
            "--undo`, or rename them back"
        )


def undo(settings: Settings) -> Mark | None:
    """Puts everything back as it was before an unfinished restore; None where there is none.

    Raises `RestoreError` while something uses the databases, or where the settings name others.
    """
    mark = read_mark(settings)
    if mark is None:
        return None
    if set(mark.databases) != set(map(plain, urls(settings))):
        raise RestoreError(
            f"the unfinished restore is of {' and '.join(mark.databases)}, and SPANNEAL_DATABASE "
            f"and SPANNEAL_JOBS are {' and '.join(map(plain, urls(settings)))}; set them as they "
            "were and try again"
        )
    if worker_runs(settings.data) or any(map(database_copy.in_use, urls(settings))):
        raise RestoreError(f"a page or a worker is using {settings.data}; stop it and try again")
    put_back(settings, mark)
    return mark


def put_back(settings: Settings, mark: Mark) -> None:
    aside = settings.data / mark.aside
    for url in urls(settings):
        database_copy.take_back(url, aside, mark.databases[plain(url)])
    for name in FOLDERS:
        folder = settings.data / name
        if (aside / name).exists():
            shutil.rmtree(folder, ignore_errors=True)
            (aside / name).rename(folder)
        elif name not in mark.folders and folder.exists():
            shutil.rmtree(folder)
    with suppress(OSError):
        aside.rmdir()
    remove_mark(settings)


def _sync(folder: Path) -> None:
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
