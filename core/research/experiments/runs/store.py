"""Store results: one folder for each run, found again by the hash of its settings and data."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from ....whole_files import whole_file
from .plan import Run

if sys.platform != "win32":
    import fcntl

_ROW = "row.json"


def fingerprint(run: Run) -> str:
    """Hash of every setting and of the contents of the data, the encoder and the start model.

    Paths are not included: the same files elsewhere are the same run.
    """
    digest = hashlib.sha256(json.dumps(run.settings(), sort_keys=True).encode())
    for corpus in run.corpora:
        for files in (corpus.train, corpus.dev, corpus.test):
            digest.update("".join(_contents(file) for file in files).encode() + b"|")
    if run.start is not None:
        digest.update(_contents(run.start).encode())
    elif run.encoder is not None:
        known = Path(run.encoder)
        digest.update((_contents(known) if known.exists() else run.encoder).encode())
    return digest.hexdigest()


def folder_of(out: Path, run: Run) -> Path:
    """The run's folder below `out`: runs of the same settings and data share one, whatever their
    names and experiments."""
    mark = fingerprint(run)[:12]
    existing = next((out / "runs").glob(f"*-{mark}"), None)
    readable = re.sub(r"[^\w.+-]+", "-", run.name).strip("-")
    return existing or out / "runs" / f"{readable}-{mark}"


def read_row(out: Path, run: Run) -> dict[str, Any] | None:
    """The run's result; None if it is unfinished or its data is missing."""
    if run.missing() is not None:
        return None
    try:
        row: dict[str, Any] = json.loads((folder_of(out, run) / _ROW).read_text("utf-8"))
    except FileNotFoundError:
        return None
    return row


def weights_of(folder: Path) -> Path:
    """The folder of a run's weights until it has a result."""
    return folder / "model"


def write_row(folder: Path, row: dict[str, Any]) -> None:
    """Write the result atomically, then delete the weights."""
    write_atomically(folder / _ROW, json.dumps(row, indent=1, ensure_ascii=False) + "\n")
    shutil.rmtree(weights_of(folder), ignore_errors=True)


def write_atomically(path: Path, text: str) -> None:
    """Replace the file's contents in one step."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with whole_file(path) as file:
        file.write(text.encode())


@contextmanager
def claimed(folder: Path) -> Iterator[bool]:
    """Lock the folder and yield whether this process got the lock. A killed process releases it.

    On Windows the answer is always True: start one process there.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "claim").open("w") as stream:
        if sys.platform != "win32":
            try:
                fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                yield False
                return
        yield True


@cache
def _contents(path: Path) -> str:
    """The hash of a file, or of the files directly in a folder."""
    files = (
        sorted(entry for entry in path.iterdir() if entry.is_file()) if path.is_dir() else [path]
    )
    digest = hashlib.sha256()
    for file in files:
        with file.open("rb") as stream:
            digest.update(hashlib.file_digest(stream, "sha256").digest())
    return digest.hexdigest()
