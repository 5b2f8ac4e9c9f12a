"""Differences between the checkout and the installed package: the command's name, a folder's place.
Nothing here imports torch."""

from __future__ import annotations

from pathlib import Path

PACKAGE = __name__.partition(".")[0]
PROGRAM = "python -m core" if PACKAGE == "core" else PACKAGE
"""How the command line is called."""

_ASSETS = Path(__file__).parents[1] / "assets"
_INSTALLED = Path(__file__).parent / "bundled_model"
BUNDLED = _INSTALLED if _INSTALLED.is_dir() else _ASSETS / "models" / "default"
"""The folder of the model that comes with the code."""
SAMPLES = _ASSETS / "samples"
"""The sample documents; only a checkout has them."""
