"""Restore a backup: check it, then put it into an empty place or move aside what is there."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import zipfile
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from app.services.model_registry.registry import located, recorded_path
from app.services.operations.backup import DOCUMENTS, FORMAT, JOBS, MANIFEST, File, Manifest
from app.services.operations.scratch import RESTORE, scratch_folder
from app.services.operations.unfinished_restore import (
    FOLDERS,
    Mark,
    RestoreError,
    plain,
    put_back,
    remove_mark,
    undo,
    urls,
    write_mark,
)
from app.services.retraining.jobs_database import JobsDatabaseError, require_json
from app.services.retraining.worker_lock import worker_runs
from app.settings import ROOT, Settings
from storage import database_copy
from storage.database_copy import DOCUMENTS_SCHEMA, JOBS_SCHEMA
from storage.engine import create_engine_from, session_factory, upgrade, writing
from storage.formats.archives import DAMAGED
from storage.repository import events, model_versions

_NAME = re.compile(r"documents\.db|jobs\.db|(models/\d+|jobs/[\w-]+)(/(?!\.{1,2}(/|$))[^/]+)+")
"""Of a file in a backup. A model's folder may hold more than a model, under any names."""
_OF_DOCUMENTS, _OF_JOBS = "alembic_version", "workflow_status"
"""Tables by which an SQLite copy shows what it holds."""
_NO_BACKUP = (*DAMAGED, ValueError, LookupError, TypeError, AttributeError, OverflowError)
_BLOCK = 1 << 20


@dataclass(frozen=True, slots=True)
class Restored:
    manifest: Manifest
    aside: Path | None
    """Where what was there before lies now."""


def restore(archive: Path, settings: Settings, *, force: bool = False) -> Restored:
    """Puts a backup's databases, models and jobs where the settings say.

    Raises `RestoreError` for an archive that is damaged or too new, where something is in the way
    and `force` does not move it aside, and while the page or a worker is at work. Whatever is
    raised, what was there before is there again; what a kill interrupts, `undo` or another
    restore puts back.
    """
    settings.data.mkdir(parents=True, exist_ok=True)
    with scratch_folder(settings.data, RESTORE) as staged:
        manifest = _unpack(archive, staged)
        _check(archive, manifest, staged, settings)
        undo(settings)
        mark = _plan(archive, settings, force)
        write_mark(settings, mark, staged)
        try:
            _move_aside(settings, mark)
            _put_in_place(settings, manifest, staged)
        except BaseException:
            put_back(settings, mark)
            raise
        remove_mark(settings)
        if not (mark.folders or any(mark.databases.values())):
            (settings.data / mark.aside).rmdir()
            return Restored(manifest, None)
    return Restored(manifest, settings.data / mark.aside)


def _unpack(archive: Path, folder: Path) -> Manifest:
    """Everything out of the archive, with its hash compared."""
    try:
        with zipfile.ZipFile(archive) as opened:
            manifest = Manifest.from_json(json.loads(opened.read(MANIFEST)))
            if manifest.format > FORMAT:
                raise RestoreError(_newer(archive))
            for name, file in manifest.files.items():
                _extract(opened, name, file, folder)
    except RestoreError:
        raise
    except _NO_BACKUP as error:
        raise RestoreError(
            f"{archive} is not a backup, or is damaged ({error}); use another one"
        ) from None
    return manifest


def _extract(archive: zipfile.ZipFile, name: str, file: File, folder: Path) -> None:
    path = folder / name
    if not _NAME.fullmatch(name) or not path.resolve().is_relative_to(folder.resolve()):
        raise RestoreError(
            f"the backup names a file {name!r}, which no backup of this program contains"
        )
    path.parent.mkdir(parents=True, exist_ok=True)
    digest, size = hashlib.sha256(), 0
    with archive.open(name) as source, path.open("wb") as target:
        while size <= file.size and (block := source.read(_BLOCK)):
            digest.update(block)
            size += len(block)
            target.write(block)
    if (digest.hexdigest(), size) != (file.sha256, file.size):
        raise RestoreError(f"{name} in the backup is damaged: its hash differs; use another backup")


def _check(archive: Path, manifest: Manifest, staged: Path, settings: Settings) -> None:
    if manifest.schema not in database_copy.known_revisions():
        raise RestoreError(_newer(archive))
    wanted = database_copy.kind(settings.database)
    if manifest.database != wanted:
        raise RestoreError(
            f"the backup is of {manifest.database} and SPANNEAL_DATABASE is {wanted}; restore it "
            f"into {manifest.database}"
        )
    if wanted == "sqlite":
        database_copy.check(staged / DOCUMENTS)
        if database_copy.kind(settings.jobs) == "sqlite":
            _divide(staged, settings)
    if database_copy.kind(settings.jobs) == "sqlite" and (staged / JOBS).is_file():
        database_copy.check(staged / JOBS)
        _require_json(f"sqlite:///{staged / JOBS}")


def _divide(staged: Path, settings: Settings) -> None:
    """Lays the copies out as the settings keep documents and jobs: in one file, or in two.

    Raises `RestoreError` where two files of a backup would have to become one.
    """
    documents, jobs = staged / DOCUMENTS, staged / JOBS
    if not database_copy.same_file(settings.database, settings.jobs):
        if not jobs.is_file() and database_copy.has_table(documents, _OF_JOBS):
            shutil.copyfile(documents, jobs)
    elif jobs.is_file() and not database_copy.has_table(jobs, _OF_DOCUMENTS):
        raise RestoreError(
            "the backup holds documents and jobs in two files, and SPANNEAL_DATABASE and "
            "SPANNEAL_JOBS name one; name another file for SPANNEAL_JOBS and try again"
        )
    else:
        jobs.unlink(missing_ok=True)  # an older backup of one file holds it twice


def _require_json(url: str) -> None:
    try:
        require_json(url)
    except JobsDatabaseError as error:
        raise RestoreError(f"the backup is refused: {error}") from None


def _newer(archive: Path) -> str:
    return f"{archive.name} was made by a newer version of this program; update it, and try again"


def _plan(archive: Path, settings: Settings, force: bool) -> Mark:
    """What has to be moved aside, if it may be."""
    if worker_runs(settings.data) or any(map(database_copy.in_use, urls(settings))):
        raise RestoreError(
            f"a page, a worker or another program is using {settings.data} or its database; stop "
            "it and try again"
        )
    now = datetime.now(UTC)
    mark = Mark(
        str(archive.resolve()),
        now.isoformat(timespec="seconds"),
        f"before-{now:%Y%m%d-%H%M%S-%f}",
        {plain(url): database_copy.parts(url) for url in urls(settings)},
        [name for name in FOLDERS if _holds_files(settings.data / name)],
    )
    if (mark.folders or any(mark.databases.values())) and not force:
        raise RestoreError(
            f"{settings.data} is not empty; name another folder with --data, or move its content "
            "aside with --force"
        )
    return mark


def _holds_files(folder: Path) -> bool:
    return folder.is_dir() and any(folder.iterdir())


def _move_aside(settings: Settings, mark: Mark) -> None:
    aside = settings.data / mark.aside
    aside.mkdir()
    for url in urls(settings):
        if mark.databases[plain(url)]:
            database_copy.move_aside(url, aside)
    for name in mark.folders:
        (settings.data / name).rename(aside / name)


def _put_in_place(settings: Settings, manifest: Manifest, staged: Path) -> None:
    for part, url, schema in (
        (DOCUMENTS, settings.database, DOCUMENTS_SCHEMA),
        (JOBS, settings.jobs, JOBS_SCHEMA),
    ):
        if (staged / part).is_file():
            database_copy.put(staged / part, url, schema)
            _require_json(url)
    _move(staged / "jobs", settings.data / "jobs")
    _bring_up(settings, manifest, staged)


def _move(source: Path, target: Path) -> None:
    if source.is_dir():
        target.parent.mkdir(parents=True, exist_ok=True)
        source.rename(target)


def _bring_up(settings: Settings, manifest: Manifest, staged: Path) -> None:
    """The newest schema, the models in their places, and a line in the log."""
    engine = create_engine_from(settings.database)
    try:
        upgrade(engine)
        with writing(session_factory(engine)) as session:
            for version in model_versions.every(session):
                files = staged / "models" / str(version.id)
                in_folder = located(version).is_relative_to(ROOT / manifest.data)
                if files.is_dir() and (in_folder or not _same(files, located(version))):
                    version.path = _placed(files, settings.data / "models" / located(version).name)
            detail = {"made": manifest.made, "schema": manifest.schema}
            events.record(session, settings.person, "restore backup", detail=detail)
    finally:
        engine.dispose()


def _placed(files: Path, target: Path) -> str:
    """Moves a model's files there, or beside a namesake; returns the path to record."""
    if target.exists():
        target = target.with_name(f"{target.name}-{files.name}")
    _move(files, target)
    return recorded_path(target)


def _same(left: Path, other: Path) -> bool:
    """Whether two folders hold the same files."""
    names = {path.relative_to(left) for path in left.rglob("*") if path.is_file()}
    return all((other / name).is_file() for name in names) and all(
        _digest(left / name) == _digest(other / name) for name in names
    )


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


__all__ = ["RestoreError", "Restored", "restore", "undo"]
