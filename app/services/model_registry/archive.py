"""Model versions as one file to download and upload: a zip of the folder of `files`."""

from __future__ import annotations

import io
import shutil
import zipfile
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import BinaryIO

from app.services.model_registry.files import ALLOWED, Brought, ModelImportError, bring_in, export
from app.services.model_registry.registry import CONFIG
from app.services.team.permissions import require_administrator
from app.settings import Settings
from storage.engine import Sessions
from storage.formats.archives import DAMAGED, FAULTS, check_directory
from storage.formats.limits import ArchiveError

MOST_BYTES = 2 * 2**30
"""Of a model, unpacked."""
MOST_FILES, LONGEST_LIST = 10_000, 2**20
"""Files that a zip may list, of which a model has a dozen, and bytes of that list."""
LONGEST_NAME = 200
"""Characters of a file's name that are kept."""


def pack(sessions: Sessions, version_id: int, out: BinaryIO) -> None:
    """Writes a version with its card and scores; weights hardly shrink, so nothing is compressed.

    Raises what `model_files.export` does, and `NotAllowedError`.
    """
    with sessions() as session:
        require_administrator(session)
    with TemporaryDirectory() as folder_path, zipfile.ZipFile(out, "w") as packed:
        folder = Path(folder_path) / f"spanneal-{version_id}"
        for name in export(sessions, version_id, folder):
            packed.write(folder / name, f"{folder.name}/{name}")


def unpack(sessions: Sessions, settings: Settings, file: BinaryIO, name: str) -> Brought:
    """Brings a version in that `pack` wrote, or a zip of such a folder; it is only proposed.

    Raises `ModelImportError` for what is no such zip, or too large, or as `model_files.bring_in`.
    """
    with sessions() as session:
        require_administrator(session)
    try:
        with _opened(file, name) as packed, TemporaryDirectory() as folder_path:
            folder = Path(folder_path) / "model"
            folder.mkdir()
            behind = _extract(packed, folder)
            brought = bring_in(sessions, settings, folder, name[:LONGEST_NAME])
    except DAMAGED as error:
        raise _unreadable(name, error) from None
    return Brought(brought.version, tuple(sorted({*behind, *brought.left_behind})))


def _opened(file: BinaryIO, name: str) -> zipfile.ZipFile:
    """The zip, whose list of files is read as a whole. Raises `ModelImportError`."""
    try:
        check_directory(file, file.seek(0, io.SEEK_END), MOST_FILES, LONGEST_LIST)
        return zipfile.ZipFile(file)
    except ArchiveError:
        raise ModelImportError(
            f"{name} lists more than {MOST_FILES:,} files, and a model has at most "
            f"{len(ALLOWED)}; zip the model's folder alone"
        ) from None
    except FAULTS as error:
        raise _unreadable(name, error) from None


def _unreadable(name: str, error: Exception) -> ModelImportError:
    return ModelImportError(
        f"{name} is not a readable zip ({error}); upload a file exported from this page, or a zip "
        "of a folder that `python -m app model export` wrote"
    )


def _extract(packed: zipfile.ZipFile, folder: Path) -> list[str]:
    """The model's own files, out of the one folder that they lie in; the others' names."""
    files = [member for member in packed.infolist() if not member.is_dir()]
    homes = [
        PurePosixPath(file.filename).parent
        for file in files
        if PurePosixPath(file.filename).name == CONFIG
    ]
    if len(homes) != 1:
        raise ModelImportError(f"the zip holds {len(homes)} models (files {CONFIG}), expected one")
    wanted = {str(homes[0] / name): name for name in ALLOWED}
    mine = [file for file in files if file.filename in wanted]
    if sum(file.file_size for file in mine) > MOST_BYTES:
        raise ModelImportError(f"the model has more than {MOST_BYTES // 2**30} GiB unpacked")
    for file in mine:
        with packed.open(file) as source, (folder / wanted[file.filename]).open("wb") as out:
            shutil.copyfileobj(source, out)
    return [file.filename for file in files if file.filename not in wanted]
