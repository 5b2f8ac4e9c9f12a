"""How many examples hypothesis tries: all in `make test-all`, two fifths of them in `make test`."""

from __future__ import annotations

from hypothesis import settings

QUICK, THOROUGH = 40, 100
"""Examples of a test that names no number."""


def examples(number: int) -> int:
    """For a test that names its number: that number, or as large a part of it as of the others."""
    return number * settings().max_examples // THOROUGH
