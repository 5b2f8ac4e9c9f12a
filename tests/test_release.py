"""A release has one version, wherever it is written."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


def version() -> str:
    """The version of the package, which pyproject.toml states, or leaves to `core`."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    if "version" in project:
        return str(project["version"])
    stated = re.search(
        r'^__version__ = "(.+)"', (ROOT / "core/__init__.py").read_text(), re.MULTILINE
    )
    assert stated, "neither pyproject.toml nor core/__init__.py states the version"
    return stated[1]


def test_the_newest_release_in_the_changelog_is_the_version() -> None:
    headings = re.findall(r"^## (.*)$", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
    releases = [
        result[0] for heading in headings if (result := re.search(r"\d+\.\d+\.\d+", heading))
    ]

    assert releases[0] == version()


@pytest.mark.parametrize("file", ["compose.yaml", "deploy/kubernetes.yaml"])
def test_the_images_are_named_after_the_version(file: str) -> None:
    tags = re.findall(r"image: (?:\S+/)?spanneal:(\S+)", (ROOT / file).read_text())

    assert set(tags) == {version()}
