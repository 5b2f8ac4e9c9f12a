"""How much may come out of a packed file, and what is said when it would be more."""

from __future__ import annotations

MOST_IN_ALL = 4 * 2**30
MOST_RATIO = 250
"""Unpacked to packed. Text packs to a tenth; deflate cannot go below a thousandth."""
FREE = 16 * 2**20
"""Unpacked bytes below which the ratio is nobody's concern."""


class ArchiveError(ValueError):
    """An archive that is broken, or made to do harm; the message is for who imports it."""


class Budget:
    """What may still be unpacked of one file; `packed` is its size in bytes."""

    def __init__(self, packed: int) -> None:
        self._packed, self._unpacked = packed, 0

    def spend(self, size: int, name: str) -> None:
        """Counts unpacked bytes. Raises `ArchiveError` where they become a flood."""
        self._unpacked += size
        if self._unpacked > MOST_IN_ALL:
            raise ArchiveError(
                f"{name}: unpacks to more than {MOST_IN_ALL // 2**30} GB; split it into parts"
            )
        if self._unpacked > FREE and self._unpacked > MOST_RATIO * self._packed:
            raise ArchiveError(
                f"{name}: unpacks to more than {MOST_RATIO} times its size, which text does not: "
                "it looks like a decompression bomb; unpack it yourself and import what is inside"
            )
