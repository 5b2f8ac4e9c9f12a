"""Messages for a browser or a program, which need not know where this server keeps its files."""

from __future__ import annotations

import re
import sys
import tempfile
from pathlib import Path

from app.settings import ROOT, Settings


def without_paths(message: str) -> str:
    """The message with only the last name of every path below a folder of this server."""
    settings = Settings.from_environment()
    folders = (
        settings.data,
        settings.model.parent,
        ROOT,
        Path(tempfile.gettempdir()),
        Path(sys.prefix),
        Path.home(),
    )
    roots = {str(root) for folder in folders for root in (folder, folder.resolve())} - {"/"}
    longest_first = "|".join(map(re.escape, sorted(roots, key=len, reverse=True)))
    below = rf"(?<![\w./-])(?:{longest_first})(?:/[^/\s'\":;,()]*)*(?![\w-])"
    return re.sub(below, lambda match: match[0].rstrip("/").rpartition("/")[2], message)
