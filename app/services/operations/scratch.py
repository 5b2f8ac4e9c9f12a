"""Folders that last as long as what works in them; what a kill left is removed by the next."""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

RESTORE, BACKUP = ".restore-", ".backup-"
"""How the names of such folders begin."""
MARK = "spanneal-scratch"
"""A file in each of them: a folder of such a name may be somebody else's."""


@contextmanager
def scratch_folder(parent: Path, prefix: str) -> Iterator[Path]:
    """A new folder in `parent`, locked while it is used and removed afterwards."""
    remove_leftovers(parent, prefix)
    with tempfile.TemporaryDirectory(dir=parent, prefix=prefix, ignore_cleanup_errors=True) as name:
        opened = os.open(name, os.O_RDONLY)
        try:
            fcntl.flock(opened, fcntl.LOCK_EX)
            (Path(name) / MARK).touch()
            yield Path(name)
        finally:
            os.close(opened)


def remove_leftovers(parent: Path, *prefixes: str) -> list[Path]:
    """Removes the scratch folders that no process holds any more; returns them."""
    if not parent.is_dir():
        return []
    beginnings = prefixes or (RESTORE, BACKUP)
    unused = [
        path
        for path in parent.iterdir()
        if path.name.startswith(beginnings) and not path.is_symlink()
        if (path / MARK).is_file() and _is_free(path)
    ]
    for path in unused:
        shutil.rmtree(path, ignore_errors=True)
    return unused


def _is_free(folder: Path) -> bool:
    with suppress(OSError):
        opened = os.open(folder, os.O_RDONLY)
        try:
            fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
        finally:
            os.close(opened)
    return False
