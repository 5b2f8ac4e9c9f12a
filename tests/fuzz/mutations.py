"""Good bytes made bad: flipped, cut, spliced, repeated, and with numbers that are far too large."""

from __future__ import annotations

import gzip
import io
import re
import struct
import zipfile
import zlib
from collections.abc import Sequence
from random import Random

_NUMBER = re.compile(rb"\d+")
_NUMBERS = (
    b"0", b"-1", b"1", b"99999999999999999999", b"2147483648", b"1e999", b"NaN", b"1.5",
    b"0" * 5000, b"9" * 5000, "٣".encode(), b"true",
)  # fmt: skip
_NASTY = (
    b"\0", b"\xff", b"\xef\xbb\xbf", b"\xed\xa0\xbd", b"\\ud83d", b"\r", b"\n", b"\n\n", b"\t",
    b"\\", b'"', b"{", b"[" * 3000, b'{"a":' * 3000, b"|", b"[1]", b"_", b"*", b";", b"-",
    b"#", b"null", b"[]", b"{}", b"\xe2\x80\xa8", "\N{GRINNING FACE}".encode(), b"x" * 20_000,
    b"-DOCSTART- O\n", b"B-", b"#Text=", b"&a;", b"<!DOCTYPE a>", b"<", b"/>", b"../",
    b"T1\tA 0 1\tx\n",
)  # fmt: skip


def mutate(goods: Sequence[bytes], random: Random) -> bytes:
    """One good file with one to four faults in it, or in what it has packed."""
    good = random.choice(goods)
    if random.random() < 0.85:
        if good.startswith(b"PK"):
            return _in_archive(good, random)
        if good.startswith(b"\x78"):
            return zlib.compress(_bytes(zlib.decompress(good), goods, random), 1)
    broken = _bytes(good, goods, random)
    return gzip.compress(broken, 1) if random.random() < 0.01 else broken


def _in_archive(good: bytes, random: Random) -> bytes:
    with zipfile.ZipFile(io.BytesIO(good)) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    chosen = random.choice(list(members))
    members[chosen] = _bytes(members[chosen], list(members.values()), random)
    if random.random() < 0.03:
        members[random.choice(["../x", "/x", "a\\..\\b", "x" * 300, "é", ""])] = members.pop(chosen)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in members.items():
            archive.writestr(zipfile.ZipInfo(name or "_"), content)
    return out.getvalue()


def _bytes(content: bytes, others: Sequence[bytes], random: Random) -> bytes:
    broken = bytearray(content)
    for _ in range(random.randint(1, 4)):
        _MUTATIONS[random.randrange(len(_MUTATIONS))](broken, others, random)
    return bytes(broken)


def _flip(content: bytearray, others: Sequence[bytes], random: Random) -> None:
    for _ in range(random.randint(1, 3) if content else 0):
        content[random.randrange(len(content))] ^= 1 << random.randrange(8)


def _cut(content: bytearray, others: Sequence[bytes], random: Random) -> None:
    start, end = _part(content, random)
    del content[start:end]


def _cut_off(content: bytearray, others: Sequence[bytes], random: Random) -> None:
    del content[random.randint(0, len(content)) :]


def _splice(content: bytearray, others: Sequence[bytes], random: Random) -> None:
    other = random.choice(others)
    start, end = _part(other, random)
    at = random.randint(0, len(content))
    content[at:at] = other[start:end]


def _repeat(content: bytearray, others: Sequence[bytes], random: Random) -> None:
    start, end = _part(content, random)
    content[end:end] = content[start:end] * random.choice([1, 2, 20])


def _renumber(content: bytearray, others: Sequence[bytes], random: Random) -> None:
    numbers = list(_NUMBER.finditer(content))
    if numbers:
        start, end = random.choice(numbers).span()
        content[start:end] = random.choice(_NUMBERS)


def _nasty(content: bytearray, others: Sequence[bytes], random: Random) -> None:
    at = random.randint(0, len(content))
    content[at : at + random.choice([0, 0, 1, 4])] = random.choice(_NASTY)


def _integer(content: bytearray, others: Sequence[bytes], random: Random) -> None:
    """What a binary format would read as a number."""
    packed = struct.pack(
        random.choice([">q", "<q", ">i", "<i", ">b"]), random.choice([-1, 0, 1, 127, -128])
    )
    at = random.randint(0, len(content))
    content[at : at + len(packed)] = packed


def _swap_lines(content: bytearray, others: Sequence[bytes], random: Random) -> None:
    lines = bytes(content).split(b"\n")
    first, second = random.randrange(len(lines)), random.randrange(len(lines))
    lines[first], lines[second] = lines[second], lines[first]
    content[:] = b"\n".join(lines)


_MUTATIONS = (_flip, _cut, _cut_off, _splice, _repeat, _renumber, _nasty, _integer, _swap_lines)


def _part(content: bytes | bytearray, random: Random) -> tuple[int, int]:
    start = random.randint(0, len(content))
    return start, min(len(content), start + random.choice([1, 3, 10, 100, 1000]))
