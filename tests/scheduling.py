"""Which process of pytest-xdist runs a test: a file stays with one, and so do files of one group.

`--dist loadgroup` means this, too, but writes the group into an attribute that pytest 9 does not
read any more: without a word each test goes wherever there is room, and each process starts every
server anew.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest
from xdist.scheduler import LoadScopeScheduling

ROOT = Path(__file__).resolve().parents[1]
GROUP = re.compile(r'^pytestmark = .*\bxdist_group\("([^"]+)"\)', re.MULTILINE)


@cache
def group_of(file: str) -> str:
    """The group that a test file names, or the file itself, a path from the root."""
    named = GROUP.search((ROOT / file).read_text())
    return named[1] if named else file


class FilesTogether(LoadScopeScheduling):
    """Hands out groups in the order in which their first tests were collected."""

    def _split_scope(self, nodeid: str) -> str:
        return group_of(nodeid.split("::", 1)[0])


def scheduler(config: pytest.Config, log: object) -> FilesTogether:
    config.option.loadscopereorder = False
    return FilesTogether(config, log)
