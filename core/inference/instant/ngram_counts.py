"""How often short strings of words occur, in memory that does not grow with the text.

A count-mean-min sketch (Goyal, Daumé and Cormode 2012): every string adds 1 to one cell of each
row, chosen by a hash. What the other strings add to a cell is on average the load of all cells,
and the least of the rows is nearest. Adding and taking away are exact, in any order.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from hashlib import blake2b

import torch
from torch import Tensor

MAX_WORDS = 3
"""Longer strings are not counted: one that is marked somewhere rarely occurs unmarked."""
ROWS, CELLS = 2, 2**19
_BYTES = 4


class NgramCounts:
    """The counts of the strings of up to `MAX_WORDS` words, as they stand and in lower case."""

    def __init__(self) -> None:
        self.cells = torch.zeros(ROWS, CELLS, dtype=torch.int32)
        self.total = 0

    def add(self, words: Sequence[str], sign: int = 1) -> None:
        """Count a sentence's strings, or take them back with `sign` -1."""
        hashed = [_hashes(string) for string in _strings(words)]
        if hashed:
            index = torch.tensor(hashed).t()
            ones = torch.full_like(index, sign, dtype=torch.int32)
            self.cells.scatter_add_(1, index, ones)
            self.total += sign * len(hashed)

    def count(self, string: str) -> int:
        """About how often a string occurred; a string in lower case occurred in any case."""
        if not _countable(string.split(" ")):
            return 0
        cells = [int(row[index]) for row, index in zip(self.cells, _hashes(string), strict=True)]
        return max(0, round(min(cell - (self.total - cell) / (CELLS - 1) for cell in cells)))


def _strings(words: Sequence[str]) -> Iterator[str]:
    for start in range(len(words)):
        for end in range(start + 1, min(len(words), start + MAX_WORDS) + 1):
            if _countable(words[start:end]):
                string = " ".join(words[start:end])
                lower = string.lower()
                yield lower
                if string != lower:
                    yield string


def _countable(words: Sequence[str]) -> bool:
    """Whether an entity may look like this: few words, no punctuation at its ends."""
    return len(words) <= MAX_WORDS and words[0][-1:].isalnum() and words[-1][-1:].isalnum()


def _hashes(string: str) -> list[int]:
    digest = blake2b(string.encode("utf-8", "surrogatepass"), digest_size=ROWS * _BYTES).digest()
    parts = (digest[i : i + _BYTES] for i in range(0, len(digest), _BYTES))
    return [int.from_bytes(part, "little") % CELLS for part in parts]


def smallest(cells: Tensor) -> Tensor:
    """The cells in the smallest type that holds them."""
    most = int(cells.abs().max())
    for dtype in (torch.uint8, torch.int16):
        if int(cells.min()) >= torch.iinfo(dtype).min and most <= torch.iinfo(dtype).max:
            return cells.to(dtype)
    return cells
