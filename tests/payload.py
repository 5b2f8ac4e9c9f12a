"""What somebody would put into a file that is unpickled."""

from __future__ import annotations

import os
from pathlib import Path


class Touch:
    """Pickled, it writes a file when it is read."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.system, (f"touch {self._path}",)
