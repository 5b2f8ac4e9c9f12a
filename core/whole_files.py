"""Files that are there once they are whole."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO


@contextmanager
def whole_file(path: Path) -> Iterator[BinaryIO]:
    """Write a file that appears at `path` at the end, and leave what was there if that fails.

    A link stays a link, to the new file. A device or a pipe is written as it is. Raises
    `FileNotFoundError` naming the folder that is missing, `IsADirectoryError` for a folder.
    """
    if path.exists() and not path.is_file():
        with path.open("wb") as stream:
            yield stream
        return
    with whole_path(path) as unfinished, unfinished.open("wb") as stream:
        yield stream


@contextmanager
def whole_path(path: Path) -> Iterator[Path]:
    """As `whole_file`, for a library that writes a file by its path: yields the path to write."""
    target = path.resolve()
    if not target.parent.exists():
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), str(path.parent))
    unfinished = target.with_name(target.name + ".new")
    try:
        yield unfinished
        os.replace(unfinished, target)
    finally:
        unfinished.unlink(missing_ok=True)
