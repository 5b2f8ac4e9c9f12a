"""Back up everything into one archive while people work.

The archive is a zip:

    manifest.json           what it is, see `Manifest`
    documents.db, jobs.db   the databases: SQLite's own copies, the first alone where one file
                            holds both; or what pg_dump writes of the schemas `public` and
                            `dbos`, which may be one database's
    models/<n>/…            the folder of model version n
    jobs/<id>/…             what retraining jobs learn from, and the trained model of one that has
                            not registered it yet; an unfinished one is left out

The copy of the documents is of one moment, after the backup began: what a page had said is saved
before that is in it. The models are read off that copy; a version's folder never changes. The jobs
are copied before the documents, so that no job counts as registered whose version is missing.
"""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from app.services.model_registry.registry import located, recorded_path
from app.services.operations.scratch import BACKUP, scratch_folder
from app.services.operations.unfinished_restore import require_finished
from app.services.retraining.jobs import model_folder
from app.settings import Settings
from storage import database_copy
from storage.database_copy import DOCUMENTS_SCHEMA, JOBS_SCHEMA, CopyError
from storage.engine import create_engine_from, session_factory
from storage.repository import model_versions, origins

FORMAT = 1
MANIFEST, DOCUMENTS, JOBS = "manifest.json", "documents.db", "jobs.db"
_TRAINED = "trained.json"
"""What a job's folder has once its training is over."""
_LOOSE = (".safetensors",)
"""What does not get smaller."""


@dataclass(frozen=True, slots=True)
class File:
    sha256: str
    size: int
    """Bytes."""


@dataclass(slots=True)
class Manifest:
    """What a backup holds, and whether it is whole."""

    made: str
    """When it began, in UTC."""
    schema: str
    """The revision of the documents' tables."""
    database: str
    """`sqlite` or `postgresql`: what kind the copies can be put back into."""
    data: str
    """The data folder; below the checkout relative to it."""
    counts: dict[str, int]
    """Rows by table."""
    models: dict[str, str] = field(default_factory=dict)
    """Where each version's folder was, by its number; one that was missing is not there."""
    missing: list[str] = field(default_factory=list)
    """Model folders that versions name and that were not there; and files in folders that could not
    be taken: links to nothing, and names that are no Unicode."""
    files: dict[str, File] = field(default_factory=dict)
    """Everything in the archive but the manifest, by name."""
    format: int = FORMAT

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Manifest:
        files = {name: File(**file) for name, file in data["files"].items()}
        return cls(**{**data, "files": files})


def back_up(settings: Settings, out: Path) -> Manifest:
    """Writes a backup of everything to `out`, which must not be there yet.

    Raises `CopyError` for a database that cannot be copied, `OSError` for a file that cannot be
    written; then `out` is not there.
    """
    require_finished(settings)
    if out.exists():
        raise FileExistsError(f"{out} already exists; choose another name")
    out.parent.mkdir(parents=True, exist_ok=True)
    with scratch_folder(out.parent, BACKUP) as folder:
        begun = datetime.now(UTC).isoformat(timespec="seconds")
        in_one_file = database_copy.same_file(settings.database, settings.jobs)
        if not in_one_file and database_copy.holds(settings.jobs, JOBS_SCHEMA):
            database_copy.copy(settings.jobs, folder / JOBS, JOBS_SCHEMA)
        database_copy.copy(settings.database, folder / DOCUMENTS, DOCUMENTS_SCHEMA)
        manifest, models = _described(settings, folder / DOCUMENTS, begun)
        unfinished = folder / "archive"
        with zipfile.ZipFile(unfinished, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
            for path in (folder / DOCUMENTS, folder / JOBS):
                if path.is_file():
                    _add(archive, manifest, path.name, path)
            for number, model in models.items():
                _add_folder(archive, manifest, f"models/{number}", model)
            for job in sorted((settings.data / "jobs").glob("*/")):
                _add_folder(archive, manifest, f"jobs/{job.name}", job, without="model")
                final = model_folder(settings.data, job.name)
                if (job / _TRAINED).is_file() and final not in models.values():
                    _add_trained(archive, manifest, job, final)
            archive.writestr(MANIFEST, json.dumps(asdict(manifest), indent=1))
        unfinished.rename(out)
    return manifest


def _described(settings: Settings, copy: Path, begun: str) -> tuple[Manifest, dict[int, Path]]:
    """What the copy holds, and the folders of the models that it names.

    A dump of PostgreSQL cannot be asked: there the living database is, which only knows more.
    """
    kind = database_copy.kind(settings.database)
    engine = create_engine_from(f"sqlite:///{copy}" if kind == "sqlite" else settings.database)
    try:
        with session_factory(engine)() as session:
            schema, counts = origins.schema(session), origins.row_counts(session)
            manifest = Manifest(begun, schema, kind, recorded_path(settings.data), counts)
            models: dict[int, Path] = {}
            for version in model_versions.every(session):
                folder = located(version)
                manifest.models[str(version.id)] = version.path
                if folder.is_dir():
                    models[version.id] = folder
                else:
                    manifest.missing.append(version.path)
    finally:
        engine.dispose()
    if kind == "sqlite":
        for extra in database_copy.files(f"sqlite:///{copy}")[1:]:
            extra.unlink()
    return manifest, models


def _add_folder(
    archive: zipfile.ZipFile,
    manifest: Manifest,
    name: str,
    folder: Path,
    without: str | None = None,
) -> None:
    for path in sorted(folder.rglob("*")):
        inside = path.relative_to(folder)
        if inside.parts[0] == without or path.is_dir():
            continue
        if path.is_file() and _has_unicode_name(inside):
            _add(archive, manifest, f"{name}/{inside.as_posix()}", path)
        elif path.is_symlink() or path.is_file():
            manifest.missing.append(f"{recorded_path(folder)}/{inside}")


def _add_trained(archive: zipfile.ZipFile, manifest: Manifest, job: Path, final: Path) -> None:
    """The model that a job has trained, which its next step may be moving to `final` meanwhile."""
    trained = job / "model"
    folder = trained if trained.is_dir() else final
    for inside in sorted(path.relative_to(folder) for path in folder.rglob("*") if path.is_file()):
        name = f"jobs/{job.name}/model/{inside.as_posix()}"
        try:
            _add(archive, manifest, name, trained / inside)
        except FileNotFoundError:
            _add(archive, manifest, name, final / inside)


def _has_unicode_name(path: Path) -> bool:
    try:
        str(path).encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _add(archive: zipfile.ZipFile, manifest: Manifest, name: str, path: Path) -> None:
    """Hashes what goes in as it goes in: the file may be growing."""
    digest, size = hashlib.sha256(), 0
    info = zipfile.ZipInfo(name)
    info.compress_type = zipfile.ZIP_STORED if path.suffix in _LOOSE else zipfile.ZIP_DEFLATED
    with path.open("rb") as source, archive.open(info, "w", force_zip64=True) as target:
        while block := source.read(1 << 20):
            digest.update(block)
            size += len(block)
            target.write(block)
    manifest.files[name] = File(digest.hexdigest(), size)


__all__ = ["CopyError", "Manifest", "back_up"]
