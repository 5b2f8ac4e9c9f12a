"""Folders that last as long as what works in them; what a kill left is removed by the next."""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

RESTORE, BACKUP, IMPORT = ".restore-", ".spanneal-backup-", ".imported-"
"""How the names of such folders begin. A backup's lies where people keep files of their own."""
_IN_DATA = (RESTORE, BACKUP, ".backup-")
"""Those that may lie in the data folder; the last is what backups' were called before."""


@contextmanager
def scratch_folder(parent: Path, prefix: str) -> Iterator[Path]:
    """A new folder in `parent`, locked while it is used and removed afterwards."""
    remove_leftovers(parent, prefix)
    folder, opened = _new_locked(parent, prefix)
    try:
        yield folder
    finally:
        os.close(opened)
        shutil.rmtree(folder, ignore_errors=True)


def remove_leftovers(parent: Path, *prefixes: str) -> list[Path]:
    """Removes the scratch folders that no process holds any more; returns them."""
    if not parent.is_dir():
        return []
    beginnings = prefixes or _IN_DATA
    return [
        path
        for path in parent.iterdir()
        if path.name.startswith(beginnings) and path.is_dir() and not path.is_symlink()
        if _removed(path)
    ]


def _new_locked(parent: Path, prefix: str) -> tuple[Path, int]:
    """A new folder and its descriptor; another one where a process took it for a leftover before
    it was locked."""
    while True:
        folder = Path(tempfile.mkdtemp(dir=parent, prefix=prefix))
        with suppress(FileNotFoundError):
            opened = os.open(folder, os.O_RDONLY)
            fcntl.flock(opened, fcntl.LOCK_SH)  # NFS has no other lock for a folder
            if folder.is_dir():
                return folder, opened
            os.close(opened)


def _removed(folder: Path) -> bool:
    """Whether nobody held the folder, which is gone then."""
    with suppress(OSError):
        opened = os.open(folder, os.O_RDONLY)
        try:
            fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(folder, ignore_errors=True)
            return True
        finally:
            os.close(opened)
    return False
