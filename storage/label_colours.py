"""Colours for labels that people tell apart, also those who see no difference of red and green.

The first six are Okabe and Ito's (Color Universal Design, 2008) without black and yellow. The
others were chosen greedily: of all colours that stand out from a white and a dark page by 2 : 1
and have a chroma of 30 to 85, always the one that `difference` puts farthest from those before it.
The distances of all forty are in `tests/storage/test_label_colours.py`.
"""

from __future__ import annotations

from collections.abc import Collection
from functools import lru_cache
from typing import NamedTuple

COLOURS = (
    *("#d55e00", "#0072b2", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#4030b8", "#584818"),
    *("#f80058", "#900880", "#c0b860", "#9088f8", "#981048", "#00c8d0", "#98c090", "#a05820"),
    *("#2848a8", "#587848", "#008080", "#0068f8", "#c848d0", "#783060", "#68a030", "#9088c0"),
    *("#d86870", "#b82838", "#d02080", "#88c828", "#f888f0", "#e08840", "#d09868", "#f0a0b0"),
    *("#505090", "#9060e8", "#8008a0", "#60b8a0", "#5880d8", "#9848a8", "#a04860", "#006830"),
)
"""For labels that come without a colour, taken in turn."""
APART = 8.0
"""The `difference` from which two labels' colours are told apart."""

_Vector = tuple[float, float, float]
_Matrix = tuple[_Vector, _Vector, _Vector]

_DEUTERANOPIA: _Matrix = (
    (0.367322, 0.860646, -0.227968),
    (0.280085, 0.672501, 0.047413),
    (-0.011820, 0.042940, 0.968881),
)
"""Linear RGB as it is seen without the medium cones (Machado, Oliveira and Fernandes, 2009)."""
_PROTANOPIA: _Matrix = (
    (0.152286, 1.052583, -0.204868),
    (0.114503, 0.786281, 0.099216),
    (-0.003882, -0.048116, 1.051998),
)
"""The same without the long cones."""
_XYZ: _Matrix = (
    (0.4124564, 0.3575761, 0.1804375),
    (0.2126729, 0.7151522, 0.0721750),
    (0.0193339, 0.1191920, 0.9503041),
)
"""Linear sRGB to CIE XYZ."""
_WHITE = (0.95047, 1.0, 1.08883)
"""D65."""


class Perceived(NamedTuple):
    """A colour in CIELAB as three kinds of eyes see it."""

    usual: _Vector
    deuteranopia: _Vector
    protanopia: _Vector


def next_colour(taken: Collection[str]) -> str:
    """The first colour that is told apart from all that are taken, `#rrggbb`.

    Where none is, the farthest from them; where all of them are taken, they begin again.
    """
    known = {colour.lower() for colour in taken}
    free = [colour for colour in COLOURS if colour not in known]
    if not free:
        return COLOURS[len(taken) % len(COLOURS)]
    distance = {
        colour: min((difference(colour, other) for other in known), default=APART)
        for colour in free
    }
    return next((colour for colour in free if distance[colour] >= APART), None) or max(
        free, key=distance.__getitem__
    )


@lru_cache(maxsize=16_384)
def difference(colour: str, other: str) -> float:
    """How far two colours `#rrggbb` are from each other for those who tell them apart least.

    The distance in CIELAB (1976), the least over deuteranopia, protanopia and half of the usual
    one: where the usual eye sees so many colours, they must be farther apart to be named.
    """
    first, second = perceived(colour), perceived(other)
    return min(
        _distance(first.usual, second.usual) / 2,
        _distance(first.deuteranopia, second.deuteranopia),
        _distance(first.protanopia, second.protanopia),
    )


@lru_cache(maxsize=1024)
def perceived(colour: str) -> Perceived:
    """A colour `#rrggbb` in CIELAB, and as it is under two simulated colour blindnesses."""
    red, green, blue = (_linear(int(colour[at : at + 2], 16) / 255) for at in (1, 3, 5))
    usual = (red, green, blue)
    return Perceived(
        _lab(usual), _lab(_times(_DEUTERANOPIA, usual)), _lab(_times(_PROTANOPIA, usual))
    )


def _linear(share: float) -> float:
    return share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4


def _times(matrix: _Matrix, vector: _Vector) -> _Vector:
    red, green, blue = (
        sum(factor * part for factor, part in zip(row, vector, strict=True)) for row in matrix
    )
    return red, green, blue


def _lab(linear: _Vector) -> _Vector:
    inside = tuple(min(1.0, max(0.0, part)) for part in linear)
    x, y, z = (
        _root(part / white)
        for part, white in zip(_times(_XYZ, (inside[0], inside[1], inside[2])), _WHITE, strict=True)
    )
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


def _root(part: float) -> float:
    return float(part ** (1 / 3)) if part > 216 / 24389 else (24389 / 27 * part + 16) / 116


def _distance(first: _Vector, second: _Vector) -> float:
    return float(sum((a - b) ** 2 for a, b in zip(first, second, strict=True)) ** 0.5)
