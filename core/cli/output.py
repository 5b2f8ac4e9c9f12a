"""What commands write: results as JSON, folders, and how an interrupted one goes on."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext, redirect_stdout
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any


def add_json(parser: argparse.ArgumentParser, text: str) -> None:
    parser.add_argument("--json", action="store_true", help=f"print {text}")


def progress(options: argparse.Namespace) -> AbstractContextManager[Any]:
    """Within it, `--json` leaves standard output to the results: all else goes to standard
    error."""
    return redirect_stdout(sys.stderr) if options.json else nullcontext()


def print_json(results: object) -> None:
    """Print one JSON value, indented."""
    print(json.dumps(results, indent=2, ensure_ascii=False))


def writable_folder(path: Path) -> None:
    """Make a folder and try to write into it, before anything is computed for it. Raises
    OSError."""
    path.mkdir(parents=True, exist_ok=True)
    with TemporaryFile(dir=path):
        pass


@contextmanager
def resumable(progress_folder: Path) -> Iterator[None]:
    """Add to an interruption whether the same command goes on from this folder."""
    try:
        yield
    except KeyboardInterrupt as stop:
        stop.add_note(
            f"the same command continues from {progress_folder}"
            if progress_folder.exists()
            else "there is no checkpoint, so the same command starts from the beginning"
        )
        raise
