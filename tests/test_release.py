"""A release has one version, wherever it is written."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import core

ROOT = Path(__file__).resolve().parents[1]


def test_the_newest_release_in_the_changelog_is_the_version() -> None:
    headings = re.findall(r"^## (.*)$", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
    releases = [
        result[0] for heading in headings if (result := re.search(r"\d+\.\d+\.\d+", heading))
    ]

    assert releases[0] == core.__version__


@pytest.mark.parametrize("file", ["compose.yaml", "deploy/kubernetes.yaml"])
def test_the_images_are_named_after_the_version(file: str) -> None:
    tags = re.findall(r"image: (?:\S+/)?spanneal:(\S+)", (ROOT / file).read_text())

    assert set(tags) == {core.__version__}


def test_the_release_document_says_where_the_version_stands() -> None:
    """`test_library` holds that pyproject.toml takes it from there."""
    steps = (ROOT / "docs" / "releasing.md").read_text()
    step = re.search(r"\*\*Version\.\*\*.*?`(\w+)` in `([\w/.]+)`", steps, re.DOTALL)

    assert step
    name, file = step.groups()
    assert re.search(rf'^{name} = "{core.__version__}"$', (ROOT / file).read_text(), re.MULTILINE)
