"""Whole numbers of the command line: what they cannot be is refused before anything is done."""

from __future__ import annotations

import argparse
from collections.abc import Callable


def whole_number(least: int, most: int | None = None) -> Callable[[str], int]:
    """Return the `type` of an option that takes whole numbers from `least` to `most`."""
    expected = f"of {least} or more" if most is None else f"from {least} to {most}"

    def parse(text: str) -> int:
        try:
            number = int(text)
            fits = least <= number and (most is None or number <= most)
        except ValueError:
            fits = False
        if not fits:
            raise argparse.ArgumentTypeError(f"expected a whole number {expected}, got {text!r}")
        return number

    return parse
