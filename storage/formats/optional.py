"""Packages that only some formats need, and what to say where one is missing."""

from __future__ import annotations

from importlib.util import find_spec


class MissingPackage(ValueError):
    """A format whose package is not installed; the message says how to install it."""


def require(package: str, module: str, format: str) -> None:
    """Raises `MissingPackage` where `module` cannot be imported."""
    if find_spec(module) is None:
        raise MissingPackage(
            f"{format} needs the Python package {package}: pip install -r requirements-formats.txt"
        )
