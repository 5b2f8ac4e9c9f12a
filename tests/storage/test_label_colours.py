"""Colours for labels: told apart by every eye, measured with NumPy and not by their own module."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import numpy.typing as npt
import pytest

from storage.label_colours import APART, COLOURS, difference, next_colour

WHITE_PAGE, DARK_PAGE = "#ffffff", "#14161c"
XYZ = np.array(
    [
        [0.4124564, 0.3575761, 0.1804375],
        [0.2126729, 0.7151522, 0.0721750],
        [0.0193339, 0.1191920, 0.9503041],
    ]
)
VISION = {
    "usual": np.eye(3),
    "deuteranopia": np.array(
        [
            [0.367322, 0.860646, -0.227968],
            [0.280085, 0.672501, 0.047413],
            [-0.011820, 0.042940, 0.968881],
        ]
    ),
    "protanopia": np.array(
        [
            [0.152286, 1.052583, -0.204868],
            [0.114503, 0.786281, 0.099216],
            [-0.003882, -0.048116, 1.051998],
        ]
    ),
}
OLD = ("#e4572e", "#2e86ab", "#3b8e5a", "#9b6bdf", "#c9472b", "#2b6cb0", "#2f855a", "#805ad5")
"""What projects have whose labels were made before."""
Floats = npt.NDArray[np.float64]


def linear(colour: str) -> Floats:
    share = np.array([int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)])
    return np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)


def lab(colour: str, vision: str) -> Floats:
    xyz = XYZ @ np.clip(VISION[vision] @ linear(colour), 0, 1) / np.array([0.95047, 1, 1.08883])
    root = np.where(xyz > 216 / 24389, np.cbrt(xyz), (24389 / 27 * xyz + 16) / 116)
    return np.array([116 * root[1] - 16, 500 * (root[0] - root[1]), 200 * (root[1] - root[2])])


def least(colours: tuple[str, ...], vision: str) -> float:
    """The least distance of two of the colours in CIELAB, as this vision has it."""
    lab_values = [lab(colour, vision) for colour in colours]
    return min(float(np.linalg.norm(a - b)) for a, b in combinations(lab_values, 2))


def contrast(colour: str, page: str) -> float:
    """As WCAG has it."""
    light, dark = sorted((float(XYZ[1] @ linear(part)) for part in (colour, page)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize(
    ("labels", "usual", "colour_blind"),
    [(4, 38, 17.8), (10, 26, 17.8), (20, 24.5, 13.4), (30, 21, 10.3), (40, 18, 8.7)],
)
def test_so_many_labels_are_told_apart(labels: int, usual: float, colour_blind: float) -> None:
    assert least(COLOURS[:labels], "usual") >= usual
    assert least(COLOURS[:labels], "deuteranopia") >= colour_blind
    assert least(COLOURS[:labels], "protanopia") >= colour_blind


@pytest.mark.parametrize("page", [WHITE_PAGE, DARK_PAGE])
def test_every_colour_stands_out_from_the_page(page: str) -> None:
    assert min(contrast(colour, page) for colour in COLOURS) >= 2


def test_the_least_difference_of_all_eyes_counts() -> None:
    for first, second in combinations((*COLOURS[:12], *OLD), 2):
        distances = {
            vision: float(np.linalg.norm(lab(first, vision) - lab(second, vision)))
            for vision in VISION
        }
        distances["usual"] /= 2
        assert difference(first, second) == pytest.approx(min(distances.values()), abs=0.05)
        assert difference(first, second) == difference(second, first)


def test_forty_labels_get_all_colours_in_their_order() -> None:
    taken: list[str] = []
    for expected in COLOURS:
        taken.append(next_colour(taken))
        assert taken[-1] == expected
    assert next_colour(taken) in COLOURS


def test_beside_colours_that_people_chose_a_label_gets_one_that_differs() -> None:
    taken = list(OLD)
    for _ in range(10):
        chosen = next_colour(taken)
        assert min(difference(chosen, other) for other in taken) >= APART
        taken.append(chosen)


def test_where_every_colour_is_near_a_taken_one_the_farthest_is_chosen() -> None:
    taken = [f"#{int(colour[1:], 16) ^ 0x010101:06x}" for colour in COLOURS]
    chosen = next_colour(taken[1:])
    assert chosen == COLOURS[0]
    assert next_colour(taken) in COLOURS
